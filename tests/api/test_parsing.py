"""How each record and each field of the JSON is parsed."""

from datetime import datetime
from typing import Any

import pytest

from custom_components.parqex.api import (
    AccessEvent,
    AccessPoint,
    Account,
    Controller,
    InvalidAnswer,
    Person,
    Relationship,
    Snapshot,
    State,
    UserSettings,
)
from custom_components.parqex.api.parsing import (
    parse_access_events,
    parse_account,
    parse_user_settings,
    records_in,
)

from .records import device, documented, door, parse_snapshot

SYNC = documented("sync.json")
EVENT: dict[str, Any] = {
    "door_id": "d1",
    "door_state": "OPEN",
    "toggle_date_time": "2026-03-01 10:00:00",
}

# What stands for nothing, each where something of the kind is expected.
NO_IDS: list[Any] = [None, "", " \n", 7, [], {}, "i\x00", "i\ud800", "i\n", "i" * 256]
NO_IDS += ["i\ufffd"]
NO_TEXTS: list[Any] = ["", " ", "\n\x00", None, 7, [], {}]
NO_NUMBERS: list[Any] = [None, "two", [], -1, "-1", "9" * 25, "9" * 5000, 10**30, 2**31]
NO_NUMBERS += [1e300, -(2**63), float("nan"), float("inf")]
NO_TIMES: list[Any] = [None, "", "today", 1480651271, [], "0001-01-01"]
NO_TIMES += ["0000-00-00 00:00:00", "0001-01-01 00:00:00+14:00"]
NO_TIMES += ["1999-12-31 23:59:59", "2100-01-01 00:00:00"]
UNKNOWN: list[Any] = ["MOVING", "shut", "owner", " OPEN", "Guest", True, *NO_TEXTS]
NOT_FALSE: list[Any] = [True, 1, "true", None, "", "maybe", 2, [], {}]


def point(fields: Any = None, /, **controller: Any) -> AccessPoint:
    """Return an access point with these fields, at a controller with those."""
    record = device("c1", door("d1", **(fields or {})), **controller)
    return parse_snapshot({"devices": [record]}).access_points["d1"]


def event(**fields: Any) -> AccessEvent:
    """Return an entry of the access log with these fields."""
    (parsed,) = parse_access_events([{**EVENT, **fields}])
    return parsed


def test_the_documented_samples() -> None:
    """A sensor is nobody, though the sample of the access log names a person."""
    one_id, door_id = SYNC["devices"][0]["id"], SYNC["devices"][0]["doors"][0]["id"]
    contact, toggled, midnight = map(
        datetime.fromisoformat,
        ("2020-12-18 18:47:25", "2020-12-18 18:32:25", "2019-12-12"),
    )
    access = Relationship.HAS_ACCESS
    state = (State.OPEN, toggled, True, access, 900, False, 0, None)
    assert parse_snapshot(SYNC) == Snapshot(
        {one_id: Controller(one_id, "0", contact)},
        {door_id: AccessPoint(door_id, one_id, "Kitty", 1, *state)},
    )
    log = records_in(documented("toggle-history.json"), "toggle_events")
    event_id = "69668e34-2b60-49aa-b42a-7e01ebc0cb58"
    entry = (State.OPEN, midnight, "Door Sensor", None, True, False)
    assert parse_access_events(log) == [AccessEvent(event_id, *entry)]
    account = parse_account(documented("user-info.json"))
    assert account == Account("69668e34-2b60-49aa-b42a-7e01ebc0cb58", "John Doe")
    settings = parse_user_settings(documented("user-settings.json"))
    assert settings == UserSettings("America/New_York")


def test_a_real_account_with_two_controllers_keeps_all_five_doors() -> None:
    """Clients of the earlier brand lost doors by reading only the first controller."""
    devices = documented("sync-predecessor-five-doors.json")
    snapshot = parse_snapshot({"success": True, "data": {"devices": devices}})
    assert [
        [(one.number, one.name, one.state) for one in snapshot.access_points_of(one_id)]
        for one_id in snapshot.controllers
    ] == [
        [(n, f"Door {n}", "CLOSED") for n in numbers] for numbers in ([1, 2], [1, 2, 3])
    ]
    assert snapshot.complete


@pytest.mark.parametrize(
    "malformed",
    [*[None, "text", 7, [], {}], *(device(one_id, door("d9")) for one_id in NO_IDS)],
)
def test_a_malformed_record_is_left_out_and_counted(malformed: Any) -> None:
    """As a controller and as an access point; all others are listed."""
    devices = [device("c1", door("d1"), malformed, door("d2")), malformed, device("c2")]
    snapshot = parse_snapshot({"devices": devices})
    assert list(snapshot.controllers) == ["c1", "c2"]
    assert list(snapshot.access_points) == ["d1", "d2"]
    assert snapshot.skipped == 2


@pytest.mark.parametrize("doors", [None, {}, "text"])
def test_a_controller_needs_a_list_of_doors(doors: Any) -> None:
    """An empty one is enough."""
    devices = [device("c1"), {"id": "c2", "doors": doors}]
    snapshot = parse_snapshot({"devices": devices})
    assert (list(snapshot.controllers), snapshot.skipped) == (["c1"], 1)


@pytest.mark.parametrize(
    "malformed",
    [
        *[None, "text", [], {}],
        *(EVENT | {"door_id": one_id} for one_id in NO_IDS),
        *(EVENT | {"door_state": state} for state in UNKNOWN),
        *(EVENT | {"toggle_date_time": time} for time in NO_TIMES),
    ],
)
def test_a_malformed_log_entry_is_left_out(malformed: Any) -> None:
    """The others are listed in the service's order."""
    records = [EVENT | {"channel": "1"}, malformed, EVENT | {"channel": "2"}]
    assert [one.channel for one in parse_access_events(records)] == ["1", "2"]


def test_only_what_makes_a_record_is_required() -> None:
    """What is missing is unknown, and disables nothing."""
    expected = {"id": "d1", "controller_id": "c1", "in_service": True}
    assert point()._asdict() == dict.fromkeys(AccessPoint._fields) | expected
    at = datetime.fromisoformat(EVENT["toggle_date_time"])
    assert event() == AccessEvent("d1", State.OPEN, at, None, None, True)
    for settings in ({}, {"time_zone": 7}):
        assert parse_user_settings({"data": settings}) == UserSettings(None)
    for account_id in NO_IDS:
        with pytest.raises(InvalidAnswer):
            parse_account({"data": {"id": account_id, "first_name": "John"}})
    for parse in (parse_account, parse_user_settings):
        with pytest.raises(InvalidAnswer):
            parse({"data": None})


@pytest.mark.parametrize(
    ("body", "found"),
    [
        *[({"list": [1]}, True), ({"data": {"list": [1]}}, True)],
        *[({"list": [1], "data": None}, True), ({"list": None}, False)],
        *[({"list": None, "data": {"list": [1]}}, True), ({"list": {}}, False)],
        *[({}, False), ({"data": {"list": {}}}, False), ({"data": [1]}, False)],
    ],
)
def test_a_list_is_at_the_top_or_under_data(body: Any, found: bool) -> None:
    """Also if the other place exists, but is empty."""
    if found:
        assert records_in(body, "list") == [1]
        return
    with pytest.raises(InvalidAnswer):
        records_in(body, "list")


@pytest.mark.parametrize(
    ("attribute", "field", "written", "expected"),
    [
        *(("state", "state", word, State.OPEN) for word in ("OPEN", "Open", "opened")),
        *(("state", "state", word, State.CLOSED) for word in ("CLOSED", "closed")),
        *(("state", "state", odd, None) for odd in UNKNOWN),
        ("relationship", "user_relationship", "Owner", Relationship.OWNER),
        ("relationship", "user_relationship", "Has Access", Relationship.HAS_ACCESS),
        *(("relationship", "user_relationship", odd, None) for odd in UNKNOWN),
        ("name", "name", " Main\n\tgate\x00\x1b ", "Main gate"),
        ("name", "name", "\u202eMain\u2028gate", "Main gate"),
        ("name", "name", "Tür 🚪 \ud83d", "Tür 🚪"),
        pytest.param("name", "name", "x" * 1_000_000, "x" * 120, id="long"),
        *(("name", "name", odd, None) for odd in NO_TEXTS),
        *(("number", "entity_number", one, int(one)) for one in (0, 2, "2", 2**31 - 1)),
        *(("number", "entity_number", odd, None) for odd in NO_NUMBERS),
        ("auto_close_delay", "door_auto_close_delay", "5", 5),
    ],
)
def test_a_field_is_known_or_none(
    attribute: str, field: str, written: Any, expected: Any
) -> None:
    """Documented states and relationships, one line of text, numbers also as text."""
    assert getattr(point({field: written}), attribute) == expected


def test_a_battery_is_at_most_full_and_belongs_to_a_bluetooth_sensor() -> None:
    """Its controller names the seconds until an access point counts as left open."""
    for level, battery in ((0, 0), ("100", 100), (101, None)):
        for sensor, expected in ((True, battery), (False, None), ("maybe", None)):
            fields = {
                "bluetooth_sensor": sensor,
                "bluetooth_sensor_battery_level": level,
            }
            assert point(fields).battery == expected
    assert point(time_before_door_open_alert="60").left_open_after == 60


@pytest.mark.parametrize(
    ("flag", "meaning"),
    [
        *((no, False) for no in (False, 0, "false", "False", "FALSE", "0")),
        *((other, True) for other in NOT_FALSE),
    ],
)
def test_only_a_clear_no_disables(flag: Any, meaning: bool) -> None:
    """On the door, on its controller, and of an attempt that failed."""
    assert point({"active": flag}).in_service is meaning
    assert point(active=flag).in_service is meaning
    assert point(registered=flag).in_service is meaning
    assert event(was_success=flag).success is meaning
    auto_close = None if flag is None else meaning
    assert point({"door_auto_close_enabled": flag}).auto_close is auto_close


@pytest.mark.parametrize(
    ("user", "person"),
    [
        ({"id": "u1", "first_name": "Jo", "last_name": "Doe"}, Person("u1", "Jo Doe")),
        ({"id": "u1", "first_name": "Jo", "last_name": None}, Person("u1", "Jo")),
        ({"id": "u1", "last_name": " Doe\n"}, Person("u1", "Doe")),
        ({"id": "u1"}, Person("u1", "")),
        *(({"id": one_id, "first_name": "Jo"}, None) for one_id in NO_IDS),
        *[({"first_name": "Jo"}, None), ([], None), ("Jo", None), (None, None)],
    ],
)
def test_a_person_has_an_id(user: Any, person: Person | None) -> None:
    """Without one it was a sensor or a schedule, even if a name is there."""
    assert event(user=user).person == person


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2020-12-18 18:47:25", "2020-12-18T18:47:25"),
        ("2020-12-18 00:00:00", "2020-12-18T00:00:00"),
        ("2020-12-18", "2020-12-18T00:00:00"),
        ("2000-01-01 00:00:00", "2000-01-01T00:00:00"),
        ("2099-12-31 23:59:59", "2099-12-31T23:59:59"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01 10:00:00 UTC", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01 00:30:00+01:00", "2026-02-28T23:30:00+00:00"),
    ],
)
def test_a_time_is_in_utc_if_it_names_a_zone(written: str, time: str) -> None:
    """Otherwise it is naive: the service's own time. Only a bare date has no time."""
    entry = event(toggle_date_time=written)
    assert entry.occurred.isoformat() == time
    assert entry.has_time is (written != "2020-12-18")
    controller = parse_snapshot({"devices": [device("c1", last_contact=written)]})
    assert controller.controllers["c1"].last_contact == entry.occurred
    assert point({"last_toggled": written}).last_toggled == entry.occurred


@pytest.mark.parametrize("written", NO_TIMES)
def test_an_access_point_may_have_no_time(written: Any) -> None:
    """It is listed all the same."""
    assert point({"last_toggled": written}).last_toggled is None
