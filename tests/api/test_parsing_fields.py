"""How the fields of a controller and an access point are read."""

from typing import Any

import pytest

from custom_components.parqex.api import AccessPoint, Relationship, State

from .records import device, door, parse_snapshot


def read(**fields: Any) -> AccessPoint:
    """Return what becomes of a door with these fields."""
    snapshot = parse_snapshot({"devices": [device("c1", door("d1", **fields))]})
    return snapshot.access_points["d1"]


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
        relationship=None,
        left_open_after=None,
        auto_close=False,
        auto_close_delay=None,
        battery=None,
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
        ("Tür \ud83d", "Tür"),
        ("x" * 1_000_000, "x" * 120),
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
        *[(-1, None), ("-1", None), (10**30, None), (1e300, None), (2**31, None)],
        *[(float("nan"), None), (float("inf"), None)],
        *[("9" * 25, None), (1e300, None), (-(2**63), None)],
    ],
)
def test_a_number_is_a_number_or_none(written: Any, number: int | None) -> None:
    """As text too."""
    snapshot = parse_snapshot(
        {
            "devices": [
                device(
                    "c1",
                    door(
                        "d1",
                        entity_number=written,
                        door_auto_close_delay=written,
                        bluetooth_sensor=True,
                        bluetooth_sensor_battery_level=written,
                    ),
                    time_before_door_open_alert=written,
                )
            ]
        }
    )
    one = snapshot.access_points["d1"]
    assert one.number == one.auto_close_delay == one.left_open_after == number
    assert one.battery == number


@pytest.mark.parametrize(("level", "battery"), [(0, 0), (100, 100), (101, None)])
def test_a_battery_is_no_fuller_than_full(level: int, battery: int | None) -> None:
    """In percent."""
    fields = {"bluetooth_sensor": True, "bluetooth_sensor_battery_level": level}
    assert read(**fields).battery == battery


@pytest.mark.parametrize("sensor", [False, None, "maybe", 0])
def test_only_a_bluetooth_sensor_has_a_battery(sensor: Any) -> None:
    """Without one, its level says nothing."""
    fields = {"bluetooth_sensor": sensor, "bluetooth_sensor_battery_level": 87}
    assert read(**fields).battery is None


@pytest.mark.parametrize("flag", [False, None, "maybe", 0])
def test_only_a_clear_yes_closes_by_itself(flag: Any) -> None:
    """Nobody is to rely on it otherwise."""
    assert read(door_auto_close_enabled=True).auto_close
    assert not read(door_auto_close_enabled=flag).auto_close


@pytest.mark.parametrize(
    ("written", "relationship"),
    [
        ("Owner", Relationship.OWNER),
        ("Has Access", Relationship.HAS_ACCESS),
        *[("owner", None), ("Guest", None), ("", None), (None, None), ([], None)],
    ],
)
def test_only_documented_relationships_are_believed(
    written: Any, relationship: Relationship | None
) -> None:
    """There are two."""
    assert read(user_relationship=written).relationship is relationship


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
    snapshot = parse_snapshot({"devices": [device("c1", last_contact=written)]})
    assert str(snapshot.controllers["c1"].last_contact) == time


@pytest.mark.parametrize(
    "written", [None, "", "today", 1480651271, [], "0000-00-00 00:00:00", "0001-01-01"]
)
def test_the_last_change_may_have_no_time(written: Any) -> None:
    """The access point works all the same, and its controller."""
    assert read(last_toggled=written).last_toggled is None
    snapshot = parse_snapshot({"devices": [device("c1", last_contact=written)]})
    assert snapshot.controllers["c1"].last_contact is None
