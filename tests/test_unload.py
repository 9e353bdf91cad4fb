"""Unloading at any moment: nothing is left, nothing is lost, and it loads again."""

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
    STATE_UNAVAILABLE,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.setup import async_setup_component
from tests.conftest import Advance, entry_for, our_timers, set_up, settle, until
from tests.simulator import Cloud, DemoHouse, Fault

GATE = "switch.main_gate"

# Longer than the answers below are delayed, and shorter than the client waits.
SECONDS_HELD = 5


@dataclass(frozen=True)
class Home:
    """A linked account and everything around it."""

    hass: HomeAssistant
    cloud: Cloud
    house: DemoHouse
    entry: MockConfigEntry
    freezer: FrozenDateTimeFactory
    accesses: Sequence[Event[Any]]

    def call(self, domain: str, service: str, **kwargs: Any) -> asyncio.Future[Any]:
        """Call an action of the gate."""
        return asyncio.ensure_future(
            self.hass.services.async_call(
                domain, service, {ATTR_ENTITY_ID: GATE}, blocking=True, **kwargs
            )
        )

    async def finish(self, waiting: Awaitable[Any]) -> Any:
        """Wait for the end of something, while delayed answers come and hanging ones end."""
        task = asyncio.ensure_future(waiting)
        for seconds in (0, SECONDS_HELD + 1, 10):
            self.freezer.tick(seconds)
            for _ in range(100):
                await asyncio.sleep(0)
        await until(task.done)
        return await task

    def assert_nothing_is_left(self) -> None:
        """Assert that no task, timer or entity of an unloaded account is left."""
        tasks = [str(task) for task in asyncio.all_tasks()]
        assert not [task for task in tasks if f"custom_components/{DOMAIN}" in task]
        assert not our_timers(self.hass)
        assert not async_get_platforms(self.hass, DOMAIN)
        switches = self.hass.states.async_all("switch")
        assert {state.state for state in switches} <= {STATE_UNAVAILABLE}

    def shows_the_truth(self) -> bool:
        """Return whether all switches show what ParqEx reports."""
        states = {"OPEN": "on", "CLOSED": "off"}
        registry = er.async_get(self.hass)
        shown = {}
        for state in self.hass.states.async_all("switch"):
            entity = registry.async_get(state.entity_id)
            assert entity
            shown[entity.unique_id.split("_")[1]] = state.state
        return shown == {door.id: states[door.state] for door in self.cloud.doors}


@pytest.fixture
async def home(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    freezer: FrozenDateTimeFactory,
) -> Home:
    """Return a linked account where nothing is under way."""
    accesses = async_capture_events(hass, EVENT_ACCESS)
    return Home(hass, cloud, house, linked, freezer, accesses)


def poll(home: Home) -> None:
    """Refresh when it is due, after the gate was opened by hand."""
    home.cloud.door("Main gate").open_by_hand()
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


def command(home: Home) -> asyncio.Future[Any]:
    """Open the gate."""
    return home.call("switch", "turn_on")


def update(home: Home) -> asyncio.Future[Any]:
    """Request a refresh."""
    return home.call("homeassistant", "update_entity")


def get_history(home: Home) -> asyncio.Future[Any]:
    """Get the access log of the gate."""
    return home.call(DOMAIN, "get_access_history", return_response=True)


# What is under way, and the request that it waits for.
UNDER_WAY: dict[str, tuple[Callable[[Home], asyncio.Future[Any] | None], str]] = {
    "refresh": (poll, "sync"),
    "requested refresh": (update, "sync"),
    "token refresh": (renew, "token"),
    "access log": (poll, "history"),
    "time zone": (doubt_the_zone, "user_settings"),
    "command": (command, "toggle"),
    "history action": (get_history, "history"),
}

# How far the request has come, and how it ends.
MOMENTS = {
    "not carried out yet": Fault(delay=SECONDS_HELD),
    "carried out": Fault(after=True, delay=SECONDS_HELD),
    "half an answer": Fault(hang="body"),
    "answer lost": Fault(after=True, delay=SECONDS_HELD, reset=True),
    "bad request": Fault(delay=SECONDS_HELD, status=400),
    "not authorized": Fault(delay=SECONDS_HELD, status=401),
    "forbidden": Fault(delay=SECONDS_HELD, status=403),
    "rate limit": Fault(delay=SECONDS_HELD, status=429, headers={"Retry-After": "90"}),
}

# ParqEx has replaced the old tokens, and the new ones are lost.
LOGIN_LOST = [("token refresh", "half an answer"), ("token refresh", "answer lost")]


async def unload(home: Home) -> None:
    """Unload, as disabling the account does."""
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)


async def remove(home: Home) -> None:
    """Remove the account."""
    await home.hass.config_entries.async_remove(home.entry.entry_id)


async def reload(home: Home) -> None:
    """Reload, as a changed option does."""
    await home.hass.config_entries.async_reload(home.entry.entry_id)


async def interrupt(home: Home, what: str, moment: str, act: Awaitable[Any]) -> None:
    """Start something, and act while its request is under way."""
    await async_setup_component(home.hass, "homeassistant", {})
    # Long after the time zone was last asked for.
    home.freezer.tick(16 * 60)
    async_fire_time_changed(home.hass)
    await settle(home.hass)
    start, endpoint = UNDER_WAY[what]
    home.cloud.requests.clear()
    home.cloud.faults.add(endpoint, MOMENTS[moment], times=1)
    waiting = start(home)
    await until(lambda: endpoint in [one.endpoint for one in home.cloud.requests])
    await home.finish(act)
    if waiting:
        await until(waiting.done)
        error = None if waiting.cancelled() else waiting.exception()
        assert error is None or isinstance(error, HomeAssistantError)


async def assert_nothing_is_sent(home: Home, advance: Advance) -> None:
    """Assert that an account that was unloaded is silent."""
    await settle(home.hass)
    home.assert_nothing_is_left()
    home.cloud.requests.clear()
    await advance(700)
    assert not home.cloud.requests


@pytest.fixture(autouse=True)
def without_errors(caplog: pytest.LogCaptureFixture) -> Any:
    """Fail a test in which an error was logged."""
    caplog.set_level(logging.WARNING)
    yield
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


@pytest.mark.parametrize("act", [unload, reload])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", UNDER_WAY)
async def test_it_loads_again(
    home: Home,
    advance: Advance,
    what: str,
    moment: str,
    act: Callable[[Home], Coroutine[Any, Any, None]],
) -> None:
    """No command is repeated, no login lost, and each access is published once."""
    await interrupt(home, what, moment, act(home))
    if act is unload:
        await assert_nothing_is_sent(home, advance)
        listeners = home.hass.bus.async_listeners()
        await set_up(home.hass, home.entry)
    if (what, moment) in LOGIN_LOST:
        assert home.hass.config_entries.flow.async_progress()
        return

    for _ in range(5):
        await advance(125)
    assert home.entry.state is ConfigEntryState.LOADED
    assert home.shows_the_truth()
    assert [one.data["name"] for one in home.accesses] == [
        one.door.name for one in home.cloud.log
    ]
    assert len(home.cloud.commands) <= 1
    (grant,) = home.cloud.oauth.grants(home.house.owner)
    assert home.entry.data["token"]["refresh_token"] == grant.refresh_token
    assert not home.hass.config_entries.flow.async_progress()
    if act is unload:
        await unload(home)
        assert home.hass.bus.async_listeners() == listeners


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", UNDER_WAY)
async def test_nothing_is_left_of_a_removed_account(
    home: Home, advance: Advance, hass_storage: dict[str, Any], what: str, moment: str
) -> None:
    """No request, file, repair or flow is left, and it can be linked again."""
    await interrupt(home, what, moment, remove(home))
    await assert_nothing_is_sent(home, advance)
    assert not home.hass.states.async_all("switch")
    assert not home.hass.config_entries.flow.async_progress()
    assert not ir.async_get(home.hass).issues
    ours = [one for key, one in home.hass.data.items() if str(key).startswith(DOMAIN)]
    assert home.entry.entry_id not in f"{ours} {list(hass_storage)}"

    again = entry_for(home.cloud, home.house.owner)
    again.add_to_hass(home.hass)
    await set_up(home.hass, again)
    assert home.shows_the_truth()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", ["token refresh", "access log", "command"])
async def test_the_newest_is_saved_when_home_assistant_stops(
    home: Home, hass_storage: dict[str, Any], what: str, moment: str
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
    assert sum(map(len, saved["entries"].values())) == len(home.accesses)


@pytest.mark.parametrize("act", [unload, reload])
async def test_no_access_is_lost_however_far_publishing_has_come(
    home: Home, advance: Advance, act: Callable[[Home], Coroutine[Any, Any, None]]
) -> None:
    """Unloading one turn of the loop later each time, until all were published first."""
    gate, accesses, turns = home.cloud.door("Main gate"), 60, 0
    gate.travel_seconds = 0
    published_before: set[bool] = set()
    while published_before != {False, True}:
        for _ in range(accesses // 2):
            home.freezer.tick(1)
            gate.open_by_hand()
            home.freezer.tick(1)
            gate.close_by_hand()
        home.freezer.tick(30)
        async_fire_time_changed(home.hass)
        for _ in range(turns):
            await asyncio.sleep(0)
        published_before.add(len(home.accesses) == accesses * (turns + 1))
        await act(home)
        if act is unload:
            await set_up(home.hass, home.entry)
        await advance(30)
        turns += 1
        assert len(home.accesses) == accesses * turns
    times = [one.data["occurred_at"] for one in home.accesses]
    assert times == sorted(times)
    assert home.shows_the_truth()


async def test_nothing_from_before_linking_is_published_however_far_reading_has_come(
    home: Home,
) -> None:
    """Reloading one turn of the loop later each time, until all was read first."""
    gate, turns, read_before = home.cloud.door("Main gate"), 0, set[bool]()
    gate.travel_seconds = 0
    for _ in range(1_000):
        home.freezer.tick(1)
        gate.open_by_hand()
        gate.close_by_hand()
    await remove(home)
    while read_before != {False, True}:
        entry = entry_for(home.cloud, home.house.owner)
        entry.add_to_hass(home.hass)
        await home.hass.config_entries.async_setup(entry.entry_id)
        for _ in range(turns):
            await asyncio.sleep(0)
        turns += 1
        diagnostics = entry.runtime_data.access_log.diagnostics()
        read_before.add(diagnostics["remembered"] > 0)
        await home.hass.config_entries.async_reload(entry.entry_id)
        await settle(home.hass)
        assert not home.accesses
        await home.hass.config_entries.async_remove(entry.entry_id)
