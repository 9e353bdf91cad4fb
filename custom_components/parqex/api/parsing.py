"""How the JSON of the ParqEx API is read.

Tolerant record by record: a record that cannot be understood is left out and counted,
unknown fields are ignored. What nobody here needs to know is dropped at once: pairing
codes, PINs, e-mail addresses, owners' names.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeGuard

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

# Beyond these nothing is meant that a person or a controller could have set.
LONGEST_ID = 255
LONGEST_TEXT = 120
LARGEST_NUMBER = 2**31 - 1


class _Malformed(ValueError):
    """A record that cannot be read; says why, without quoting it."""


def devices_in(body: Any) -> list[Any]:
    """Return the records of `sync`; `devices` stands at the top or under `data`."""
    return _list(body, "devices")


def parse_device(
    device: Any,
    controllers: Mapping[str, Controller],
    access_points: Mapping[str, AccessPoint],
) -> tuple[Controller | None, dict[str, AccessPoint], int]:
    """Read a record of `sync`, and how many records in it could not be read.

    What was read before it may not be listed twice.
    """
    try:
        controller, doors = _controller(device, known=controllers)
    except _Malformed:
        return None, {}, 1
    found: dict[str, AccessPoint] = {}
    skipped = 0
    for door in doors:
        try:
            access_point = _access_point(door, device, controller.id)
        except _Malformed:
            skipped += 1
            continue
        twin = found.get(access_point.id) or access_points.get(access_point.id)
        if twin is None:
            found[access_point.id] = access_point
            continue
        skipped += 1
        if twin.state is not access_point.state:
            # Nobody can tell which of the two is true.
            found[twin.id] = twin._replace(state=None)
    return controller, found, skipped


def parse_access_events(body: Any) -> Iterator[AccessEvent | None]:
    """Read the answer of `toggle-history` in its own order; None for what is unreadable.

    One at a time, since there may be ten thousand.
    """
    return map(_access_event_or_none, _list(body, "toggle_events"))


def parse_account(body: Any) -> Account:
    """Read the answer of `user-info`."""
    data = _data(body)
    try:
        account_id = _id(data)
    except _Malformed:
        raise InvalidAnswer("user info without an id") from None
    return Account(account_id, Person(account_id, *_names(data)).name)


def parse_user_settings(body: Any) -> UserSettings:
    """Read the answer of `user-info` with POST."""
    return UserSettings(_text(_data(body).get("time_zone")))


def _controller(
    device: Any, known: Mapping[str, Controller]
) -> tuple[Controller, list[Any]]:
    """Read one device; return it and its doors, still to be read."""
    controller_id = _id(device, known)
    doors = device.get("doors")
    if not isinstance(doors, list):
        raise _Malformed("no list of doors")
    controller = Controller(
        controller_id,
        _text(device.get("software_version")),
        _time(device.get("last_contact")),
    )
    return controller, doors


def _access_point(
    door: Any, device: Mapping[str, Any], controller_id: str
) -> AccessPoint:
    """Read one door of a device."""
    return AccessPoint(
        id=_id(door),
        controller_id=controller_id,
        name=_text(door.get("name")),
        number=_number(door.get("entity_number")),
        state=_member(State, door.get("state")),
        last_toggled=_time(door.get("last_toggled")),
        in_service=(
            _flag(door.get("active"))
            and _flag(device.get("active"))
            and _flag(device.get("registered"))
        ),
        relationship=_member(Relationship, door.get("user_relationship")),
        left_open_after=_number(device.get("time_before_door_open_alert")),
        auto_close=door.get("door_auto_close_enabled") is True,
        auto_close_delay=_number(door.get("door_auto_close_delay")),
        battery=(
            _number(door.get("bluetooth_sensor_battery_level"), largest=100)
            if door.get("bluetooth_sensor") is True
            else None
        ),
    )


def _access_event_or_none(record: Any) -> AccessEvent | None:
    """Read one entry of the access log, unless it lacks what makes it one."""
    if not isinstance(record, dict):
        return None
    access_point_id = record.get("door_id")
    state = _member(State, record.get("door_state"))
    occurred = _time(record.get("toggle_date_time"))
    if not _is_id(access_point_id) or state is None or occurred is None:
        return None
    return AccessEvent(
        access_point_id=access_point_id,
        state=state,
        occurred=occurred,
        channel=_text(record.get("channel")),
        person=_person(record.get("user")),
        success=_flag(record.get("was_success")),
    )


def _person(user: Any) -> Person | None:
    """Read who did it; the sample names a person for a sensor too, but without id."""
    person_id = _text(user.get("id")) if isinstance(user, dict) else None
    return Person(person_id, *_names(user)) if person_id else None


def _names(user: Mapping[str, Any]) -> tuple[str, str]:
    """Read a person's first and last name."""
    return _text(user.get("first_name")) or "", _text(user.get("last_name")) or ""


def _data(body: Any) -> dict[str, Any]:
    """Return the object under `data`."""
    match body:
        case {"data": dict(data)}:
            return data
    raise InvalidAnswer("no data in the answer")


def _list(body: Any, key: str) -> list[Any]:
    """Return the list under `key`, at the top or under `data`."""
    for holder in (body, body.get("data") if isinstance(body, dict) else None):
        if isinstance(holder, dict) and isinstance(holder.get(key), list):
            records: list[Any] = holder[key]
            return records
    raise InvalidAnswer(f"no {key} in the answer")


def _id(record: Any, known: Mapping[str, Any] | None = None) -> str:
    """Return the id of a record: there, and not seen before."""
    record_id = record.get("id") if isinstance(record, dict) else None
    if not _is_id(record_id):
        raise _Malformed("no id")
    if known and record_id in known:
        raise _Malformed("its id stands there twice")
    return record_id


def _is_id(value: Any) -> TypeGuard[str]:
    """Tell whether something can be an id: opaque, but sent back just as it came."""
    return (
        isinstance(value, str)
        and len(value) <= LONGEST_ID
        and value.strip() != ""
        and value.isprintable()
        # Stands for what could not be decoded, so it is not what was sent.
        and "\N{REPLACEMENT CHARACTER}" not in value
    )


def _text(value: Any) -> str | None:
    """Return text that can be shown: one line, trimmed; None if none is left."""
    if not isinstance(value, str):
        return None
    shown = value[:LONGEST_TEXT]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else " " for c in shown)
    return " ".join(shown.split()) or None


def _number(value: Any, largest: int = LARGEST_NUMBER) -> int | None:
    """Return a whole number from 0 on, also where it came as text."""
    try:
        number = int(value)
    except TypeError, ValueError, OverflowError:
        return None
    return number if 0 <= number <= largest else None


def _flag(value: Any) -> bool:
    """Return what a flag says; only a clear no is a no."""
    return value not in (False, "false", "False", "0")


def _member[EnumT: StrEnum](enum: type[EnumT], value: Any) -> EnumT | None:
    """Return the member of an enum if the value is one that is documented."""
    try:
        return enum(value)
    except ValueError:
        return None


def _time(value: Any) -> datetime | None:
    """Return a time such as 2020-12-18 18:47:25, or the midnight of a bare date.

    Without a zone, or moved to UTC should the service begin to name one.
    """
    try:
        time = datetime.fromisoformat(value)
    except TypeError, ValueError:
        return None
    if not 2000 <= time.year < 2100:
        return None
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
