"""What an answer means, whichever endpoint gives it."""

import json
import tracemalloc
from typing import Any
import zlib

import pytest

from custom_components.parqex.api import (
    CannotConnect,
    Dialect,
    Forbidden,
    InvalidAnswer,
    NotAuthorized,
    NotSupported,
    ParqExError,
    RateLimited,
    Refused,
    SensorRequired,
    ServiceFailed,
)
from custom_components.parqex.api.answer import LOGIN_ERRORS, Answer, parse_json
from tests.common import detours
from tests.simulator import Fault, Simulator

from .conftest import CALLS, READS, Api, listening

MIB = 1024 * 1024
PAGE = "<!doctype html><title>Soon back</title>"

# What every endpoint needs, so that only the fault decides.
GOOD = {"devices": [], "data": {"id": "u1", "toggle_events": []}}

# All but 404, which depends on the endpoint: see test_toggle.py.
MEANINGS: list[tuple[int, type[ParqExError]]] = [
    *((status, Refused) for status in (400, 402, 405, 418, 428)),
    *((status, CannotConnect) for status in (408, 502, 504, 599)),
    *[(500, ServiceFailed), (501, ServiceFailed)],
    *[(403, Forbidden), (429, RateLimited), (503, CannotConnect)],
]
RENEWED = ("sync", "toggle")
TOGGLE = {428: SensorRequired, 501: NotSupported, 503: CannotConnect}


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize(("status", "meaning"), MEANINGS)
async def test_an_error_is_judged_by_its_status(
    api: Api, endpoint: str, status: int, meaning: type[ParqExError]
) -> None:
    """At once, whatever the body, and also if it is a code in an answer with 200.

    But for what may be refused for the way in which it is asked for.
    """
    if endpoint == "toggle":
        meaning = TOGGLE.get(status, meaning)
    faults = [Fault(status=status, body=one) for one in (None, PAGE, '{"code": 418}')]
    codes = [json.dumps({**GOOD, "code": code}) for code in (status, str(status))]
    faults += [Fault(status=200, body=body) for body in codes]
    for fault in faults:
        api.cloud.requests.clear()
        api.cloud.faults.clear()
        api.cloud.faults.add(endpoint, fault)
        with pytest.raises(meaning) as caught:
            await CALLS[endpoint](api.client)
        assert caught.type is meaning
        variants = 1
        if endpoint == "history" and meaning in (Refused, Forbidden, ServiceFailed):
            variants = 4
        elif endpoint == "sync" and fault.status in (405, 501):
            variants = 2
        assert len(api.cloud.requests) == variants


@pytest.mark.parametrize("code", [200, "200", 0, 40, 4010, 403.0, "E403", None, True])
async def test_a_code_that_is_no_error_means_nothing(api: Api, code: Any) -> None:
    """Like every field that is not documented."""
    api.cloud.faults.add("sync", Fault(edit=lambda body: {**body, "code": code}))
    assert len((await api.client.async_sync()).access_points) == 5


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize(
    "flaw",
    [
        *({"success": success} for success in (False, "False", 0)),
        {"errors": [{"message": "No."}]},
    ],
)
async def test_an_unsuccessful_200_is_a_refusal(
    api: Api, endpoint: str, flaw: dict[str, Any]
) -> None:
    """With everything else in place."""
    api.cloud.faults.add(endpoint, Fault(status=200, body=json.dumps(GOOD | flaw)))
    with pytest.raises(Refused) as caught:
        await CALLS[endpoint](api.client)
    assert caught.type is Refused


@pytest.mark.parametrize("endpoint", READS)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        *((status, "") for status in (200, 201, 204, 304)),
        *((200, body) for body in ("null", "[]", '"text"', "7", PAGE)),
        *[(200, json.dumps(GOOD)[:-1]), (200, json.dumps([GOOD]))],
        *[(status, json.dumps(GOOD)) for status in (201, 202)],
        *[pytest.param(200, "[" * 1_000_000, id="deep")],
        *[pytest.param(200, '{"data":' * 1_000_000, id="deep objects")],
        *[pytest.param(200, '{"a":' * 1000 + "1" + "}" * 1000, id="less deep")],
    ],
)
async def test_any_other_answer_is_invalid(
    api: Api, endpoint: str, status: int, body: str
) -> None:
    """It is no empty list, nor anything else that could be believed."""
    api.cloud.faults.add(endpoint, Fault(status=status, body=body))
    with pytest.raises(InvalidAnswer):
        await READS[endpoint](api.client)


@pytest.mark.parametrize(
    "odd",
    [
        *[rb'"name": "\ud83d"', rb'"name": "\udeaa\ud83d"', b'"name": "T\xfcr"'],
        *[b'"name": "\xed\xa0\xbd"', b'"battery": NaN', b'"battery": -Infinity'],
        *[b'"battery": 1e400', b'"battery": ' + b"9" * 400],
        b'"new": ' + b"[" * 1000 + b"]" * 1000,
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
async def test_one_odd_value_hides_nothing_else(
    api: Api, odd: bytes, mark: bytes
) -> None:
    """Strict parsers refuse the whole answer for it."""
    body = b'%s{"devices": [{"id": "c1", "doors": [{"id": "d1", %s}]}]}' % (mark, odd)
    api.cloud.faults.add("sync", Fault(status=200, body=body))
    (access_point,) = (await api.client.async_sync()).access_points.values()
    assert access_point.id == "d1"
    str(access_point.name).encode()


@pytest.mark.parametrize("endpoint", RENEWED)
async def test_an_expired_token_is_renewed_and_the_request_repeated(
    api: Api, endpoint: str
) -> None:
    """Once each, and later requests use the new token; a command is carried out once."""
    expired = api.tokens.access_token
    api.cloud.oauth.expire(api.house.owner)
    await CALLS[endpoint](api.client)
    await api.client.async_sync()
    assert api.tokens.rejected == [expired]
    assert [one.headers["Authorization"] for one in api.cloud.requests] == [
        f"Bearer {token}" for token in (expired, *[api.tokens.access_token] * 2)
    ]
    assert len(api.cloud.commands) == (endpoint == "toggle")


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize(
    "fault",
    [
        *[Fault(status=401), Fault(status=401, body=PAGE)],
        Fault(status=200, body='{"success": false, "code": 401}'),
        Fault(status=200, body='{"success": true, "code": "401"}'),
    ],
)
async def test_a_token_that_is_rejected_ends_it(
    api: Api, endpoint: str, fault: Fault
) -> None:
    """However the service says 401; only what every account may do renews the token."""
    api.cloud.faults.add(endpoint, fault)
    with pytest.raises(NotAuthorized):
        await CALLS[endpoint](api.client)
    renewals = int(endpoint in RENEWED)
    assert len(api.tokens.rejected) == renewals
    assert len(api.cloud.requests) == 1 + renewals


async def test_without_a_token_nothing_is_sent(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error of the source of tokens is what the caller sees."""

    async def fail() -> str:
        raise LookupError("no token")

    monkeypatch.setattr(api.tokens, "async_access_token", fail)
    with pytest.raises(LookupError, match="no token"):
        await api.client.async_sync()
    assert api.cloud.requests == []


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_other_redirects_are_not_followed(
    api: Api, endpoint: str, status: int
) -> None:
    """The token and the command are for the addresses of ParqEx only."""
    await CALLS[endpoint](api.client)
    path = api.cloud.requests[-1].path
    async with Simulator() as elsewhere:
        for location in (
            *detours(api.simulator.base_url, elsewhere.base_url, f"{path}/"),
            *(path, f"{path}//", f"{path}/more/", f"{path}/?other=1", "/", ""),
            # The only redirect of these that turns a command into a question.
            *([f"{path}/"] if status == 303 else []),
        ):
            api.cloud.requests.clear()
            api.cloud.faults.clear()
            fault = Fault(status=status, headers={"Location": location})
            api.cloud.faults.add(endpoint, fault)
            with pytest.raises(InvalidAnswer):
                await CALLS[endpoint](api.client)
            assert len(api.cloud.requests) == 1
        assert elsewhere.cloud.requests == []


async def test_a_redirect_to_nowhere_is_not_remembered(api: Api) -> None:
    """It costs one request, each time."""
    await api.client.async_sync()
    path = api.cloud.requests.pop().path
    fault = Fault(status=301, headers={"Location": f"{path}/"})
    for _ in range(2):
        api.cloud.faults.add("sync", fault, times=1)
        with pytest.raises(Refused):
            await api.client.async_sync()
        await api.client.async_sync()
    assert [one.path for one in api.cloud.requests] == [path, f"{path}/", path] * 2


@pytest.mark.parametrize("endpoint", ["sync", "token"])
@pytest.mark.parametrize(
    ("refusal", "counts"),
    [
        *((Answer(400, {"error": error}), True) for error in LOGIN_ERRORS),
        (Answer(401, {"errors": [{"message": "The access token has expired."}]}), True),
        *((Answer(429, None), True), (Answer(503, None, retry_after=60), True)),
        *((Answer(status, None), False) for status in (400, 401, 403, 404, 405, 503)),
        (Answer(400, {"error": "invalid_request"}), False),
    ],
)
async def test_after_a_501_only_what_is_certain_counts(
    endpoint: str, refusal: Answer, counts: bool
) -> None:
    """Of the other method, which may be the right one while none has worked."""
    dialect, good = Dialect(), Answer(200, {})
    answers = [Answer(501, None), refusal, good, Answer(501, None), refusal]

    async def send(_method: str, _path: str) -> Answer:
        return answers.pop(0)

    assert ((await dialect.async_send(endpoint, send)) is refusal) is counts
    assert await dialect.async_send(endpoint, send) is good
    assert (await dialect.async_send(endpoint, send)).http_status == 501
    assert not answers


@pytest.mark.parametrize("body", [PAGE, '{"success": false}', '{"code": 405}'])
@pytest.mark.parametrize(
    ("endpoint", "status"), [("sync", 405), ("token", 501), ("toggle", 404)]
)
async def test_what_fails_with_200_teaches_no_other_way(
    endpoint: str, status: int, body: str
) -> None:
    """It may be the page of something in between, while ParqEx fails once."""
    dialect = Dialect()
    answers = [Answer(status, None), Answer(200, parse_json(body.encode()), text=body)]

    async def send(_method: str, _path: str) -> Answer:
        return answers.pop(0)

    await dialect.async_send(endpoint, send)
    assert not answers
    assert not dialect.addresses


@pytest.mark.parametrize("compression", ["gzip", "members", "zlib", "deflate", "none"])
@pytest.mark.parametrize("status", [200, 500])
async def test_more_than_eight_mebibytes_are_not_read(
    api: Api, compression: Any, status: int
) -> None:
    """Counted after unpacking."""
    api.cloud.compression = compression
    body = b'{"devices": []}'.ljust(8 * MIB)
    api.cloud.faults.add("sync", Fault(status=200, body=body), times=1)
    assert (await api.client.async_sync()).controllers == {}
    api.cloud.faults.add("sync", Fault(status=status, body=body + b" "))
    with pytest.raises(InvalidAnswer):
        await api.client.async_sync()


@pytest.mark.parametrize("packed", [False, True])
async def test_a_huge_answer_is_cut_off(api: Api, packed: bool) -> None:
    """Most of it is neither received, nor unpacked: a mebibyte becomes a gibibyte."""
    packer = zlib.compressobj(wbits=31)
    # A full flush makes blocks that can be repeated.
    start, block = (
        packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(256 * MIB)
    if packed:
        headers = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
        answer = headers + start + block * 1023
    async with listening(answer) as url:
        tracemalloc.start()
        try:
            with pytest.raises(InvalidAnswer):
                await api.client_at(url).async_sync()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 32 * MIB
