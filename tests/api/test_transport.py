"""What an answer means, whichever endpoint gives it."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.parqex.api import (
    CannotConnect,
    Forbidden,
    InvalidAnswer,
    NotAuthorized,
    ParqExClient,
    ParqExError,
    RateLimited,
    Refused,
)
from tests.simulator import Cloud, DemoHouse, Fault

from .conftest import DOOR_ID, READS, Tokens

MEANINGS: list[tuple[int, type[ParqExError]]] = [
    (400, Refused),
    (402, Refused),
    (403, Forbidden),
    (404, Refused),
    (405, Refused),
    (408, CannotConnect),
    (418, Refused),
    (428, Refused),
    (429, RateLimited),
    (500, CannotConnect),
    (501, CannotConnect),
    (502, CannotConnect),
    (503, RateLimited),
    (504, CannotConnect),
    (599, CannotConnect),
]


@pytest.mark.parametrize("endpoint", READS)
@pytest.mark.parametrize(
    "body",
    [None, "<!doctype html><title>Error</title>", '{"success": true, "code": 418}'],
)
@pytest.mark.parametrize(("status", "meaning"), MEANINGS)
async def test_an_error_status_decides_whatever_the_body(
    client: ParqExClient,
    cloud: Cloud,
    endpoint: str,
    body: str | None,
    status: int,
    meaning: type[ParqExError],
) -> None:
    """At once, without another try."""
    cloud.faults.add(endpoint, Fault(status=status, body=body))
    with pytest.raises(meaning) as caught:
        await READS[endpoint](client)
    assert caught.type is meaning
    assert len(cloud.requests) == 1


@pytest.mark.parametrize("endpoint", READS)
@pytest.mark.parametrize("kind", [int, str])
@pytest.mark.parametrize(("code", "meaning"), MEANINGS)
async def test_an_error_code_in_http_200_is_judged_like_that_status(
    client: ParqExClient,
    cloud: Cloud,
    endpoint: str,
    kind: type[int | str],
    code: int,
    meaning: type[ParqExError],
) -> None:
    """As number and as text: the earlier brand sent such answers."""
    cloud.faults.add(endpoint, Fault(edit=lambda body: {**body, "code": kind(code)}))
    cloud.history_owner_only = False
    cloud.add_door(cloud.controllers[0], "Cellar", id=DOOR_ID)
    with pytest.raises(meaning) as caught:
        await READS[endpoint](client)
    assert caught.type is meaning
    assert len(cloud.requests) == 1


@pytest.mark.parametrize("code", [200, "200", 0, 40, 4010, 403.0, "E403", None, True])
async def test_a_code_that_is_no_error_means_nothing(
    client: ParqExClient, cloud: Cloud, code: Any
) -> None:
    """Like every field that nobody documented."""
    cloud.faults.add("sync", Fault(edit=lambda body: {**body, "code": code}))
    assert len((await client.async_sync()).access_points) == 5


async def test_deep_nesting_disturbs_nothing(
    client: ParqExClient, cloud: Cloud
) -> None:
    """In a field that nobody asked for."""
    body = '{"devices": [], "new": ' + "[" * 1000 + "]" * 1000 + "}"
    cloud.faults.add("sync", Fault(status=200, body=body))
    assert (await client.async_sync()).controllers == {}


@pytest.mark.parametrize("endpoint", READS)
async def test_success_false_is_a_refusal(
    client: ParqExClient, cloud: Cloud, endpoint: str
) -> None:
    """Though the status says 200."""
    body = (
        '{"success": false, "data": {"id": "u1", "toggle_events": []}, "devices": []}'
    )
    cloud.faults.add(endpoint, Fault(status=200, body=body))
    with pytest.raises(Refused) as caught:
        await READS[endpoint](client)
    assert caught.type is Refused


@pytest.mark.parametrize("endpoint", READS)
@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '[{"id": "u1", "doors": []}]',
        '"text"',
        "7",
        "{}",
        '{"devices": null}',
        '{"devices": {}}',
        '{"data": null}',
        '{"data": []}',
        '{"data": "text"}',
        '{"data": {"id": "u1", "devices": [], "toggle_events": []',
        "<!doctype html><title>Soon back</title>",
        '{"data":' * 10_000,
    ],
)
async def test_an_answer_of_another_shape_is_no_empty_list(
    client: ParqExClient, cloud: Cloud, endpoint: str, body: str | bytes
) -> None:
    """Nor anything else that could be believed."""
    cloud.faults.add(endpoint, Fault(status=200, body=body))
    with pytest.raises(InvalidAnswer):
        await READS[endpoint](client)


@pytest.mark.parametrize(
    "odd",
    [
        rb'"name": "\ud83d"',
        rb'"name": "\udeaa\ud83d"',
        b'"name": "T\xfcr"',
        b'"name": "\xed\xa0\xbd"',
        b'"battery": NaN',
        b'"battery": -Infinity',
        b'"battery": 1e400',
        b'"battery": ' + b"9" * 400,
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
async def test_one_odd_value_hides_nothing_else(
    client: ParqExClient, cloud: Cloud, odd: bytes, mark: bytes
) -> None:
    """Strict parsers refuse the whole answer for it."""
    body = b'%s{"devices": [{"id": "c1", "doors": [{"id": "d1", %s}]}]}' % (mark, odd)
    cloud.faults.add("sync", Fault(status=200, body=body))
    snapshot = await client.async_sync()
    (access_point,) = snapshot.access_points.values()
    assert access_point.id == "d1"
    str(access_point.name).encode()


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
async def test_an_answer_as_deep_as_the_sea_is_none(
    client: ParqExClient, cloud: Cloud, opening: bytes
) -> None:
    """No parser is to fall in."""
    cloud.faults.add("sync", Fault(status=200, body=opening * 1_000_000))
    with pytest.raises(InvalidAnswer):
        await client.async_sync()


@pytest.mark.parametrize("endpoint", ["sync", "history", "user_info"])
@pytest.mark.parametrize(
    "body",
    [
        '{"data": {}}',
        '{"data": {"id": null, "devices": null, "toggle_events": null}}',
        '{"data": {"id": 7, "devices": {}, "toggle_events": {}}}',
    ],
)
async def test_data_without_what_was_asked_for_is_no_answer(
    client: ParqExClient, cloud: Cloud, endpoint: str, body: str
) -> None:
    """Settings alone may know nothing."""
    cloud.faults.add(endpoint, Fault(status=200, body=body))
    with pytest.raises(InvalidAnswer):
        await READS[endpoint](client)


@pytest.mark.parametrize("status", [201, 204, 304])
async def test_another_success_is_no_answer(
    client: ParqExClient, cloud: Cloud, status: int
) -> None:
    """Only 200 is documented."""
    cloud.faults.add("sync", Fault(status=status, body=""))
    with pytest.raises(InvalidAnswer):
        await client.async_sync()


async def test_an_expired_token_is_renewed_and_the_request_repeated(
    client: ParqExClient, cloud: Cloud, house: DemoHouse, tokens: Tokens
) -> None:
    """Once each, and the new token is the one to go on with."""
    expired = tokens.access_token
    cloud.oauth.expire(house.owner)
    await client.async_sync()
    await client.async_sync()
    assert tokens.rejected == [expired]
    assert [one.headers["Authorization"] for one in cloud.requests] == [
        f"Bearer {expired}",
        *[f"Bearer {tokens.access_token}"] * 2,
    ]


@pytest.mark.parametrize("endpoint", READS)
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=401),
        Fault(status=401, body="<!doctype html>"),
        Fault(status=200, body='{"success": false, "code": 401}'),
        Fault(status=200, body='{"success": true, "code": "401"}'),
    ],
)
async def test_a_renewed_token_that_is_rejected_ends_it(
    client: ParqExClient, cloud: Cloud, tokens: Tokens, endpoint: str, fault: Fault
) -> None:
    """However the service says 401."""
    cloud.faults.add(endpoint, fault)
    with pytest.raises(NotAuthorized):
        await READS[endpoint](client)
    assert len(tokens.rejected) == 1
    assert len(cloud.requests) == 2


async def test_without_a_token_nothing_is_asked(
    client: ParqExClient,
    cloud: Cloud,
    tokens: Tokens,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The source of tokens says why, in its own words."""

    async def lost() -> str:
        raise LookupError("no token")

    monkeypatch.setattr(tokens, "async_access_token", lost)
    with pytest.raises(LookupError, match="no token"):
        await client.async_sync()
    assert cloud.requests == []


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("Mon, 02 Nov 2026 12:01:30 GMT", 90),
        ("Monday, 02-Nov-26 12:01:30 GMT", 90),
        ("Mon, 02 Nov 2026 13:01:30 +0100", 90),
        ("Mon, 02 Nov 2026 12:01:30", 90),
        ("Mon, 02 Nov 2026 11:00:00 GMT", 0),
        ("86401", 86400),
        ("9" * 400, 86400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("\N{SUPERSCRIPT TWO}", None),
        ("Mon, 99 Nov 2026 12:00:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
async def test_a_service_that_asks_to_wait_says_how_long(
    client: ParqExClient,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    status: int,
    header: str | None,
    seconds: float | None,
) -> None:
    """In seconds or as a date; a day is the most, nonsense is as good as nothing."""
    freezer.move_to("2026-11-02 12:00:00")
    headers = {} if header is None else {"Retry-After": header}
    cloud.faults.add("sync", Fault(status=status, headers=headers))
    with pytest.raises(RateLimited) as caught:
        await client.async_sync()
    assert caught.value.retry_after == seconds
