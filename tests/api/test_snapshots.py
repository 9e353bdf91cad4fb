"""Reading one list of devices after the other."""

import asyncio
from copy import deepcopy
from typing import Any

import pytest

from custom_components.parqex.api.snapshots import DOORS_AT_A_TIME, SnapshotReader

from .records import documented


def listed(*door_ids: str, device_id: Any = "c1") -> dict[str, Any]:
    """Return a device with every field of the documented one."""
    device = deepcopy(documented("sync.json")["devices"][0])
    door = device["doors"][0]
    return {
        **device,
        "id": device_id,
        "doors": [{**door, "id": door_id} for door_id in door_ids],
    }


async def test_what_changed_is_new_and_all_else_the_same_object() -> None:
    """Also beside a change on the same controller."""
    reader = SnapshotReader()
    devices = [listed("d1", "d2"), listed("d3", device_id="c2")]
    before = await reader.async_read({"devices": devices})
    assert await reader.async_read({"devices": deepcopy(devices)}) is before
    devices[0]["doors"][0]["state"] = "CLOSED"
    now = await reader.async_read({"devices": devices})
    assert now.access_points["d1"].state == "CLOSED"
    for one_id in ("d2", "d3"):
        assert now.access_points[one_id] is before.access_points[one_id]
    for one_id in ("c1", "c2"):
        assert now.controllers[one_id] is before.controllers[one_id]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("active", False),
        ("registered", False),
        ("software_version", "9"),
        ("last_contact", "2026-01-01 00:00:00"),
        ("time_before_door_open_alert", 60),
    ],
)
async def test_every_field_of_a_device_that_is_read_is_compared(
    field: str, value: Any
) -> None:
    """Or a change of it would never be seen."""
    reader = SnapshotReader()
    before = await reader.async_read({"devices": [listed("d1")]})
    now = await reader.async_read({"devices": [{**listed("d1"), field: value}]})
    assert now != before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Other"),
        ("entity_number", 7),
        ("state", "CLOSED"),
        ("last_toggled", "2026-01-01 00:00:00"),
        ("active", False),
        ("user_relationship", "Owner"),
        ("door_auto_close_enabled", True),
        ("door_auto_close_delay", 5),
        ("bluetooth_sensor", True),
    ],
)
async def test_every_field_of_a_door_that_is_read_is_compared(
    field: str, value: Any
) -> None:
    """Or a change of it would never be seen."""
    reader = SnapshotReader()
    device = listed("d1")
    before = await reader.async_read({"devices": [deepcopy(device)]})
    device["doors"][0][field] = value
    assert await reader.async_read({"devices": [device]}) != before


@pytest.mark.parametrize("device_id", [[], {}, None, 7])
async def test_an_id_of_another_type_is_left_out(device_id: Any) -> None:
    """With every other field there."""
    reader = SnapshotReader()
    for _ in range(2):
        snapshot = await reader.async_read(
            {"devices": [listed("d1", device_id=device_id), listed("d2")]}
        )
        assert list(snapshot.access_points) == ["d2"]
        assert snapshot.skipped == 1


async def test_what_moves_to_another_controller_is_listed_once() -> None:
    """Whichever of the two is listed first."""
    reader = SnapshotReader()
    await reader.async_read({"devices": [listed("d1"), listed("d2", device_id="c2")]})
    twice = {"devices": [listed("d1"), listed("d1", "d2", device_id="c2")]}
    snapshot = await reader.async_read(twice)
    assert snapshot.access_points["d1"].controller_id == "c1"
    assert snapshot.skipped == 1
    twice["devices"].reverse()
    snapshot = await reader.async_read(twice)
    assert snapshot.access_points["d1"].controller_id == "c2"
    assert snapshot.skipped == 1


async def test_a_long_list_leaves_everybody_else_a_turn() -> None:
    """It is read in slices."""
    doors = [f"d{number}" for number in range(100)]
    devices = [
        listed(*(f"{controller}{door}" for door in doors), device_id=f"c{controller}")
        for controller in range(30)
    ]
    reading = asyncio.ensure_future(SnapshotReader().async_read({"devices": devices}))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 30 * 100 // (DOORS_AT_A_TIME + 100)
