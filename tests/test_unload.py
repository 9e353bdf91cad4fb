"""Unloading at any moment: nothing is left, nothing is lost, and it loads again.

That no task is left, Home Assistant's own fixtures see to after each of these tests
(`verify_cleanup`). Webhooks are in test_webhook.py.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.parqex.const import DOMAIN, EVENT_ACCESS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    SERVICE_TURN_ON,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from tests.conftest import Advance, entry_for, our_timers, set_up, until
from tests.simulator import Cloud, DemoHouse, Fault

GATE = "switch.main_gate"

# Longer than the answers below wait, and shorter than the client does.
SECONDS_HELD = 5


@dataclass(frozen=True)
class Home:
    """An account that is linked, and all around it."""

    hass: HomeAssistant
    cloud: Cloud
    house: DemoHouse
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory
    told: Sequence[Event[Any]]

    def look(self) -> None:
        """Let the time of the next look come."""
        self.freezer.tick(30)
        async_fire_time_changed(self.hass)

    def call(self, domain: str, service: str, **kwargs: Any) -> asyncio.Future[Any]:
        """Call an action of the gate as a person would, who waits."""
        return asyncio.ensure_future(
            self.hass.services.async_call(
                domain, service, {ATTR_ENTITY_ID: GATE}, blocking=True, **kwargs
            )
        )

    async def answer(self, waiting: Awaitable[Any]) -> Any:
        """Wait for something; let what is held be answered while that is under way."""
        task = asyncio.ensure_future(waiting)
        await a_while()
        self.freezer.tick(SECONDS_HELD + 1)
        await a_while()
        # Half an answer is waited for for ten seconds.
        self.freezer.tick(10)
        await until(task.done)
        return await task


async def a_while() -> None:
    """Let everybody go on as far as they can while the clock stands still."""
    for _ in range(100):
        await asyncio.sleep(0)


@pytest.fixture
def home(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    freezer: FrozenDateTimeFactory,
) -> Home:
    """Return a linked account, in which nothing goes on."""
    told = async_capture_events(hass, EVENT_ACCESS)
    return Home(hass, cloud, house, linked, freezer, told)


def look(home: Home) -> None:
    """Look, while the gate stands open for somebody pushed it."""
    home.cloud.door("Main gate").open_by_hand()
    home.look()


def renew(home: Home) -> None:
    """Look, with a token that ParqEx takes no longer."""
    home.cloud.oauth.expire(home.house.owner)
    home.look()


def ask_for_the_zone(home: Home) -> None:
    """Look, and wonder in which zone ParqEx writes times."""
    home.cloud.time_zone = home.house.owner.time_zone = "Asia/Tokyo"
    look(home)


def command(home: Home) -> asyncio.Future[Any]:
    """Open the gate."""
    return home.call("switch", SERVICE_TURN_ON)


def show_history(home: Home) -> asyncio.Future[Any]:
    """Ask who used the gate."""
    return home.call(DOMAIN, "get_access_history", return_response=True)


# What goes on, and the request that is under way then.
UNDER_WAY: dict[str, tuple[Callable[[Home], asyncio.Future[Any] | None], str]] = {
    "look": (look, "sync"),
    "token refresh": (renew, "token"),
    "access log": (look, "history"),
    "time zone": (ask_for_the_zone, "user_settings"),
    "command": (command, "toggle"),
    "history action": (show_history, "history"),
}

# How far the request has come, and what becomes of it.
MOMENTS = {
    "not carried out yet": Fault(delay=SECONDS_HELD),
    "carried out": Fault(after=True, delay=SECONDS_HELD),
    "half an answer": Fault(hang="body"),
    "answer lost": Fault(after=True, delay=SECONDS_HELD, reset=True),
    "bad request": Fault(delay=SECONDS_HELD, status=400),
    "not authorized": Fault(delay=SECONDS_HELD, status=401),
    "forbidden": Fault(delay=SECONDS_HELD, status=403),
    "asked to wait": Fault(
        delay=SECONDS_HELD, status=429, headers={"Retry-After": "90"}
    ),
}


async def unload(home: Home) -> None:
    """Unload, as disabling the account does."""
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)


async def remove(home: Home) -> None:
    """Remove the account."""
    await home.hass.config_entries.async_remove(home.entry.entry_id)


async def reload(home: Home) -> None:
    """Reload, as a changed option does."""
    await home.hass.config_entries.async_reload(home.entry.entry_id)


async def begin(home: Home, what: str, moment: str) -> asyncio.Future[Any] | None:
    """Begin something, up to the moment in which its request is under way."""
    start, endpoint = UNDER_WAY[what]
    home.cloud.requests.clear()
    home.cloud.faults.add(endpoint, MOMENTS[moment], times=1)
    waiting = start(home)
    await until(lambda: any(one.endpoint == endpoint for one in home.cloud.requests))
    return waiting


async def finish(home: Home, waiting: asyncio.Future[Any] | None) -> None:
    """Let everything come to its end, and see that whoever waited was told one."""
    if waiting:
        await until(waiting.done)
        error = waiting.exception()
        assert error is None or isinstance(error, HomeAssistantError)
    await home.hass.async_block_till_done(wait_background_tasks=True)


def shows_what_is(home: Home) -> bool:
    """Tell whether every switch shows what ParqEx has."""
    states = {"OPEN": "on", "CLOSED": "off"}
    registry = er.async_get(home.hass)
    shown = {}
    for state in home.hass.states.async_all("switch"):
        entity = registry.async_get(state.entity_id)
        assert entity
        shown[entity.unique_id.split("_")[1]] = state.state
    return shown == {door.id: states[door.state] for door in home.cloud.doors}


def login_is_lost(what: str, moment: str) -> bool:
    """Tell whether ParqEx took the old tokens back, and no new ones can have come."""
    return what == "token refresh" and moment in ("half an answer", "answer lost")


def login_is_rejected(what: str, moment: str) -> bool:
    """Tell whether ParqEx says that the login is no good."""
    return what == "token refresh" and moment in ("bad request", "not authorized")


@pytest.mark.parametrize("act", [unload, reload])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", UNDER_WAY)
async def test_it_loads_again(
    home: Home,
    advance: Advance,
    caplog: pytest.LogCaptureFixture,
    what: str,
    moment: str,
    act: Callable[[Home], Coroutine[Any, Any, None]],
) -> None:
    """No command is repeated, no login lost, and every access is told once."""
    caplog.set_level(logging.WARNING)
    waiting = await begin(home, what, moment)
    await home.answer(act(home))
    await finish(home, waiting)
    if act is unload:
        assert not our_timers(home.hass)
        home.cloud.requests.clear()
        await advance(700)
        assert not home.cloud.requests
        await set_up(home.hass, home.entry)
    if login_is_lost(what, moment) or login_is_rejected(what, moment):
        assert home.hass.config_entries.flow.async_progress()
        return

    for _ in range(5):
        await advance(125)
    assert home.entry.state is ConfigEntryState.LOADED
    assert shows_what_is(home)
    assert [one.data["name"] for one in home.told] == [
        one.door.name for one in home.cloud.log
    ]
    assert len(home.cloud.commands) <= 1
    (grant,) = home.cloud.oauth.grants(home.house.owner)
    assert home.entry.data["token"]["refresh_token"] == grant.refresh_token
    assert not home.hass.config_entries.flow.async_progress()
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", UNDER_WAY)
async def test_nothing_is_left_of_a_removed_account(
    home: Home,
    advance: Advance,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    what: str,
    moment: str,
) -> None:
    """Not a request, a file, a repair or a flow, and it can be linked again."""
    caplog.set_level(logging.WARNING)
    waiting = await begin(home, what, moment)
    await home.answer(remove(home))
    await finish(home, waiting)
    assert not our_timers(home.hass)
    home.cloud.requests.clear()
    await advance(700)
    assert not home.cloud.requests
    assert not home.hass.states.async_all("switch")
    assert not home.hass.config_entries.flow.async_progress()
    assert not ir.async_get(home.hass).issues
    ours = {
        key: one for key, one in home.hass.data.items() if str(key).startswith(DOMAIN)
    }
    assert home.entry.entry_id not in f"{ours} {list(hass_storage)}"
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]

    again = entry_for(home.cloud, home.house.owner)
    again.add_to_hass(home.hass)
    await set_up(home.hass, again)
    assert shows_what_is(home)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", ["token refresh", "access log", "command"])
async def test_what_counts_is_written_down_when_home_assistant_stops(
    home: Home,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    what: str,
    moment: str,
) -> None:
    """The newest tokens, and what was told."""
    caplog.set_level(logging.WARNING)
    written: list[str] = []

    @callback
    def write(_event: Event) -> None:
        """Note what Home Assistant writes into its file of accounts now."""
        written.append(home.entry.data["token"]["refresh_token"])

    home.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, write)
    waiting = await begin(home, what, moment)
    await home.answer(home.hass.async_stop())
    home.cloud.requests.clear()
    if waiting:
        await asyncio.wait([waiting])
    assert not home.cloud.requests
    (grant,) = home.cloud.oauth.grants(home.house.owner)
    assert written == [grant.refresh_token] or login_is_lost(what, moment)
    told = hass_storage[f"{DOMAIN}.access_log.{home.entry.entry_id}"]["data"]["told"]
    assert len(told) == len(home.told)
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.mark.parametrize("act", [unload, reload])
async def test_no_access_is_lost_however_far_the_look_has_come(
    home: Home, advance: Advance, act: Callable[[Home], Coroutine[Any, Any, None]]
) -> None:
    """From the first request to the last access that is told, and they are many."""
    gate, accesses, turns = home.cloud.door("Main gate"), 60, 0
    gate.travel_seconds = 0
    told_by_then: set[bool] = set()
    while told_by_then != {False, True}:
        for _ in range(accesses // 2):
            home.freezer.tick(1)
            gate.open_by_hand()
            home.freezer.tick(1)
            gate.close_by_hand()
        home.look()
        for _ in range(turns):
            await asyncio.sleep(0)
        told_by_then.add(len(home.told) == accesses * (turns + 1))
        await act(home)
        if act is unload:
            await set_up(home.hass, home.entry)
        await advance(30)
        turns += 1
        assert len(home.told) == accesses * turns
    times = [one.data["occurred_at"] for one in home.told]
    assert times == sorted(times)
    assert shows_what_is(home)


async def test_what_was_before_linking_is_not_told_however_far_the_first_look_has_come(
    home: Home,
) -> None:
    """It is old news also where it takes a while to read."""
    gate, turns = home.cloud.door("Main gate"), 0
    gate.travel_seconds = 0
    for _ in range(1_000):
        home.freezer.tick(1)
        gate.open_by_hand()
        gate.close_by_hand()
    await remove(home)
    read_by_then: set[bool] = set()
    while read_by_then != {False, True}:
        entry = entry_for(home.cloud, home.house.owner)
        entry.add_to_hass(home.hass)
        await home.hass.config_entries.async_setup(entry.entry_id)
        for _ in range(turns):
            await asyncio.sleep(0)
        turns += 1
        diagnostics = entry.runtime_data.access_log.diagnostics()
        read_by_then.add(diagnostics["remembered"] == 2_000)
        await home.hass.config_entries.async_reload(entry.entry_id)
        await home.hass.async_block_till_done(wait_background_tasks=True)
        assert not home.told
        await home.hass.config_entries.async_remove(entry.entry_id)
