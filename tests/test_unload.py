"""Unloading at any moment: nothing is left, nothing is lost, and it loads again."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.parqex.const import DOMAIN, EVENT_ACCESS
from custom_components.parqex.oauth.implementation import SECONDS_FOR_TOKENS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.entity_platform import async_get_platforms
from tests.common import GATE, Home, errors, turns
from tests.conftest import entry_for, link, our_timers, set_up, settle, until
from tests.simulator import Fault

type Act = Callable[[Home], Coroutine[Any, Any, None]]

# Longer than the answers below are delayed, and shorter than the client waits.
SECONDS_HELD = 5


def poll(home: Home) -> None:
    """Refresh when it is due, after the gate was opened by hand."""
    home.gate.open_by_hand()
    home.freezer.tick(30)
    async_fire_time_changed(home.hass)


def renew(home: Home) -> None:
    """Refresh with an access token that has expired."""
    home.cloud.oauth.expire(home.house.owner)
    poll(home)


def doubt_the_zone(home: Home) -> None:
    """Refresh, and find that a time is in no zone that ParqEx is known to use."""
    home.cloud.time_zone = home.house.owner.time_zone = "Asia/Tokyo"
    poll(home)


# What is under way, and the request that it waits for.
UNDER_WAY: dict[str, tuple[Callable[[Home], Coroutine[Any, Any, Any] | None], str]] = {
    "refresh": (poll, "sync"),
    "requested refresh": (
        lambda home: home.act("homeassistant", "update_entity", GATE),
        "sync",
    ),
    "token refresh": (renew, "token"),
    "access log": (poll, "history"),
    "time zone": (doubt_the_zone, "user_settings"),
    "command": (lambda home: home.turn("turn_on"), "toggle"),
    "history action": (Home.history, "history"),
}

# How far the request has come, and how it ends.
MOMENTS = {
    "not carried out yet": Fault(delay=SECONDS_HELD),
    "carried out": Fault(after=True, delay=SECONDS_HELD),
    "half an answer": Fault(hang="body"),
    "answer lost": Fault(after=True, delay=SECONDS_HELD, reset=True),
    "not authorized": Fault(delay=SECONDS_HELD, status=401),
}

# ParqEx has replaced the old tokens, and the new ones are lost.
LOGIN_LOST = [("token refresh", "half an answer"), ("token refresh", "answer lost")]


@pytest.fixture
def accesses(hass: HomeAssistant) -> list[Event[Any]]:
    """Return the accesses that are published."""
    return async_capture_events(hass, EVENT_ACCESS)


@pytest.fixture(autouse=True)
def without_errors(caplog: pytest.LogCaptureFixture) -> Any:
    """Fail a test in which an error was logged."""
    caplog.set_level(logging.WARNING)
    yield
    assert not errors(caplog)


async def arrival(home: Home, endpoint: str) -> None:
    """Wait for a request, and not one turn of the loop longer."""
    for _ in range(50_000):
        if endpoint in home.endpoints:
            return
        await asyncio.sleep(0)
    pytest.fail("no request arrives")


async def interrupt(home: Home, what: str, moment: str, act: Awaitable[Any]) -> None:
    """Start something, and act while its request is under way."""
    # Long after the time zone was last asked for.
    await home.advance(16 * 60)
    start, endpoint = UNDER_WAY[what]
    home.cloud.requests.clear()
    home.cloud.faults.add(endpoint, MOMENTS[moment], times=1)
    coroutine = start(home)
    waiting = coroutine and asyncio.ensure_future(coroutine)
    await arrival(home, endpoint)
    acting = asyncio.ensure_future(act)
    # Delayed answers come, and hanging ones end.
    for seconds in (0, SECONDS_HELD + 1, SECONDS_FOR_TOKENS):
        home.freezer.tick(seconds)
        await turns()
    await until(acting.done)
    await acting
    if waiting:
        await until(waiting.done)
        error = None if waiting.cancelled() else waiting.exception()
        assert error is None or isinstance(error, HomeAssistantError)


async def assert_nothing_is_left(home: Home) -> None:
    """Assert that an unloaded account has no task, timer or entity, and is silent."""
    await settle(home.hass)
    tasks = [str(task) for task in asyncio.all_tasks()]
    assert not [task for task in tasks if f"custom_components/{DOMAIN}" in task]
    assert not our_timers(home.hass)
    assert not async_get_platforms(home.hass, DOMAIN)
    assert home.switches <= {STATE_UNAVAILABLE}
    home.cloud.requests.clear()
    await home.advance(700)
    assert not home.cloud.requests


@pytest.mark.parametrize("act", [Home.unload, Home.reload])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", UNDER_WAY)
async def test_it_loads_again(
    home: Home, accesses: list[Event[Any]], what: str, moment: str, act: Act
) -> None:
    """No command is repeated, no login lost, and each access is published once."""
    await interrupt(home, what, moment, act(home))
    if act is Home.unload:
        await assert_nothing_is_left(home)
        listeners = home.hass.bus.async_listeners()
        await set_up(home.hass, home.entry)
    if (what, moment) in LOGIN_LOST:
        assert home.logins
        return

    await home.advance(125, times=5)
    assert home.entry.state is ConfigEntryState.LOADED
    assert home.shows_the_truth()
    assert [one.data["name"] for one in accesses] == [
        one.door.name for one in home.cloud.log
    ]
    assert len(home.cloud.commands) <= 1
    (grant,) = home.cloud.oauth.grants(home.house.owner)
    assert home.entry.data["token"]["refresh_token"] == grant.refresh_token
    assert not home.logins
    if act is Home.unload:
        await home.unload()
        assert home.hass.bus.async_listeners() == listeners


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", UNDER_WAY)
async def test_nothing_is_left_of_a_removed_account(
    home: Home, hass_storage: dict[str, Any], what: str, moment: str
) -> None:
    """No request, file, repair or flow is left, and it can be linked again."""
    await interrupt(home, what, moment, home.remove())
    await assert_nothing_is_left(home)
    assert not home.switches
    assert not home.logins
    assert not ir.async_get(home.hass).issues
    ours = [one for key, one in home.hass.data.items() if str(key).startswith(DOMAIN)]
    assert home.entry.entry_id not in f"{ours} {list(hass_storage)}"

    await link(home.hass, home.cloud, home.house.owner)
    assert home.shows_the_truth()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", ["token refresh", "access log", "command"])
async def test_the_newest_is_saved_when_home_assistant_stops(
    home: Home,
    accesses: list[Event[Any]],
    hass_storage: dict[str, Any],
    what: str,
    moment: str,
) -> None:
    """The newest tokens and the published accesses are saved, and nothing is sent after."""
    written: list[str] = []

    @callback
    def write(_event: Event) -> None:
        """Note what Home Assistant writes into its file of accounts now."""
        written.append(home.entry.data["token"]["refresh_token"])

    home.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, write)
    await interrupt(home, what, moment, home.hass.async_stop())
    home.cloud.requests.clear()
    home.freezer.tick(700)
    await settle(home.hass)
    assert not home.cloud.requests
    (grant,) = home.cloud.oauth.grants(home.house.owner)
    assert written == [grant.refresh_token] or (what, moment) in LOGIN_LOST
    saved = hass_storage[f"{DOMAIN}.access_log.{home.entry.entry_id}"]["data"]
    assert sum(map(len, saved["entries"].values())) == len(accesses)


@pytest.mark.parametrize("act", [Home.unload, Home.reload])
async def test_no_access_is_lost_however_far_publishing_has_come(
    home: Home, accesses: list[Event[Any]], act: Act
) -> None:
    """Unloading one turn of the loop later each time, until all were published first."""
    each, rounds = 10, 0
    home.gate.travel_seconds = 0
    published_before: set[bool] = set()
    while True not in published_before:
        for _ in range(each // 2):
            home.freezer.tick(1)
            home.gate.open_by_hand()
            home.freezer.tick(1)
            home.gate.close_by_hand()
        home.freezer.tick(30)
        home.cloud.requests.clear()
        async_fire_time_changed(home.hass)
        await arrival(home, "history")
        await turns(rounds)
        rounds += 1
        published_before.add(len(accesses) == each * rounds)
        await act(home)
        if act is Home.unload:
            await set_up(home.hass, home.entry)
        await until(lambda: len(accesses) >= each * rounds)  # noqa: B023  # at once
        await settle(home.hass)
        assert len(accesses) == each * rounds
    assert False in published_before
    times = [one.data["occurred_at"] for one in accesses]
    assert times == sorted(times)
    assert home.shows_the_truth()


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_what_remains_of_a_cancelled_reload_shows_nothing_old(
    home: Home, count: int
) -> None:
    """Home Assistant does not recover from it."""
    reloading = asyncio.ensure_future(home.reload())
    await turns(count)
    reloading.cancel()
    await settle(home.hass)
    assert home.shown() == STATE_UNAVAILABLE


async def test_nothing_from_before_linking_is_published_however_far_reading_has_come(
    home: Home, accesses: list[Event[Any]]
) -> None:
    """Reloading two turns of the loop later each time, until all was read first."""
    rounds, read_before = 0, set[bool]()
    home.gate.travel_seconds = 0
    for _ in range(300):
        home.freezer.tick(1)
        home.gate.open_by_hand()
        home.gate.close_by_hand()
    await home.remove()
    while True not in read_before:
        entry = entry_for(home.cloud, home.house.owner)
        entry.add_to_hass(home.hass)
        home.cloud.requests.clear()
        await home.hass.config_entries.async_setup(entry.entry_id)
        await arrival(home, "history")
        await turns(rounds)
        rounds += 2
        diagnostics = entry.runtime_data.access_log.diagnostics()
        read_before.add(diagnostics["remembered"] > 0)
        await home.hass.config_entries.async_reload(entry.entry_id)
        await settle(home.hass)
        assert not accesses
        await home.hass.config_entries.async_remove(entry.entry_id)
    assert False in read_before
