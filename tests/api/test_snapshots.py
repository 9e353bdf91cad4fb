"""One list of devices after the other: what did not change is the same object."""

import asyncio
from typing import Any

import pytest

from custom_components.parqex.api import State
from custom_components.parqex.api.snapshots import DOORS_AT_A_TIME, SnapshotReader

from .records import device, documented, door, parse_snapshot

FIRST = documented("sync.json")["devices"][0]

# Ids that the service may take for one and the same.
SPELLED = ("0ddba11c0ffee00d", "0ddba11c-0ffe-e00d", "0DDBA11C0FFEE00D")


def listed(*door_ids: str, device_id: Any = "c1", **fields: Any) -> dict[str, Any]:
    """Return a device with every field of the documented one."""
    doors = [{**FIRST["doors"][0], "id": door_id} for door_id in door_ids]
    return {**FIRST, "id": device_id, "doors": doors, **fields}


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (("OPEN", "OPEN"), State.OPEN),
        *[(("OPEN", "CLOSED"), None), (("CLOSED", "OPEN"), None)],
        (("CLOSED", "OPEN", "CLOSED"), None),
        *[(("CLOSED", None), None), ((None, "CLOSED"), None)],
    ],
)
@pytest.mark.parametrize("ids", [("d1", "d1", "d1"), SPELLED])
@pytest.mark.parametrize("apart", [None, ("c1", "c2", "c3"), ("c1", "c1", "c1")])
def test_an_access_point_listed_twice_has_a_state_only_if_all_agree(
    states: tuple[str | None, ...], shown: State | None, ids: Any, apart: Any
) -> None:
    """On one controller, several or one listed twice, however spelled: the first counts."""
    doors = [door(one, state=state) for one, state in zip(ids, states, strict=False)]
    devices = [device("c1", *doors)]
    if apart:
        devices = [device(*both) for both in zip(apart, doors, strict=False)]
    snapshot = parse_snapshot({"devices": devices})
    (access_point,) = snapshot.access_points.values()
    assert (access_point.id, access_point.controller_id) == (ids[0], "c1")
    assert access_point.state is shown
    twins = len(devices) - len(snapshot.controllers)
    assert snapshot.skipped == len(states) - 1 + twins


def test_a_controller_listed_twice_is_listed_once() -> None:
    """The first one counts, however the id of the second is spelled."""
    devices = [device(SPELLED[0], door("d1")), device(SPELLED[1], door("d2"))]
    snapshot = parse_snapshot({"devices": devices})
    assert list(snapshot.controllers) == [SPELLED[0]]
    assert list(snapshot.access_points) == ["d1"]
    assert snapshot.skipped == 1


async def test_a_long_list_is_parsed_in_slices() -> None:
    """The event loop runs in between."""
    doors = [door(f"d{number}") for number in range(DOORS_AT_A_TIME * 5)]
    devices = [device(f"c{door['id']}", door) for door in doors]
    reading = asyncio.ensure_future(SnapshotReader().async_read({"devices": devices}))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 5
