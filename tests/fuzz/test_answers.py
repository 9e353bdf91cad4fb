"""Answers of ParqEx with anything in them."""

from collections.abc import Callable
from http import HTTPStatus
import json
import re
from typing import Any

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.parqex.api import (
    ParqExError,
    RateLimited,
    Snapshot,
    SnapshotChange,
    plain_id,
)
from custom_components.parqex.api.answer import Answer, parse_json
from custom_components.parqex.api.observations import shape
from custom_components.parqex.api.parsing import (
    parse_access_events,
    parse_account,
    parse_user_settings,
    records_in,
)
from custom_components.parqex.api.rate_limit import MAX_RETRY_AFTER
from custom_components.parqex.api.snapshots import SnapshotReader
from tests.api.records import documented, parse_snapshot

from .strategies import answers, any_json, with_secrets

SECRET = "Tr0ub4dor"
SECRET_FIELDS = ("pin_code", "blackbox_code", "email_address", "owner_first_name")

DEVICES = answers("sync.json", "sync-predecessor-five-doors.json").map(
    lambda body: {"devices": body} if isinstance(body, list) else body
)
EVERYTHING = answers(
    *("sync.json", "toggle-history.json", "user-info.json", "user-settings.json"),
    *("errors-500.json", "toggle-response-401.json", "toggle-response-404.json"),
)


def parsed[T](parse: Callable[[Any], T], body: Any) -> T | None:
    """Return what was parsed if it is a success: fit to show and to store, no secrets."""
    body = with_secrets(body, SECRET_FIELDS, SECRET)
    try:
        result = parse(Answer(HTTPStatus.OK, body).success())
    except ParqExError:
        return None
    stored = orjson.dumps(result, default=tuple).decode()
    assert stored.isprintable()
    assert not re.search(r"\\[a-z]", stored.replace(r"\\", "")), "control characters"
    assert SECRET not in repr(result)
    return result


@given(st.lists(DEVICES, min_size=1, max_size=3))
def test_lists_of_devices(bodies: list[Any]) -> None:
    """Every id is listed once, and earlier answers change nothing of what is read."""
    reader, before = SnapshotReader(), Snapshot({}, {})
    for body in bodies:
        now = parsed(lambda success: parse_snapshot(success, reader), body)
        assert now == parsed(parse_snapshot, body)
        if now is None:
            continue
        assert {one.id: one for one in now.controllers.values()} == now.controllers
        listed = [one for id_ in now.controllers for one in now.access_points_of(id_)]
        assert {one.id: one for one in listed} == now.access_points
        assert len({plain_id(one.id) for one in listed}) == len(listed)
        ids = SnapshotChange.between(before, now).ids
        for one in listed:
            assert one.id in ids or one is before.access_points[one.id]
        before = now


@given(answers("toggle-history.json"))
def test_access_logs(body: Any) -> None:
    """Every entry has what makes it one."""
    events = parsed(lambda b: parse_access_events(records_in(b, "toggle_events")), body)
    for event in events or []:
        assert event.access_point_id.strip()
        assert 1999 <= event.occurred.year <= 2100
        assert event.has_time or event.occurred.time().isoformat() == "00:00:00"
        assert event.person is None or event.person.id.strip()


@given(answers("user-info.json", "user-settings.json"))
def test_who_is_linked(body: Any) -> None:
    """An account with an id or none, and settings."""
    assert (account := parsed(parse_account, body)) is None or account.id.strip()
    assert (settings := parsed(parse_user_settings, body)) is None or (
        settings.time_zone is None or settings.time_zone.strip()
    )


@given(EVERYTHING)
def test_shapes(body: Any) -> None:
    """Field names and types, never a value."""
    assert "@" not in repr(parsed(shape, body))


@given(any_json, st.binary())
def test_bodies(value: Any, raw: bytes) -> None:
    """JSON is read as it was written, a part of it not at all, and nothing fails."""
    written = json.dumps({"value": value}).encode()
    assert parse_json(written) == {"value": value}
    assert parse_json(written[:-1]) is None
    json.dumps(parse_json(raw))


@given(
    st.one_of(st.integers(100, 999), st.sampled_from(list(HTTPStatus))),
    st.one_of(any_json, EVERYTHING),
    st.none() | st.floats(0, MAX_RETRY_AFTER),
)
def test_answers(http_status: int, body: Any, retry_after: float | None) -> None:
    """A success is a JSON object with 200; everything else is an error."""
    answer = Answer(http_status, body, retry_after)
    error = answer.error()
    if error is None:
        assert (http_status, answer.success()) == (200, body)
        assert isinstance(body, dict)
        return
    assert str(error).isprintable()
    assert not isinstance(error, RateLimited) or error.retry_after == retry_after
    with pytest.raises(type(error)):
        answer.success()


def test_the_secrets_are_in_the_answers() -> None:
    """Otherwise no test here would find them."""
    for name in ("sync.json", "user-settings.json", "toggle-history.json"):
        assert SECRET in repr(with_secrets(documented(name), SECRET_FIELDS, SECRET))
