"""One list of devices after the other: what did not change is the same object."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from custom_components.parqex.api import SnapshotChange, State
from custom_components.parqex.api.snapshots import DOORS_AT_A_TIME, SnapshotReader

from .records import device, documented, door, parse_snapshot

FIRST = documented("sync.json")["devices"][0]
HUGE = {"huge": 10**30}

# Ids that the service may take for one and the same.
SPELLED = ("0ddba11c0ffee00d", "0ddba11c-0ffe-e00d", "0DDBA11C0FFEE00D")


def listed(*door_ids: str, device_id: Any = "c1", **fields: Any) -> dict[str, Any]:
    """Return a device with every field of the documented one."""
    doors = [{**FIRST["doors"][0], "id": door_id} for door_id in door_ids]
    return {**FIRST, "id": device_id, "doors": doors, **fields}


@pytest.mark.parametrize("unknown", [{}, HUGE])
def test_only_what_changed_is_a_new_object(unknown: dict[str, Any]) -> None:
    """Also beside a change on the same controller, and if orjson cannot write it."""
    reader = SnapshotReader()
    devices = [listed("d1", "d2", **unknown), listed("d3", device_id="c2", **unknown)]
    before = parse_snapshot({"devices": devices}, reader)
    assert parse_snapshot({"devices": deepcopy(devices)}, reader) is before
    devices[0]["doors"][0]["state"] = "CLOSED"
    now = parse_snapshot({"devices": devices}, reader)
    assert now.access_points["d1"].state is State.CLOSED
    assert now.access_points["d1"] is not before.access_points["d1"]
    for one_id in ("d2", "d3"):
        assert now.access_points[one_id] is before.access_points[one_id]
    for one_id in ("c1", "c2"):
        assert now.controllers[one_id] is before.controllers[one_id]
    assert SnapshotChange.between(before, now).ids == ("d1",)


@pytest.mark.parametrize(
    "edit",
    [
        lambda body: {**body, "timestamp": 7},
        lambda body: {"devices": body["devices"][::-1]},
        lambda body: {"data": body},
        lambda body: {"devices": [{**one, "new": 7} for one in body["devices"]]},
        lambda body: {"devices": [{**one, **HUGE} for one in body["devices"]]},
    ],
)
def test_an_answer_that_means_the_same_is_the_same_snapshot(
    edit: Callable[[Any], Any],
) -> None:
    """Whatever changed in fields that nothing here needs, or in the order."""
    reader = SnapshotReader()
    body = {"devices": [listed("d1"), listed("d2", device_id="c2")]}
    assert parse_snapshot(body, reader) is parse_snapshot(edit(body), reader)


def test_what_could_not_be_read_changes_nothing_else() -> None:
    """It is counted in each answer, and two conflicting records stay one object."""
    reader = SnapshotReader()
    doors = [door("d1", state="OPEN"), door("d1", state="CLOSED"), door(None)]
    devices = [None, device("c1", *doors), device("c2", door("d2"))]
    before = parse_snapshot({"devices": devices}, reader)
    assert before.skipped == 3
    devices[2] = device("c2", door("d2", state="OPEN"))
    now = parse_snapshot({"devices": devices}, reader)
    assert now.skipped == 3
    assert SnapshotChange.between(before, now).ids == ("d2",)
    assert now.access_points["d1"] is before.access_points["d1"]


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
@pytest.mark.parametrize("apart", [False, True])
def test_an_access_point_listed_twice_has_a_state_only_if_all_agree(
    states: tuple[str | None, ...], shown: State | None, ids: Any, apart: bool
) -> None:
    """On one controller or several, and in different spellings: the first one counts."""
    doors = [door(one, state=state) for one, state in zip(ids, states, strict=False)]
    devices = [device("c1", *doors)]
    if apart:
        devices = [device(f"c{number}", one) for number, one in enumerate(doors, 1)]
    snapshot = parse_snapshot({"devices": devices})
    (access_point,) = snapshot.access_points.values()
    assert (access_point.id, access_point.controller_id) == (ids[0], "c1")
    assert access_point.state is shown
    assert snapshot.skipped == len(states) - 1


def test_a_controller_listed_twice_is_listed_once() -> None:
    """The first one counts, however the id of the second is spelled."""
    devices = [device(SPELLED[0], door("d1")), device(SPELLED[1], door("d2"))]
    snapshot = parse_snapshot({"devices": devices})
    assert list(snapshot.controllers) == [SPELLED[0]]
    assert list(snapshot.access_points) == ["d1"]
    assert snapshot.skipped == 1


def test_an_access_point_may_move_and_may_have_the_id_of_its_controller() -> None:
    """It belongs to whichever controller is listed first."""
    reader = SnapshotReader()
    parse_snapshot({"devices": [device("c1", door("d1")), device("c2")]}, reader)
    devices = [device("c1", door("d1")), device("c2", door("d1"), door("c2"))]
    for controller_id in ("c1", "c2"):
        snapshot = parse_snapshot({"devices": devices}, reader)
        assert snapshot.access_points["d1"].controller_id == controller_id
        assert snapshot.access_points["c2"].controller_id == "c2"
        assert snapshot.skipped == 1
        devices.reverse()


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
