"""How the list of controllers and access points is read."""

from datetime import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.parqex.api import AccessPoint, Controller, Snapshot, State
from custom_components.parqex.api.models import parse_snapshot

FIXTURES = Path(__file__).parents[1] / "fixtures"


def documented(name: str) -> Any:
    """Return a sample of the documentation."""
    return json.loads((FIXTURES / name).read_bytes())


def device(device_id: Any, *doors: Any, **fields: Any) -> dict[str, Any]:
    """Return a controller as the service writes it."""
    return {"id": device_id, "doors": list(doors), **fields}


def door(door_id: Any, **fields: Any) -> dict[str, Any]:
    """Return an access point as the service writes it."""
    return {"id": door_id, **fields}


def read(**fields: Any) -> AccessPoint:
    """Return what becomes of a door with these fields."""
    snapshot = parse_snapshot({"devices": [device("c1", door("d1", **fields))]})
    return snapshot.access_points["d1"]


def test_the_documented_list_of_devices() -> None:
    """One controller with one door."""
    controller_id = "9d9e5e0e093a06d5f16e1116d108d0c7"
    access_point_id = "70fc7ebd63d841d9a9f06ff815be1e7c"
    snapshot = parse_snapshot(documented("sync.json"))
    assert snapshot == Snapshot(
        controllers={controller_id: Controller(controller_id, software_version="0")},
        access_points={
            access_point_id: AccessPoint(
                id=access_point_id,
                controller_id=controller_id,
                name="Kitty",
                number=1,
                state=State.OPEN,
                last_toggled=datetime.fromisoformat("2020-12-18 18:32:25"),
                in_service=True,
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
        door(7),
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


def test_a_door_needs_nothing_but_its_id() -> None:
    """What is missing is unknown, and switches nothing off."""
    assert read() == AccessPoint(
        id="d1",
        controller_id="c1",
        name=None,
        number=None,
        state=None,
        last_toggled=None,
        in_service=True,
    )


@pytest.mark.parametrize("state", list(State))
def test_the_documented_states_are_believed(state: State) -> None:
    """There are two."""
    assert read(state=state.value).state is state


@pytest.mark.parametrize(
    "state", ["MOVING", "open", " OPEN", "", None, 7, True, ["OPEN"], {}]
)
def test_any_other_state_is_unknown(state: Any) -> None:
    """It claims neither open nor closed."""
    assert read(state=state).state is None


@pytest.mark.parametrize(
    ("flag", "in_service"),
    [
        *[(False, False), (0, False), ("false", False), ("False", False), ("0", False)],
        *[(True, True), (1, True), ("true", True), ("1", True)],
        *[(None, True), ("", True), ("maybe", True), (2, True), ([], True), ({}, True)],
    ],
)
def test_only_a_clear_no_switches_off(flag: Any, in_service: bool) -> None:
    """On the door as on its controller."""
    assert read(active=flag).in_service is in_service
    for flags in ({"active": flag}, {"registered": flag}):
        snapshot = parse_snapshot({"devices": [device("c1", door("d1"), **flags)]})
        assert snapshot.access_points["d1"].in_service is in_service


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Main gate", "Main gate"),
        (" Main\n\tgate\x00\x1b ", "Main gate"),
        ("\u202eMain\u2028gate", "Main gate"),
        ("Tür 🚪", "Tür 🚪"),
        *[("", None), (" ", None), ("\n\x00", None)],
        *[(None, None), (7, None), ([], None), ({}, None)],
    ],
)
def test_a_name_is_one_line_of_text_or_none(written: Any, name: str | None) -> None:
    """Whatever people type."""
    assert read(name=written).name == name


@pytest.mark.parametrize(
    ("written", "number"),
    [
        *[(2, 2), ("2", 2)],
        *[(None, None), ("two", None), ([], None), ("9" * 5000, None)],
    ],
)
def test_the_position_is_a_number_or_none(written: Any, number: int | None) -> None:
    """As text too."""
    assert read(entity_number=written).number == number


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2020-12-18 18:32:25", "2020-12-18 18:32:25"),
        ("2020-12-18 18:32:25+01:00", "2020-12-18 17:32:25"),
        ("2020-12-18", "2020-12-18 00:00:00"),
    ],
)
def test_the_last_change_has_a_time_without_zone(written: str, time: str) -> None:
    """As the service writes it; UTC should it begin to name a zone."""
    assert str(read(last_toggled=written).last_toggled) == time


@pytest.mark.parametrize(
    "written", [None, "", "today", 1480651271, [], "0000-00-00 00:00:00", "0001-01-01"]
)
def test_the_last_change_may_have_no_time(written: Any) -> None:
    """The access point works all the same."""
    assert read(last_toggled=written).last_toggled is None


def test_access_points_come_in_the_order_they_are_wired() -> None:
    """Only those of the controller; the ones without a position first, by id."""
    doors = [door("c", entity_number=2), door("0", entity_number=1), door("b")]
    snapshot = parse_snapshot(
        {"devices": [device("c1", *doors, door("a")), device("c2", door("e"))]}
    )
    assert [one.id for one in snapshot.access_points_of("c1")] == ["a", "b", "0", "c"]
    assert snapshot.access_points_of("c3") == []
