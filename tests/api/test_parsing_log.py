"""How the access log, the account and its settings are read."""

from datetime import datetime
from typing import Any

import pytest

from custom_components.parqex.api import (
    AccessEvent,
    Account,
    InvalidAnswer,
    State,
    UserSettings,
)
from custom_components.parqex.api.parsing import (
    parse_access_events,
    parse_account,
    parse_user_settings,
)

from .records import documented, event


def read_events(*records: Any) -> list[AccessEvent]:
    """Return what becomes of a log with these entries."""
    events = parse_access_events({"data": {"toggle_events": list(records)}})
    return [event for event in events if event]


def test_the_documented_access_log() -> None:
    """A sensor is nobody, though the sample names somebody."""
    assert list(parse_access_events(documented("toggle-history.json"))) == [
        AccessEvent(
            access_point_id="69668e34-2b60-49aa-b42a-7e01ebc0cb58",
            state=State.OPEN,
            occurred=datetime.fromisoformat("2019-12-12 00:00:00"),
            channel="Door Sensor",
            person=None,
            success=True,
        )
    ]


def test_the_documented_account_and_settings() -> None:
    """Who is linked, and in which zone."""
    assert parse_account(documented("user-info.json")) == Account(
        id="69668e34-2b60-49aa-b42a-7e01ebc0cb58", name="John Doe"
    )
    assert parse_user_settings(documented("user-settings.json")) == UserSettings(
        time_zone="America/New_York"
    )


def test_pins_and_addresses_are_dropped() -> None:
    """Nobody here needs them."""
    user = {"id": "u1", "email_address": "who@example.com", "email": "who@example.com"}
    for parsed in (
        parse_user_settings(documented("user-settings.json")),
        read_events(event(user=user)),
        parse_account({"data": user}),
    ):
        assert "1234" not in repr(parsed)
        assert "who@example.com" not in repr(parsed)


@pytest.mark.parametrize(
    "malformed",
    [
        None,
        "text",
        [],
        {},
        event(door_id=None),
        event(door_id=""),
        event(door_id=7),
        event(door_id="d1\ud83d"),
        event(door_id="d" * 256),
        event(door_state=None),
        event(door_state="MOVING"),
        event(toggle_date_time=None),
        event(toggle_date_time=""),
        event(toggle_date_time="today"),
        event(toggle_date_time=1480651271),
        event(toggle_date_time="0001-01-01 00:00:00+14:00"),
        event(toggle_date_time="1999-12-31 23:59:59"),
        event(toggle_date_time="2100-01-01 00:00:00"),
    ],
)
def test_a_malformed_log_entry_is_left_out(malformed: Any) -> None:
    """And the others are told, in the service's order."""
    events = read_events(event(channel="1"), malformed, event(channel="2"))
    assert [one.channel for one in events] == ["1", "2"]


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"id": "u1", "first_name": "Jo", "last_name": "Doe"}, "Jo Doe"),
        ({"id": "u1", "first_name": "Jo", "last_name": None}, "Jo"),
        ({"id": "u1", "last_name": " Doe\n"}, "Doe"),
        ({"id": "u1"}, ""),
    ],
)
def test_a_person_has_a_name_as_far_as_it_is_known(
    user: dict[str, Any], name: str
) -> None:
    """First, last, both or none."""
    person = read_events(event(user=user))[0].person
    assert person
    assert (person.id, person.name) == ("u1", name)


@pytest.mark.parametrize(
    "user",
    [
        {"first_name": "Jo"},
        {"id": "", "first_name": "Jo"},
        {"id": " ", "first_name": "Jo"},
        {"id": None, "first_name": "Jo"},
        {"id": 7, "first_name": "Jo"},
        {},
        [],
        "Jo",
        None,
    ],
)
def test_without_an_id_it_was_nobody(user: Any) -> None:
    """But a sensor or a schedule, whoever is named."""
    assert read_events(event(user=user))[0].person is None


def test_an_entry_needs_a_door_a_state_and_a_time() -> None:
    """The rest may be missing."""
    assert read_events(event()) == [
        AccessEvent(
            access_point_id="d1",
            state=State.OPEN,
            occurred=datetime.fromisoformat("2026-03-01 10:00:00"),
            channel=None,
            person=None,
            success=True,
        )
    ]


@pytest.mark.parametrize("success", [True, False])
def test_an_attempt_may_have_failed(success: bool) -> None:
    """Which the log says."""
    assert read_events(event(was_success=success))[0].success is success


@pytest.mark.parametrize(
    ("text", "occurred"),
    [
        ("2020-12-18 18:47:25", "2020-12-18T18:47:25"),
        ("2020-12-18", "2020-12-18T00:00:00"),
        ("2000-01-01 00:00:00", "2000-01-01T00:00:00"),
        ("2099-12-31 23:59:59", "2099-12-31T23:59:59"),
    ],
)
def test_times_are_read_as_they_stand(text: str, occurred: str) -> None:
    """They name no zone, so none is made up."""
    time = read_events(event(toggle_date_time=text))[0].occurred
    assert time.isoformat() == occurred


@pytest.mark.parametrize(
    ("text", "occurred"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00"),
        ("2026-03-01 00:30:00+01:00", "2026-02-28T23:30:00"),
    ],
)
def test_times_can_always_be_compared(text: str, occurred: str) -> None:
    """Should the service begin to name a zone: all are UTC then, and none says so."""
    event_with_zone, event_without = read_events(event(toggle_date_time=text), event())
    assert event_with_zone.occurred.isoformat() == occurred
    assert event_without.occurred.tzinfo is None


@pytest.mark.parametrize("account_id", [None, "", " ", 7, [], "7\n", "\ud800"])
def test_an_account_without_id_is_no_account(account_id: Any) -> None:
    """It could not be told from another one."""
    with pytest.raises(InvalidAnswer):
        parse_account({"data": {"id": account_id, "first_name": "John"}})


@pytest.mark.parametrize("fields", [{}, {"time_zone": None}, {"time_zone": 7}])
def test_settings_may_know_no_zone(fields: dict[str, Any]) -> None:
    """That is no error."""
    assert parse_user_settings({"data": fields}) == UserSettings(time_zone=None)
