"""Fetching from ParqEx: how often, whom it notifies, and what happens when it fails."""

import asyncio
import logging
from typing import Any

import pytest

from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.setup import async_setup_component
from tests.common import (
    GATE,
    Home,
    begin,
    errors,
    gate_with,
    refused,
    turns,
    written_states,
)
from tests.conftest import set_up, until


async def syncs_in_a_minute(home: Home) -> int:
    """Return how often it is fetched in a minute."""
    home.cloud.requests.clear()
    await home.advance(5, times=12)
    return home.syncs


@pytest.mark.parametrize("why", ["moved", "asked", "announced"])
async def test_what_moves_is_followed_every_5_seconds_for_two_minutes(
    home: Home, why: str
) -> None:
    """Also what moves again in that time, such as a gate that closes by itself."""
    await home.advance(30)
    home.gate.travel_seconds = 0
    if why == "asked":
        await home.turn("turn_on")
        await home.advance(2)
    elif why == "announced":
        home.coordinator.async_hurry()
        await home.advance(30)
    else:
        await home.open()
    for expected in (12, 2):
        assert abs(await syncs_in_a_minute(home) - expected) <= 1
        await home.advance(60)
    assert home.shown(GATE) == ("off" if why == "announced" else "on")


async def test_what_differs_without_moving_is_not_followed(home: Home) -> None:
    """A battery may differ in every answer."""
    home.gate.rename("Front")
    await home.advance(30)
    assert await syncs_in_a_minute(home) == 2


@pytest.mark.parametrize("endpoint", ["toggle", "history", "token"])
async def test_who_asks_to_wait_is_not_fetched_fast_for_an_hour(
    home: Home, endpoint: str
) -> None:
    """Every half minute is enough then, also after a reload."""
    await home.advance(30)
    home.fail(endpoint, times=1, status=429)
    if endpoint == "token":
        home.cloud.oauth.expire(home.house.owner)
    with refused("asks to wait"):
        await (home.history() if endpoint == "history" else home.turn("turn_on"))
    await home.reload()
    for minutes, expected in ((58, 2), (4, 12)):
        await home.advance(minutes * 60)
        await home.open()
        assert abs(await syncs_in_a_minute(home) - expected) <= 1
        home.gate.close_by_hand()


async def test_a_failure_is_no_request_to_wait(home: Home) -> None:
    """What moves is followed fast all the same."""
    home.fail("sync", 1, status=503)
    await home.advance(30, times=2)
    await home.open()
    assert await syncs_in_a_minute(home) >= 11


async def test_without_settings_nobody_notices_anything(unlinked: Home) -> None:
    """What moves is followed as fast as with them, days after linking."""
    home = unlinked
    home.fail("user_settings", status=429)
    await set_up(home.hass, home.entry)
    for _ in range(2):
        await home.open()
        await home.advance(3600)
        await home.close()
    assert await syncs_in_a_minute(home) >= 11


async def test_the_first_opening_after_linking_is_shown_once(home: Home) -> None:
    """No state is written from the snapshot before."""
    written = written_states(home.hass)
    await home.turn("turn_on")
    await home.advance(2, times=4)
    assert {state for entity_id, state in written if entity_id == GATE} == {"on"}


async def test_listeners_are_called_in_order(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Of every update before those of an id, all with the new data, whatever one raises."""
    calls: list[tuple[str, Any]] = []

    def listen(name: str, listed_id: str | None = None) -> None:
        def note() -> None:
            calls.append((name, home.snapshot.access_points[home.gate.id].state))
            if name == "broken":
                raise ZeroDivisionError

        removers.append(home.coordinator.async_add_listener(note, listed_id))

    removers: list[Any] = []
    listen("broken", home.gate.id)
    listen("gate", home.gate.id)
    listen("elevator", home.cloud.door("Elevator").id)
    listen("first")
    listen("second")
    home.gate.open_by_hand()
    await home.coordinator.async_refresh()
    assert [name for name, _ in calls] == ["first", "second", "broken", "gate"]
    assert {state for _, state in calls} == {"OPEN"}
    assert len(errors(caplog)) == 1
    for remove in removers:
        remove()
    home.gate.close_by_hand()
    await home.coordinator.async_refresh()
    assert len(calls) == 4


async def test_fetches_become_rarer_while_the_service_fails(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """30, 60, 120, 120 seconds apart, with a line in the log at first and at last."""
    caplog.set_level(logging.INFO)
    await home.advance(30)
    home.fail("sync", status=500)
    home.cloud.requests.clear()
    fetched: list[int] = []
    for second in range(30, 510, 30):
        await home.advance(30)
        assert home.switches == {"unavailable"}
        if home.syncs > len(fetched):
            fetched.append(second)
    assert fetched == [30, 60, 120, 240, 360, 480]
    # As after weeks: no power of two is too large.
    home.coordinator.failures = 10_000
    await home.advance(120, times=2)
    assert home.syncs == 8
    home.cloud.faults.clear()
    await home.advance(120)
    assert home.switches == {"off"}
    assert len(home.hass.states.async_all("switch")) == 5
    logged = [
        one for one in caplog.records if one.name.startswith("custom_components.")
    ]
    assert [one.levelno for one in logged] == [logging.ERROR, logging.INFO]
    assert not home.logins


@pytest.mark.parametrize(("endpoint", "status"), [("sync", 503), ("toggle", 429)])
async def test_it_waits_as_long_as_parqex_asks(
    home: Home, endpoint: str, status: int
) -> None:
    """Nothing at all is sent, also over a reload; and no longer."""
    home.fail(endpoint, 1, status=status, headers={"Retry-After": "300"})
    await asyncio.gather(home.turn("turn_on"), return_exceptions=True)
    await home.advance(30)
    home.cloud.requests.clear()
    await home.advance(30, times=8)
    await home.reload()
    assert not home.cloud.requests
    await home.advance(61, times=3)
    assert "unavailable" not in home.switches


async def test_waiting_is_no_failure(home: Home) -> None:
    """However often a command that is followed would ask, ParqEx is asked in time."""
    home.gate.stuck = True
    await home.turn("turn_on")
    home.fail("sync", 1, status=429, headers={"Retry-After": "70"})
    home.cloud.requests.clear()
    await home.advance(2, times=52)
    assert home.syncs >= 2
    assert home.shown() == "off"


@pytest.mark.parametrize("header", ["0", "Mon, 02 Nov 2020 12:00:00 GMT"])
async def test_to_wait_no_time_is_no_invitation(home: Home, header: str) -> None:
    """Fetches stay as far apart as they are without it."""
    home.fail("sync", status=429, headers={"Retry-After": header})
    await home.advance(30)
    home.cloud.requests.clear()
    await home.advance(1, times=20)
    assert not home.cloud.requests


@pytest.mark.parametrize("how", ["login revoked", "token rejected", "by command"])
async def test_a_login_rejected_for_good_asks_for_a_new_one(
    home: Home, how: str
) -> None:
    """After one renewal, and at once after a command; the switches claim nothing."""
    home.cloud.requests.clear()
    if how == "token rejected":
        home.fail("sync", status=401)
    else:
        home.cloud.oauth.revoke(home.house.owner)
    if how == "by command":
        with refused("Link the account again"):
            await home.turn("turn_on")
    await home.advance(2 if how == "by command" else 30)
    assert home.endpoints.count("token") <= 2
    assert home.switches == {"unavailable"}
    (login,) = home.logins
    assert login["context"]["entry_id"] == home.entry.entry_id


async def test_unreadable_records_are_ignored_and_logged_once(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """The others work on."""
    home.fail("sync", edit=gate_with(id=None))
    await home.advance(30, times=2)
    assert home.shown() == "unavailable"
    assert home.shown("switch.garage_left") == "off"
    assert caplog.text.count("Ignored 1 unreadable") == 1
    assert "Main gate" not in caplog.text


@pytest.mark.parametrize("service", ["turn_on", "turn_off"])
async def test_a_cancelled_update_entity_cancels_no_fetch(
    home: Home, service: str
) -> None:
    """The script that waited for it restarts, or is turned off."""
    action = {"action": "homeassistant.update_entity", "data": {"entity_id": GATE}}
    script = {"fetch": {"mode": "restart", "sequence": [action]}}
    assert await async_setup_component(home.hass, "script", {"script": script})
    home.cloud.requests.clear()
    home.fail("sync", 1, delay=5)
    home.gate.open_by_hand()
    for name in ("turn_on", service):
        await home.hass.services.async_call(
            "script", name, {ATTR_ENTITY_ID: "script.fetch"}
        )
        await until(lambda: home.cloud.requests)
        await turns()
    await home.advance(6)
    assert (home.shown(), home.shown("switch.elevator")) == ("on", "off")


async def test_an_update_that_was_asked_for_is_there_afterwards(home: Home) -> None:
    """A script may go on with it."""
    assert await async_setup_component(home.hass, "homeassistant", {})
    home.gate.open_by_hand()
    await home.act("homeassistant", "update_entity", GATE)
    assert home.shown() == "on"


async def test_answers_do_not_overtake_each_other(home: Home) -> None:
    """The next fetch begins when one has its answer, also if its caller is cancelled."""
    home.cloud.requests.clear()
    home.fail("sync", 1, after=True, delay=5)
    first = await begin(home.coordinator.async_refresh())
    await until(lambda: home.cloud.requests)
    first.cancel()
    home.gate.open_by_hand()
    second = await begin(home.coordinator.async_refresh())
    assert home.syncs == 1
    home.freezer.tick(6)
    await second
    assert home.syncs == 2
    assert home.shown() == "on"


async def test_after_a_shutdown_nothing_is_shown(home: Home) -> None:
    """An answer on its way may come while all that listens goes, or fails to go."""
    assert await async_setup_component(home.hass, "homeassistant", {})
    home.gate.open_by_hand()
    home.fail("sync", 1, delay=5)
    refreshing = await begin(home.coordinator.async_refresh())
    await home.coordinator.async_shutdown()
    home.freezer.tick(6)
    await refreshing
    await home.act("homeassistant", "update_entity", GATE)
    assert home.shown() == STATE_UNAVAILABLE
