"""Answers and webhooks of ParqEx with anything in them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, is_dataclass
from http import HTTPStatus
import json
from typing import Any, cast

from aiohttp import ClientResponse
from hypothesis import given, strategies as st
from multidict import CIMultiDict
import orjson
import pytest

from custom_components.parqex.api import (
    InvalidAnswer,
    ParqExError,
    RateLimited,
    parse_hint,
)
from custom_components.parqex.api.client import shape
from custom_components.parqex.api.parsing import (
    parse_access_events,
    parse_account,
    parse_user_settings,
)
from custom_components.parqex.api.snapshots import SnapshotReader
from custom_components.parqex.api.transport import (
    MAX_RETRY_AFTER,
    Answer,
    _retry_after,
    parse_json,
)
from tests.api.records import documented, parse_snapshot, read_now

from .strategies import answers, any_json, any_text, with_secrets

SECRET = "Tr0ub4dor"
SECRET_FIELDS = (
    *("pin_code", "blackbox_code", "email_address", "email", "phone"),
    *("owner_first_name", "owner_last_name"),
)

DEVICES = answers("sync.json", "sync-predecessor-five-doors.json").map(
    lambda body: {"devices": body} if isinstance(body, list) else body
)
ERRORS = answers(
    "errors-500.json", "toggle-response-401.json", "toggle-response-404.json"
)
EVERYTHING = st.one_of(DEVICES, ERRORS, answers("toggle-history.json", "webhook.json"))

BODY = json.dumps(documented("sync.json")).encode()

DATES = st.from_regex(
    r"[A-Z][a-z]{2}, \d{1,12} (Jan|Feb|Nov|Xyz) \d{1,12} \d{1,3}:\d{1,3}(:\d{1,12})? "
    r"(GMT|EST|[+-]\d{1,12}|)",
    fullmatch=True,
)


@dataclass(frozen=True)
class Headers:
    """As much of a response as its headers."""

    headers: CIMultiDict[str]


def texts(value: object) -> Iterator[str]:
    """Return every text in what was read."""
    match value:
        case str():
            yield value
        case dict():
            for key, one in value.items():
                yield from (*texts(key), *texts(one))
        case list() | tuple():
            for one in value:
                yield from texts(one)


def assert_fit_to_show(parsed: object) -> None:
    """Texts have no control characters, no surrogates, and all of it can be stored."""
    plain = parsed
    if is_dataclass(parsed) and not isinstance(parsed, type):
        plain = asdict(parsed)
    for text in texts(plain):
        assert text.isprintable()
    # A tuple with names is one of those that orjson wants to be asked about.
    orjson.dumps(plain, default=tuple)


@given(DEVICES)
def test_lists_of_devices(body: Any) -> None:
    """Every id once, every access point at a controller that is there."""
    body = with_secrets(body, SECRET_FIELDS, SECRET)
    try:
        snapshot = parse_snapshot(body)
    except InvalidAnswer:
        return
    assert_fit_to_show(snapshot)
    assert SECRET not in repr(snapshot)
    for one_id, controller in snapshot.controllers.items():
        assert controller.id == one_id
    listed = [
        access_point
        for controller_id in snapshot.controllers
        for access_point in snapshot.access_points_of(controller_id)
    ]
    assert {one.id: one for one in listed} == snapshot.access_points
    assert len(listed) == len(snapshot.access_points)
    assert snapshot.skipped >= 0


@given(st.lists(DEVICES, min_size=2, max_size=4))
def test_lists_of_devices_one_after_the_other(bodies: list[Any]) -> None:
    """What is known of the ones before changes nothing of what is read."""
    reader = SnapshotReader()
    for body in bodies:
        try:
            anew = parse_snapshot(body)
        except InvalidAnswer:
            with pytest.raises(InvalidAnswer):
                read_now(reader, body)
        else:
            assert read_now(reader, body) == anew


@given(st.one_of(st.binary(), answers("webhook.json").map(json.dumps).map(str.encode)))
def test_webhooks(raw: bytes) -> None:
    """They point at something or at nothing, and never fail."""
    hint = parse_hint(raw)
    assert hint is None or hint.access_point_id or hint.controller_id


@given(answers("toggle-history.json"))
def test_access_logs(body: Any) -> None:
    """Every entry is one, or none."""
    body = with_secrets(body, SECRET_FIELDS, SECRET)
    try:
        events = list(parse_access_events(body))
    except InvalidAnswer:
        return
    assert SECRET not in repr(events)
    for event in events:
        if event:
            assert_fit_to_show(event)
            assert event.access_point_id
            assert event.occurred.tzinfo is None
            assert 1999 <= event.occurred.year <= 2100
            assert event.person is None or event.person.id


@given(answers("user-info.json"))
def test_who_is_linked(body: Any) -> None:
    """An id, or an error."""
    body = with_secrets(body, SECRET_FIELDS, SECRET)
    try:
        account = parse_account(body)
    except InvalidAnswer:
        return
    assert_fit_to_show(account)
    assert account.id.strip()
    assert SECRET not in repr(account)


@given(answers("user-settings.json"))
def test_settings(body: Any) -> None:
    """A time zone, or none; never the PIN."""
    body = with_secrets(body, SECRET_FIELDS, SECRET)
    try:
        settings = parse_user_settings(body)
    except InvalidAnswer:
        return
    assert_fit_to_show(settings)
    assert SECRET not in repr(settings)


@given(EVERYTHING)
def test_shapes(body: Any) -> None:
    """Field names and types, never a value, and not without end."""
    told = shape(with_secrets(body, SECRET_FIELDS, SECRET))
    assert_fit_to_show(told)
    assert SECRET not in repr(told)
    assert "@" not in repr(told)


@given(st.one_of(st.binary(), any_json.map(lambda one: json.dumps(one).encode())))
def test_bodies(raw: bytes) -> None:
    """JSON, or nothing."""
    parse_json(raw)


@given(st.integers(0, len(BODY)), st.binary())
def test_torn_bodies(length: int, rest: bytes) -> None:
    """Also where it begins well."""
    parse_json(BODY[:length] + rest)


@given(
    st.one_of(st.integers(100, 999), st.sampled_from(list(HTTPStatus))),
    st.one_of(ERRORS, EVERYTHING),
    st.none() | st.floats(0, MAX_RETRY_AFTER),
)
def test_answers(http_status: int, body: Any, retry_after: float | None) -> None:
    """A success is a JSON object with 200; everything else is an error."""
    answer = Answer(http_status, body, retry_after)
    assert answer.message is None or isinstance(answer.message, str)
    assert answer.at_unknown_address in (True, False)
    assert 100 <= answer.status < 1000
    error = answer.error()
    if error is None:
        assert http_status == 200
        assert isinstance(body, dict)
        assert not answer.rejects_token
    else:
        assert isinstance(error, ParqExError)
        assert str(error).isprintable()
    if isinstance(error, RateLimited):
        assert error.retry_after == retry_after


@given(st.one_of(any_text, DATES, st.sampled_from(("9" * 400, "٣", "²", "-1", "1e3"))))
def test_retry_after(header: str) -> None:
    """Seconds between none and a day, or none."""
    response = cast("ClientResponse", Headers(CIMultiDict({"Retry-After": header})))
    seconds = _retry_after(response)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER


@pytest.mark.parametrize("body", [{}, {"devices": []}])
def test_the_secrets_are_really_planted(body: Any) -> None:
    """Else nothing here would find them."""
    planted = with_secrets(
        {**body, "pin_code": "1", "a": [{"email": "b"}]}, SECRET_FIELDS, SECRET
    )
    assert repr(planted).count(SECRET) == 2
