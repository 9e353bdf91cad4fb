"""What a refresh costs: requests, state writes and registrations, never seconds."""

from collections.abc import Callable, Mapping
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from tests.conftest import Advance, set_up
from tests.simulator import Cloud, DemoHouse, Door, Fault

POINTS_PER_CONTROLLER = 100


@pytest.fixture
def written(hass: HomeAssistant) -> list[str]:
    """Return the entities whose state is written, in order, also if it stays the same."""
    entity_ids: list[str] = []

    @callback
    def note(data: Mapping[str, Any]) -> bool:
        entity_ids.append(data["entity_id"])
        return False

    hass.bus.async_listen(EVENT_STATE_CHANGED, lambda _: None, event_filter=note)
    hass.bus.async_listen(EVENT_STATE_REPORTED, lambda _: None, event_filter=note)
    return entity_ids


def build(cloud: Cloud, house: DemoHouse, points: int) -> list[Door]:
    """Give the owner's account this many access points and no others."""
    for controller in (house.entrance, house.garage):
        cloud.remove_controller(controller)
    return [
        cloud.add_door(controller, f"Box {first + number}")
        for first in range(0, points, POINTS_PER_CONTROLLER)
        for controller in [cloud.add_controller(house.owner)]
        for number in range(min(POINTS_PER_CONTROLLER, points - first))
    ]


def requests(cloud: Cloud) -> list[str]:
    """Return the endpoints of the requests since the last call."""
    endpoints = [request.endpoint for request in cloud.requests]
    cloud.requests.clear()
    return endpoints


@pytest.mark.parametrize("points", [1, 10, 100, 1000])
async def test_a_refresh_costs_as_much_as_changed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    written: list[str],
    points: int,
) -> None:
    """One request, one more per controller that moved, and writes of what changed."""
    doors = build(cloud, house, points)
    await set_up(hass, entry)
    await advance(30)
    # The first movement proves the zone of all times.
    doors[0].open_by_hand()
    await advance(30)
    requests(cloud)
    written.clear()

    await advance(30)
    await advance(30)
    assert requests(cloud) == ["sync"] * 2
    assert not written

    moved = doors[::POINTS_PER_CONTROLLER][:3]
    for door in moved:
        door.close_by_hand() if door.state == "OPEN" else door.open_by_hand()
    await advance(30)
    assert requests(cloud) == ["sync", *["history"] * len(moved)]
    others, last_write = set(written), {one: at for at, one in enumerate(written)}
    for door in moved:
        name = door.name.lower().replace(" ", "_")
        # An automation of the access finds the state that it led to.
        access = last_write[f"event.{name}_access"]
        assert last_write[f"binary_sensor.{name}_door"] < access
        assert last_write[f"switch.{name}"] < access
        others -= {one for one in others if f".{name}_" in f"{one}_"}
    assert not others


def same(body: Any) -> Any:
    """Return an answer byte for byte as before."""
    return body


def reworded(body: Any) -> Any:
    """Return an answer with other values in fields that nobody reads."""
    for device in body["devices"]:
        device["light"] = True
    return {**body, "timestamp": "2026-11-02 12:01:00"}


@pytest.mark.parametrize(("edit", "parsed"), [(same, False), (reworded, True)])
async def test_an_answer_that_says_the_same_is_the_same_snapshot(
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    written: list[str],
    edit: Callable[[Any], Any],
    parsed: bool,
) -> None:
    """Nothing is written, and what is the same byte for byte is not even parsed."""
    data = linked.runtime_data
    snapshot, shape = data.coordinator.data, data.client.last_shape
    cloud.faults.add("sync", Fault(edit=edit), times=1)
    await advance(30)
    assert data.coordinator.data is snapshot
    assert (data.client.last_shape is not shape) is parsed
    assert not written


async def test_the_same_answer_with_an_error_status_is_an_error(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """And what is known already is shown again once the service says it again."""
    answers: list[str] = []

    def note(body: Any) -> Any:
        answers.append(json.dumps(body))
        return body

    cloud.faults.add("sync", Fault(edit=note), times=1)
    await advance(30)
    cloud.faults.add("sync", Fault(status=500, body=answers[0]), times=1)
    await advance(30)
    assert not linked.runtime_data.coordinator.last_update_success
    await advance(60)
    state = hass.states.get("switch.main_gate")
    assert state
    assert state.state == "off"


def without_id(body: Any) -> Any:
    """Make one record unreadable."""
    body["devices"][0]["doors"].append({"id": None})
    return body


@pytest.mark.parametrize("edit", [same, without_id])
async def test_a_device_that_only_moved_is_not_registered_again(
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    monkeypatch: pytest.MonkeyPatch,
    edit: Callable[[Any], Any],
) -> None:
    """A controller is registered when something on it is renamed, and no other one is."""
    registered: list[Any] = []
    register = dr.DeviceRegistry.async_get_or_create

    def note(self: dr.DeviceRegistry, **kwargs: Any) -> dr.DeviceEntry:
        registered.extend(identifier for _, identifier in kwargs["identifiers"])
        return register(self, **kwargs)

    cloud.faults.add("sync", Fault(edit=edit))
    await advance(30)
    monkeypatch.setattr(dr.DeviceRegistry, "async_get_or_create", note)
    elevator = cloud.door("Elevator")
    elevator.open_by_hand()
    await advance(30)
    assert not registered
    elevator.rename("Lift")
    await advance(30)
    assert registered[0] == elevator.controller.id
    assert set(registered[1:]) == {door.id for door in elevator.controller.doors}


async def test_a_controller_loses_its_half_list_only_with_the_next_whole_one(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """What went while a list was incomplete is removed once the list is complete."""
    elevator = cloud.door("Elevator")
    cloud.remove_door(elevator)
    cloud.faults.add("sync", Fault(edit=without_id), times=1)
    await advance(30)
    assert hass.states.get("switch.elevator")
    await advance(30)
    assert hass.states.get("switch.elevator") is None
    house.entrance.doors.append(elevator)
    await advance(30)
    state = hass.states.get("switch.elevator")
    assert state
    assert state.state == "off"
