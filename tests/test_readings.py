"""When the access log is read, while ParqEx is slow, late or tired of it."""

import asyncio
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.parqex.const import DOMAIN, EVENT_ACCESS
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.setup import async_setup_component
from tests.conftest import Advance, set_up, until
from tests.simulator import Cloud, DemoHouse, Fault

AUTOMATION = {
    "triggers": {
        "trigger": "event.received",
        "target": {"entity_id": "event.main_gate_access"},
        "options": {"event_type": ["opened", "closed"]},
    },
    "actions": {"event": "automation_ran"},
}


@pytest.fixture
def told(hass: HomeAssistant) -> list[Event]:
    """Return every access that is told."""
    return async_capture_events(hass, EVENT_ACCESS)


@pytest.fixture
def ran(hass: HomeAssistant) -> list[Event]:
    """Return every run of the automation."""
    return async_capture_events(hass, "automation_ran")


async def automate(hass: HomeAssistant) -> None:
    """Have an automation start from every access to the gate."""
    assert await async_setup_component(hass, "automation", {"automation": AUTOMATION})
    await hass.async_block_till_done(wait_background_tasks=True)


def histories(cloud: Cloud) -> int:
    """Return how often the access log was asked for."""
    return sum(one.endpoint == "history" for one in cloud.requests)


async def look_until_a_log_is_asked_for(linked: MockConfigEntry, cloud: Cloud) -> None:
    """Look once, and let go on what that begins."""
    cloud.requests.clear()
    await linked.runtime_data.async_refresh()
    await until(lambda: histories(cloud))


@pytest.mark.parametrize("order", ["account first", "automation first"])
async def test_what_was_missed_while_home_assistant_was_off_starts_automations(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
    ran: list[Event],
    order: str,
) -> None:
    """It is told when automations listen: when Home Assistant has started."""
    await hass.config_entries.async_unload(linked.entry_id)
    cloud.door("Main gate").open_by_hand()
    await advance(600)
    hass.set_state(CoreState.not_running)
    if order == "account first":
        await set_up(hass, linked)
        await automate(hass)
    else:
        await automate(hass)
        await set_up(hass, linked)
    assert not told
    await hass.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(told) == len(ran) == 1


async def test_what_is_read_while_looks_fail_starts_automations_too(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    freezer: FrozenDateTimeFactory,
    told: list[Event],
    ran: list[Event],
) -> None:
    """What is unavailable starts none, so it is told when it is not any more."""
    await automate(hass)
    cloud.faults.add("history", Fault(delay=3), times=1)
    cloud.door("Main gate").open_by_hand()
    await look_until_a_log_is_asked_for(linked, cloud)
    cloud.faults.add("sync", Fault(status=502), times=1)
    await linked.runtime_data.async_refresh()
    freezer.tick(4)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not told
    await advance(60)
    assert len(told) == len(ran) == 1


def _without_events(body: Any) -> Any:
    body["data"]["toggle_events"] = []
    return body


async def test_a_log_that_lags_behind_is_read_again_soon(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """Half a minute later, not a quarter of an hour."""
    cloud.faults.add("history", Fault(edit=_without_events), times=1)
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert not told
    await advance(30)
    assert len(told) == 1


async def test_what_is_never_logged_is_not_asked_for_again_and_again(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Three times more, each time later."""
    cloud.faults.add("history", Fault(edit=_without_events))
    cloud.requests.clear()
    cloud.door("Main gate").open_by_hand()
    for _ in range(20):
        await advance(30)
    assert histories(cloud) == 4


def _without_the_gate(body: Any) -> Any:
    for device in body["devices"]:
        for door in device["doors"]:
            if door["name"] == "Main gate":
                door["id"] = None
    return body


async def test_what_moved_while_its_record_was_unreadable_is_told(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """As soon as it is seen again."""
    cloud.faults.add("sync", Fault(edit=_without_the_gate), times=1)
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert not told
    await advance(30)
    assert len(told) == 1


async def test_where_the_log_has_only_dates_the_same_may_happen_twice_a_day(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """And is told twice, also after a restart, and no more."""
    cloud.history_time_format = "%Y-%m-%d"
    gate = cloud.door("Main gate")
    for _ in range(2):
        gate.open_by_hand()
        await advance(30)
        gate.close_by_hand()
        await advance(30)
    await hass.config_entries.async_reload(linked.entry_id)
    await advance(900)
    assert [one.data["event_type"] for one in told] == ["opened", "closed"] * 2


async def test_a_new_access_point_tells_nothing_old_where_only_doors_have_a_log(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    told: list[Event],
) -> None:
    """Only what happens from then on."""
    cloud.history_types = {"door"}
    cellar = cloud.add_door(house.garage, "Cellar")
    house.garage.doors.remove(cellar)
    cellar.open_by_hand()
    await advance(3600)
    house.garage.doors.append(cellar)
    await advance(30)
    await advance(900)
    assert not told
    cellar.close_by_hand()
    await advance(30)
    assert [one.data["event_type"] for one in told] == ["closed"]


async def test_one_log_that_asks_to_wait_speaks_for_all(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """Looks go on; no log is read until the time is up."""
    cloud.faults.add(
        "history", Fault(status=429, headers={"Retry-After": "600"}), times=1
    )
    cloud.requests.clear()
    cloud.door("Main gate").open_by_hand()
    cloud.door("Garage left").open_by_hand()
    for _ in range(19):
        await advance(30)
    assert histories(cloud) == 1
    assert len(cloud.requests) == 20
    await advance(70)
    assert len(told) == 2


async def test_while_a_look_is_asked_to_wait_no_log_is_read(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """Nor by the action; what happened is told afterwards."""
    cloud.door("Main gate").open_by_hand()
    cloud.door("Garage left").open_by_hand()
    cloud.faults.add("history", Fault(delay=3), times=1)
    await look_until_a_log_is_asked_for(linked, cloud)
    cloud.faults.add("sync", Fault(status=429, headers={"Retry-After": "600"}), times=1)
    await linked.runtime_data.async_refresh()
    before = histories(cloud)
    await advance(4)
    await advance(500)
    assert histories(cloud) == before
    await advance(120)
    assert len(told) == 2


async def test_one_odd_entry_moves_no_proven_zone(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    told: list[Event],
) -> None:
    """Though it would fit the zone that the account is set to."""
    house.owner.time_zone = "Asia/Kolkata"
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert linked.runtime_data.service_time.proven

    def with_one_ahead(body: Any) -> Any:
        events = body["data"]["toggle_events"]
        events.append({**events[0], "toggle_date_time": "2026-11-02 17:00:00"})
        return body

    cloud.faults.add("history", Fault(edit=with_one_ahead))
    cloud.door("Main gate").close_by_hand()
    await advance(30)
    assert [one.data["occurred_at"] for one in told] == [
        "2026-11-02T04:00:00-08:00",
        "2026-11-02T04:00:30-08:00",
    ]


async def test_a_date_alone_is_not_too_old_at_midnight(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """What happened just before is read just after, as of the day before."""
    cloud.history_time_format = "%Y-%m-%d"
    await advance(12 * 3600 - 20)
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert len(told) == 1


async def test_what_seems_to_lie_ahead_at_the_first_reading_is_old_too(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    advance: Advance,
    told: list[Event],
) -> None:
    """While nobody knows the zone of the service."""
    cloud.time_zone = "Asia/Kolkata"
    cloud.faults.add("user_settings", Fault(status=500))
    cloud.door("Main gate").open_by_hand()
    freezer.tick(3600)
    await set_up(hass, entry)
    cloud.door("Main gate").close_by_hand()
    await advance(30)
    assert [one.data["event_type"] for one in told] == ["closed"]


async def test_nothing_is_told_of_what_is_hidden_meanwhile(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    advance: Advance,
) -> None:
    """The rest is told when it is listed again, however many there are."""
    await hass.config_entries.async_unload(linked.entry_id)
    gate = cloud.door("Main gate")
    gate.travel_seconds = 0
    for _ in range(100):
        gate.open_by_hand()
        freezer.tick(1)
        gate.close_by_hand()
        freezer.tick(1)
    states: list[str] = []
    looks: list[asyncio.Future[None]] = []

    @callback
    def hear(_event: Event) -> None:
        state = hass.states.get("event.main_gate_access")
        assert state
        states.append(state.state)
        if not looks:
            cloud.faults.add("sync", Fault(edit=_without_the_gate), times=1)
            looks.append(asyncio.ensure_future(linked.runtime_data.async_refresh()))

    hass.bus.async_listen(EVENT_ACCESS, hear)
    await set_up(hass, linked)
    await looks[0]
    await advance(30)
    assert "unavailable" not in states
    assert len(states) == 200


async def test_what_goes_away_during_a_reading_is_new_when_it_returns(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    told: list[Event],
) -> None:
    """What others did meanwhile is theirs."""
    gate = cloud.door("Main gate")
    cloud.faults.add("history", Fault(delay=3, after=True), times=1)
    gate.open_by_hand()
    await look_until_a_log_is_asked_for(linked, cloud)
    house.entrance.owner = house.guest
    await linked.runtime_data.async_refresh()
    await advance(4)
    await advance(30)
    gate.close_by_hand()
    await advance(3600)
    told.clear()
    house.entrance.owner = house.owner
    await advance(30)
    await advance(900)
    assert not told


async def test_a_clock_that_is_set_back_stops_no_reading(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What moves is read at once."""
    freezer.tick(-7200)
    cloud.requests.clear()
    cloud.door("Main gate").open_by_hand()
    freezer.tick(30)
    await linked.runtime_data.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert histories(cloud) == 1


async def test_the_action_and_a_reading_do_not_disturb_each_other(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Each finds by itself which kind of log this account may see."""
    cloud.history_types = {"door"}
    cloud.faults.add("history", Fault(delay=3, status=400), times=1)
    cloud.door("Main gate").open_by_hand()
    await look_until_a_log_is_asked_for(linked, cloud)
    await hass.services.async_call(
        DOMAIN,
        "get_access_history",
        {"entity_id": "switch.main_gate"},
        blocking=True,
        return_response=True,
    )
    await advance(4)
    state = hass.states.get("event.main_gate_access")
    assert state
    assert state.state != "unavailable"


async def test_a_controller_without_doors_changes_nothing_for_the_others(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """One request per controller stays one."""
    cloud.add_controller(house.owner)
    cloud.faults.add("history", Fault(status=400), times=1)
    await advance(30)
    cloud.requests.clear()
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert histories(cloud) == 1


async def test_a_log_may_ask_to_wait_late(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """It means from then on."""
    cloud.faults.add(
        "history",
        Fault(delay=9, status=429, headers={"Retry-After": "35"}),
        times=1,
    )
    cloud.door("Main gate").open_by_hand()
    await look_until_a_log_is_asked_for(linked, cloud)
    await advance(9)
    await advance(27)
    assert histories(cloud) == 1
    await advance(30)
    assert histories(cloud) == 2
