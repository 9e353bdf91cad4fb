"""Parse the JSON of the ParqEx API.

A record that cannot be read is left out and counted, unknown fields are ignored, and
secrets and personal data that nothing needs are dropped.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from .errors import InvalidAnswer
from .models import (
    AccessEvent,
    AccessPoint,
    Account,
    Controller,
    Person,
    Relationship,
    State,
    UserSettings,
)

# Limits of what a person or a controller could have set on purpose.
LONGEST_ID = 255
LONGEST_TEXT = 120
LARGEST_NUMBER = 2**31 - 1

# Between letters of some languages, and within emojis.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"

# In small letters; the earlier brand's other interfaces write Opened.
_STATES = {"open": State.OPEN, "opened": State.OPEN, "closed": State.CLOSED}


class Device(NamedTuple):
    """A record of `sync`: a controller, its access points, and how many are unreadable."""

    controller: Controller | None
    access_points: list[AccessPoint]
    skipped: int


def parse_device(device: Any) -> Device:
    """Parse a record of `sync`, and each of its access points by itself."""
    if not _id(device) or not isinstance(doors := device.get("doors"), list):
        return Device(None, [], 1)
    controller = Controller(
        device["id"],
        _text(device.get("software_version")),
        _time(device.get("last_contact")),
    )
    access_points = [_access_point(door, device) for door in doors if _id(door)]
    return Device(controller, access_points, len(doors) - len(access_points))


def parse_access_events(records: list[Any]) -> list[AccessEvent]:
    """Parse entries of `toggle-history` in their order, without unreadable ones."""
    return [event for record in records if (event := _access_event(record))]


def parse_account(body: dict[str, Any]) -> Account:
    """Parse the answer of `user-info`."""
    if person := _person(_data(body)):
        return Account(person.id, person.name)
    raise InvalidAnswer("user info without an id")


def parse_user_settings(body: dict[str, Any]) -> UserSettings:
    """Parse the answer of `user-info` with POST."""
    return UserSettings(_text(_data(body).get("time_zone")))


def _access_point(door: Mapping[str, Any], device: Mapping[str, Any]) -> AccessPoint:
    """Parse a door of a device; the ids of both were checked."""
    return AccessPoint(
        id=door["id"],
        controller_id=device["id"],
        name=_text(door.get("name")),
        number=_number(door.get("entity_number")),
        state=_state(door.get("state")),
        last_toggled=_time(door.get("last_toggled")),
        in_service=False
        not in map(
            _flag, (door.get("active"), device.get("active"), device.get("registered"))
        ),
        relationship=_relationship(door.get("user_relationship")),
        left_open_after=_number(device.get("time_before_door_open_alert")),
        auto_close=_flag(door.get("door_auto_close_enabled"), None),
        auto_close_delay=_number(door.get("door_auto_close_delay")),
        battery=(
            _number(door.get("bluetooth_sensor_battery_level"), largest=100)
            if door.get("bluetooth_sensor") is True
            else None
        ),
    )


def _access_event(record: Any) -> AccessEvent | None:
    """Parse an entry of the access log; it needs a door, a state and a time."""
    if not (access_point_id := _id(record, "door_id")):
        return None
    state = _state(record.get("door_state"))
    written = record.get("toggle_date_time")
    occurred = _time(written)
    if state is None or occurred is None:
        return None
    return AccessEvent(
        access_point_id=access_point_id,
        state=state,
        occurred=occurred,
        channel=_text(record.get("channel")),
        person=_person(record.get("user")),
        success=_flag(record.get("was_success")) is True,
        has_time=len(written) > len("2020-12-18"),
    )


def _person(user: Any) -> Person | None:
    """Return the person; the sample names one for a sensor too, but without an id."""
    if not (person_id := _id(user)):
        return None
    names = _text(user.get("first_name")), _text(user.get("last_name"))
    return Person(person_id, " ".join(filter(None, names)))


def _data(body: dict[str, Any]) -> dict[str, Any]:
    """Return the object under `data`."""
    if isinstance(data := body.get("data"), dict):
        return data
    raise InvalidAnswer("no data in the answer")


def records_in(body: dict[str, Any], key: str) -> list[Any]:
    """Return the list under `key`, at the top or under `data`."""
    data = body.get("data")
    for records in (body.get(key), data.get(key) if isinstance(data, dict) else None):
        if isinstance(records, list):
            return records
    raise InvalidAnswer(f"no {key} in the answer")


def log_records_in(body: dict[str, Any]) -> list[Any]:
    """Return the entries of an access log, of which `null` means that there are none."""
    data = body.get("data", body)
    if (
        data is None
        or data == []
        or (isinstance(data, dict) and data.get("toggle_events", data) is None)
    ):
        return []
    return records_in(body, "toggle_events")


def _id(record: Any, key: str = "id") -> str | None:
    """Return an id, None for what could not be sent back just as it came."""
    value = record.get(key) if isinstance(record, dict) else None
    if (
        isinstance(value, str)
        and len(value) <= LONGEST_ID
        and value.strip()
        and value.isprintable()
        # Stands for what could not be decoded, so it is not what was sent.
        and "\N{REPLACEMENT CHARACTER}" not in value
    ):
        return value
    return None


def _text(value: Any) -> str | None:
    """Return text as one trimmed line that can be shown, None if it is empty."""
    if not isinstance(value, str):
        return None
    shown = "".join(
        c if c.isprintable() or c in _JOINERS else " " for c in value[:LONGEST_TEXT]
    )
    return " ".join(shown.split()) or None


def _number(value: Any, largest: int = LARGEST_NUMBER) -> int | None:
    """Return a whole number from 0 on, also if it was sent as text."""
    try:
        number = int(-1 if isinstance(value, bool) else value)
    except TypeError, ValueError, OverflowError:
        return None
    return number if 0 <= number <= largest else None


def _flag(value: Any, missing: bool | None = True) -> bool | None:
    """Return a flag: anything that is there and not clearly false is true."""
    return missing if value is None else str(value).casefold() not in ("false", "0")


def _state(value: Any) -> State | None:
    """Return a state, None for a value that is not documented."""
    return _STATES.get(value.casefold()) if isinstance(value, str) else None


def _relationship(value: Any) -> Relationship | None:
    """Return a relationship, None for a value that is not documented."""
    return Relationship(value) if value in Relationship else None


def _time(value: Any) -> datetime | None:
    """Return a time such as 2020-12-18 18:47:25: in UTC if it has a zone, else naive."""
    try:
        time = datetime.fromisoformat(value.replace(" UTC", "Z"))
    except AttributeError, TypeError, ValueError:
        return None
    if not 2000 <= time.year < 2100:
        return None
    return time.astimezone(UTC) if time.tzinfo else time
