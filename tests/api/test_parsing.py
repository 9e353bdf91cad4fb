"""How the list of controllers and access points is read."""

from datetime import datetime
import json
from typing import Any

import pytest

from custom_components.parqex.api import (
    AccessPoint,
    Controller,
    Relationship,
    Snapshot,
    State,
)

from .records import device, documented, door, parse_snapshot


def test_the_documented_list_of_devices() -> None:
    """One controller with one door."""
    controller_id = "9d9e5e0e093a06d5f16e1116d108d0c7"
    access_point_id = "70fc7ebd63d841d9a9f06ff815be1e7c"
    snapshot = parse_snapshot(documented("sync.json"))
    assert snapshot == Snapshot(
        controllers={
            controller_id: Controller(
                id=controller_id,
                software_version="0",
                last_contact=datetime.fromisoformat("2020-12-18 18:47:25"),
            )
        },
        access_points={
            access_point_id: AccessPoint(
                id=access_point_id,
                controller_id=controller_id,
                name="Kitty",
                number=1,
                state=State.OPEN,
                last_toggled=datetime.fromisoformat("2020-12-18 18:32:25"),
                in_service=True,
                relationship=Relationship.HAS_ACCESS,
                left_open_after=900,
                auto_close=False,
                auto_close_delay=0,
                battery=None,
            )
        },
    )
    assert snapshot.complete


def test_a_real_account_with_two_controllers_keeps_all_five_doors() -> None:
    """Clients of the earlier brand lost doors by reading only the first controller."""
    devices = documented("sync-predecessor-five-doors.json")
    snapshot = parse_snapshot({"success": True, "data": {"devices": devices}})
    first, second = snapshot.controllers
    assert [one.number for one in snapshot.access_points_of(first)] == [1, 2]
    assert [one.number for one in snapshot.access_points_of(second)] == [1, 2, 3]
    assert [one.name for one in snapshot.access_points.values()] == [
        *("Door 1", "Door 2"),
        *("Door 1", "Door 2", "Door 3"),
    ]
    assert {one.state for one in snapshot.access_points.values()} == {State.CLOSED}
    assert snapshot.complete


@pytest.mark.parametrize("private", ["20000c2a6908848d", "ParqEx", "Production"])
def test_pairing_codes_and_owners_are_dropped(private: str) -> None:
    """Nobody here needs them."""
    assert private in json.dumps(documented("sync.json"))
    assert private not in repr(parse_snapshot(documented("sync.json")))


@pytest.mark.parametrize(
    "malformed",
    [
        None,
        "text",
        7,
        [],
        {},
        {"doors": []},
        device(None),
        device(""),
        device(" \n"),
        device("c\x002"),
        device("c2\ud800"),
        device(7),
        device(["c2"]),
        device("first", door("d9")),
        {"id": "c2"},
        device("c2", doors=None),
        device("c2", doors={}),
        device("c2", doors="text"),
    ],
)
def test_a_malformed_controller_is_left_out_and_counted(malformed: Any) -> None:
    """And the others work."""
    devices = [device("first", door("d1")), malformed, device("last", door("d2"))]
    snapshot = parse_snapshot({"devices": devices})
    assert list(snapshot.controllers) == ["first", "last"]
    assert list(snapshot.access_points) == ["d1", "d2"]
    assert snapshot.skipped == 1
    assert not snapshot.complete


@pytest.mark.parametrize(
    "malformed",
    [
        None,
        "text",
        7,
        [],
        {},
        door(None),
        door(""),
        door(" \n"),
        door("d\x002"),
        door("d2\ud800"),
        door(7),
        door("d" * 256),
        door(f"d{chr(0xD83D)}"),
        door("d\ufffd"),
        door("d\x00"),
        door("first", name="Again"),
        door("elsewhere", name="Again"),
    ],
)
def test_a_malformed_door_is_left_out_and_counted(malformed: Any) -> None:
    """And the others work."""
    devices = [
        device("c1", door("elsewhere")),
        device("c2", door("first"), malformed, door("last")),
    ]
    snapshot = parse_snapshot({"devices": devices})
    assert list(snapshot.access_points) == ["elsewhere", "first", "last"]
    assert snapshot.access_points["elsewhere"].controller_id == "c1"
    assert {one.name for one in snapshot.access_points.values()} == {None}
    assert snapshot.skipped == 1
    assert not snapshot.complete


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (("OPEN", "OPEN"), State.OPEN),
        (("OPEN", "CLOSED"), None),
        (("CLOSED", "OPEN"), None),
        (("CLOSED", "OPEN", "CLOSED"), None),
        (("CLOSED", None), None),
        ((None, "CLOSED"), None),
    ],
)
def test_a_door_that_is_both_open_and_closed_is_neither(
    states: tuple[str | None, ...], shown: State | None
) -> None:
    """Nobody is to sleep soundly because of the one that came first."""
    doors = [door("d1", state=state) for state in states]
    snapshot = parse_snapshot({"devices": [device("c1", *doors), device("c2", *doors)]})
    assert snapshot.access_points["d1"].state is shown
    assert not snapshot.complete


@pytest.mark.parametrize("devices", [[], [device("c1")]])
def test_without_doors_nothing_is_known_to_be_gone(devices: list[Any]) -> None:
    """A service that lists nothing at all is more likely broken."""
    snapshot = parse_snapshot({"devices": devices})
    assert snapshot.skipped == 0
    assert not snapshot.complete


def test_the_list_of_devices_is_found_at_either_place() -> None:
    """Also where the other one stands there empty-handed."""
    devices = [device("c1", door("d1"))]
    assert (
        parse_snapshot({"devices": devices})
        == parse_snapshot({"data": {"devices": devices}})
        == parse_snapshot({"devices": None, "data": {"devices": devices}})
        == parse_snapshot({"devices": devices, "data": None})
    )


def test_unknown_fields_are_ignored() -> None:
    """The service may learn new things."""
    new = {"kind": "gate", "nested": {"id": 7}}
    assert parse_snapshot(
        {"devices": [device("c1", door("d1", **new), **new)], **new}
    ) == parse_snapshot({"devices": [device("c1", door("d1"))]})


def test_access_points_come_in_the_order_they_are_wired() -> None:
    """Only those of the controller; the ones without a position first, by id."""
    doors = [door("c", entity_number=2), door("0", entity_number=1), door("b")]
    snapshot = parse_snapshot(
        {"devices": [device("c1", *doors, door("a")), device("c2", door("e"))]}
    )
    assert [one.id for one in snapshot.access_points_of("c1")] == ["a", "b", "0", "c"]
    assert snapshot.access_points_of("c3") == []
