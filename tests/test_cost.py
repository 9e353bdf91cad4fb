"""What looking at ParqEx costs: requests, state writes and turns, never seconds."""

import asyncio
from collections.abc import Mapping
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.parqex import coordinator
from custom_components.parqex.const import EVENT_ACCESS
from custom_components.parqex.coordinator import TOLD_AT_A_TIME
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from tests.conftest import Advance, set_up
from tests.simulator import Cloud, DemoHouse, Door, Fault

POINTS_PER_CONTROLLER = 100


@pytest.fixture
def written(hass: HomeAssistant) -> list[str]:
    """Return the entities whose state is written, also where it stays the same."""
    entity_ids: list[str] = []

    @callback
    def note(data: Mapping[str, Any]) -> bool:
        entity_ids.append(data["entity_id"])
        return False

    hass.bus.async_listen(EVENT_STATE_CHANGED, lambda _: None, event_filter=note)
    hass.bus.async_listen(EVENT_STATE_REPORTED, lambda _: None, event_filter=note)
    return entity_ids


def build(cloud: Cloud, house: DemoHouse, points: int) -> list[Door]:
    """Give the owner's account so many access points and no other."""
    for controller in (house.entrance, house.garage):
        cloud.remove_controller(controller)
    return [
        cloud.add_door(controller, f"Box {first + number}")
        for first in range(0, points, POINTS_PER_CONTROLLER)
        for controller in [cloud.add_controller(house.owner)]
        for number in range(min(POINTS_PER_CONTROLLER, points - first))
    ]


def asked(cloud: Cloud) -> list[str]:
    """Return what was asked for since the last time."""
    endpoints = [one.endpoint for one in cloud.requests]
    cloud.requests.clear()
    return endpoints


@pytest.mark.parametrize("points", [1, 10, 100, 1000])
async def test_a_look_is_one_request_and_one_more_for_each_controller_that_moved(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    written: list[str],
    points: int,
) -> None:
    """At any size; and nothing is written that did not change."""
    doors = build(cloud, house, points)
    await set_up(hass, entry)
    # The first thing that moves proves the zone of every time there is.
    doors[0].open_by_hand()
    await advance(30)
    asked(cloud)
    written.clear()

    await advance(30)
    await advance(30)
    assert asked(cloud) == ["sync"] * 2
    assert not written

    moved = doors[::POINTS_PER_CONTROLLER][:3]
    for door in moved:
        door.close_by_hand() if door.state == "OPEN" else door.open_by_hand()
    await advance(30)
    assert asked(cloud) == ["sync", *["history"] * len(moved)]
    names = {entity_id.partition(".")[2] for entity_id in written}
    for door in moved:
        own = f"{door.name.lower().replace(' ', '_')}"
        assert {own, f"{own}_door", f"{own}_access"} <= names
        names -= {one for one in names if one == own or one.startswith(f"{own}_")}
    assert not names


async def test_an_answer_that_says_the_same_is_the_same_snapshot(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    written: list[str],
) -> None:
    """Byte for byte, in other words, or with news of what nobody reads."""
    looking = linked.runtime_data
    snapshot, shape = looking.data, looking.client.last_shape
    await advance(30)
    assert looking.data is snapshot
    # Whatever is read leaves a new description of its shape.
    assert looking.client.last_shape is shape

    def reworded(body: Any) -> Any:
        body["timestamp"] = "2026-11-02 12:01:00"
        for device in body["devices"]:
            device["light"] = True
        return body

    cloud.faults.add("sync", Fault(edit=reworded), times=1)
    await advance(30)
    assert looking.data is snapshot
    assert looking.client.last_shape["timestamp"] == "str"
    assert not written


async def test_what_did_not_change_is_the_same_object(
    linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Only the access point that moved is new."""
    before = linked.runtime_data.data
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await advance(30)
    now = linked.runtime_data.data
    assert {
        one_id
        for one_id, one in now.access_points.items()
        if one is not before.access_points[one_id]
    } == {gate.id}
    assert now.access_points[gate.id].state == "OPEN"


async def test_a_failure_in_between_hides_no_change(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """What the service says again after it failed is shown again."""
    cloud.faults.add("sync", Fault(status=500), times=1)
    await advance(30)
    assert not linked.runtime_data.last_update_success
    await advance(60)
    state = hass.states.get("switch.main_gate")
    assert state
    assert state.state == "off"


async def test_the_same_answer_under_an_error_is_an_error(
    linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """That its bytes are known makes it no success."""
    answers: list[str] = []

    def noted(body: Any) -> Any:
        answers.append(json.dumps(body))
        return body

    cloud.faults.add("sync", Fault(edit=noted), times=1)
    await advance(30)
    cloud.faults.add("sync", Fault(status=500, body=answers[0]))
    await advance(30)
    assert not linked.runtime_data.last_update_success


async def test_many_changes_leave_everybody_else_a_turn(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    written: list[str],
) -> None:
    """Everything moves at once."""
    doors = build(cloud, house, 200)
    await set_up(hass, entry)
    doors[0].open_by_hand()
    await advance(30)
    for door in doors:
        door.open_by_hand() if door.state == "CLOSED" else door.close_by_hand()
    written.clear()
    most_between_turns = 0
    refresh = hass.async_create_task(entry.runtime_data.async_refresh())
    while not refresh.done() or len(shown(hass, "off")) > 1:
        count = len(written)
        await asyncio.sleep(0)
        most_between_turns = max(most_between_turns, len(written) - count)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(shown(hass, "on")) == len(doors) - 1
    per_access_point = len(written) / len(doors)
    assert most_between_turns <= TOLD_AT_A_TIME * per_access_point


async def test_an_access_is_told_once_its_state_is_shown(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where showing all that moved takes longer than reading who moved it."""
    monkeypatch.setattr(coordinator, "TOLD_AT_A_TIME", 1)
    doors = build(cloud, house, 200)
    await set_up(hass, entry)
    accesses: list[str] = []
    early: list[str] = []

    @callback
    def note_access(data: Mapping[str, Any]) -> bool:
        accesses.append(data["name"])
        number = data["name"].removeprefix("Box ")
        state = hass.states.get(f"binary_sensor.box_{number}_door")
        if state is None or state.state != "on":
            early.append(data["name"])
        return False

    hass.bus.async_listen(EVENT_ACCESS, lambda _: None, event_filter=note_access)
    for door in doors:
        door.open_by_hand()
    await advance(30)
    assert len(accesses) == len(doors)
    assert not early


def shown(hass: HomeAssistant, state: str) -> list[str]:
    """Return the switches that show a state."""
    return [
        one.entity_id for one in hass.states.async_all("switch") if one.state == state
    ]


async def test_a_device_that_only_moved_is_not_registered_again(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The registry is asked when something is renamed, and only there."""
    registered: list[Any] = []
    register = dr.DeviceRegistry.async_get_or_create

    def noted(self: dr.DeviceRegistry, **kwargs: Any) -> dr.DeviceEntry:
        registered.extend(identifier for _, identifier in kwargs["identifiers"])
        return register(self, **kwargs)

    monkeypatch.setattr(dr.DeviceRegistry, "async_get_or_create", noted)
    elevator = cloud.door("Elevator")
    elevator.open_by_hand()
    await advance(30)
    assert not registered
    elevator.rename("Lift")
    await advance(30)
    assert registered[0] == elevator.controller.id
    assert set(registered[1:]) == {one.id for one in elevator.controller.doors}


async def test_a_controller_loses_its_half_list_only_with_the_next_whole_one(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """What went while a list was incomplete is removed once one is complete again."""

    def partly_unreadable(body: Any) -> Any:
        body["devices"][0]["doors"].append({"id": None})
        return body

    elevator = cloud.door("Elevator")
    cloud.remove_door(elevator)
    cloud.faults.add("sync", Fault(edit=partly_unreadable))
    await advance(30)
    assert hass.states.get("switch.elevator")
    cloud.faults.clear()
    await advance(30)
    assert hass.states.get("switch.elevator") is None
    house.entrance.doors.append(elevator)
    await advance(30)
    state = hass.states.get("switch.elevator")
    assert state
    assert state.state == "off"
