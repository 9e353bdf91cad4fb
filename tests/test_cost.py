"""What a refresh costs: requests, state writes and registrations, never seconds."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.parqex.data import process_state
from homeassistant.helpers import device_registry as dr
from tests.common import Home, name_of, written_states
from tests.conftest import set_up
from tests.simulator import Door

POINTS_PER_CONTROLLER = 100


def build(home: Home, points: int) -> list[Door]:
    """Give the owner's account this many access points and no others."""
    for controller in (home.house.entrance, home.house.garage):
        home.cloud.remove_controller(controller)
    return [
        home.cloud.add_door(controller, f"Box {first + number}")
        for first in range(0, points, POINTS_PER_CONTROLLER)
        for controller in [home.cloud.add_controller(home.house.owner)]
        for number in range(min(POINTS_PER_CONTROLLER, points - first))
    ]


@pytest.mark.usefixtures("log_entities")
@pytest.mark.parametrize("points", [1, 10, 250])
async def test_a_refresh_costs_as_much_as_changed(unlinked: Home, points: int) -> None:
    """One request, one more per controller that moved, and writes of what changed."""
    home = unlinked
    doors = build(home, points)
    await set_up(home.hass, home.entry)
    await home.advance(30)
    # The first movement proves the zone of all times.
    doors[0].open_by_hand()
    await home.advance(30)
    home.cloud.requests.clear()
    written = written_states(home.hass)

    await home.advance(30, times=2)
    assert home.endpoints == ["sync"] * 2
    assert not written

    home.cloud.requests.clear()
    moved = doors[::POINTS_PER_CONTROLLER]
    for door in moved:
        door.move_by_hand()
    await home.advance(30)
    assert home.endpoints == ["sync", *["history"] * len(moved)]
    last_write = {entity_id: at for at, (entity_id, _) in enumerate(written)}
    others = {*last_write}
    for door in moved:
        name = name_of(door)
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


def reordered(body: Any) -> Any:
    """Return an answer in another order, under `data`."""
    return {"data": {"devices": body["devices"][::-1]}}


def huge(body: Any) -> Any:
    """Return an answer that orjson can neither read nor write."""
    odd = {"huge": 10**30, "none": float("nan")}
    return {"devices": [{**one, **odd} for one in body["devices"]]}


@pytest.mark.parametrize(
    ("edit", "parsed"),
    [(same, False), *((it, True) for it in (reworded, reordered, huge))],
)
async def test_an_answer_that_says_the_same_is_the_same_snapshot(
    home: Home, edit: Callable[[Any], Any], parsed: bool
) -> None:
    """Nothing is written, and what is the same byte for byte is not even parsed."""
    written, dialect = written_states(home.hass), process_state(home.hass).dialect
    snapshot, shape = home.snapshot, dialect.report()["shapes"]["sync"]
    home.fail("sync", 1, edit=edit)
    await home.advance(30)
    assert home.snapshot is snapshot
    assert (dialect.report()["shapes"]["sync"] is not shape) is parsed
    assert not written


async def test_the_same_answer_with_an_error_status_is_an_error(home: Home) -> None:
    """And what is known already is shown again once the service says it again."""
    answers: list[bytes] = []

    def note(body: bytes) -> bytes:
        answers.append(body)
        return body

    home.fail("sync", 1, rewrite=note)
    await home.advance(30)
    home.fail("sync", 1, status=500, body=answers[0])
    await home.advance(30)
    assert not home.coordinator.last_update_success
    await home.advance(60)
    assert home.shown() == "off"


def without_id(body: Any) -> Any:
    """Make one record unreadable."""
    body["devices"][0]["doors"].append({"id": None})
    return body


@pytest.mark.parametrize("edit", [same, without_id])
async def test_a_device_that_only_moved_is_not_registered_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, edit: Callable[[Any], Any]
) -> None:
    """A controller is registered when something on it is renamed, and no other one is."""
    registered: list[Any] = []
    register = dr.DeviceRegistry.async_get_or_create

    def note(self: dr.DeviceRegistry, **kwargs: Any) -> dr.DeviceEntry:
        registered.extend(identifier for _, identifier in kwargs["identifiers"])
        return register(self, **kwargs)

    home.fail("sync", edit=edit)
    await home.advance(30)
    monkeypatch.setattr(dr.DeviceRegistry, "async_get_or_create", note)
    elevator = home.cloud.door("Elevator")
    elevator.open_by_hand()
    await home.advance(30)
    assert not registered
    elevator.rename("Lift")
    await home.advance(30)
    assert registered[0] == elevator.controller.id
    assert set(registered[1:]) == {door.id for door in elevator.controller.doors}


async def test_a_controller_loses_its_half_list_only_with_the_next_whole_one(
    home: Home,
) -> None:
    """What went while a list was incomplete is removed once the list is complete."""
    elevator = home.cloud.door("Elevator")
    home.cloud.remove_door(elevator)
    home.fail("sync", 1, edit=without_id)
    await home.advance(30)
    assert home.shown("switch.elevator")
    await home.advance(30)
    assert home.shown("switch.elevator") is None
    home.house.entrance.doors.append(elevator)
    await home.advance(30)
    assert home.shown("switch.elevator") == "off"
