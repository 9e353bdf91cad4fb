"""One request to the ParqEx API and its answer, judged by status first."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from http import HTTPStatus
import json
import re
from typing import Any, NamedTuple, Protocol
import zlib

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, hdrs
import orjson
from yarl import URL

from .errors import (
    CannotConnect,
    Forbidden,
    InvalidAnswer,
    NotAuthorized,
    ParqExError,
    RateLimited,
    Refused,
)

TIMEOUT = ClientTimeout(total=10)
MAX_ANSWER = 8 * 1024 * 1024
MAX_RETRY_AFTER = 24 * 60 * 60.0

_PATH = "oauth/v1"
_HEADERS = {
    hdrs.ACCEPT: "application/json",
    hdrs.CONTENT_TYPE: "application/json",
    hdrs.ACCEPT_CHARSET: "utf-8",
    hdrs.ACCEPT_ENCODING: "gzip",
}


class AccessTokens(Protocol):
    """Where access tokens come from."""

    async def async_access_token(self) -> str:
        """Return an access token that should be valid."""

    async def async_renewed_access_token(self, rejected: str) -> str:
        """Return another access token, since ParqEx rejected that one."""


class Answer(NamedTuple):
    """What came back; `body` is the parsed JSON, None where it is not JSON.

    `fingerprint` tells a success from every other one; of one that was known already,
    the body was not read.
    """

    http_status: int
    body: Any
    retry_after: float | None = None
    fingerprint: bytes | None = None

    @property
    def status(self) -> int:
        """HTTP's status, or the error code that a body with 200 carries.

        The latter was seen on the earlier brand.
        """
        if self.http_status == HTTPStatus.OK and isinstance(self.body, dict):
            match self.body.get("code"):
                case int() | str() as code if re.fullmatch(r"[45][0-9]{2}", str(code)):
                    return int(code)
        return self.http_status

    @property
    def at_unknown_address(self) -> bool:
        """Whether it was the address that was not found, for want of a text."""
        return self.http_status == HTTPStatus.NOT_FOUND and self.message is None

    @property
    def message(self) -> str | None:
        """The text of a documented error, in either of its two shapes."""
        if not isinstance(self.body, dict):
            return None
        message = self.body.get("message")
        match self.body.get("errors"):
            case [{"message": text}, *_]:
                message = message or text
        return message if isinstance(message, str) else None

    @property
    def rejects_token(self) -> bool:
        """Whether the access token was rejected, and not a command by a controller."""
        return self.status == HTTPStatus.UNAUTHORIZED and (
            "error communicating" not in (self.message or "").lower()
        )

    def error(self) -> ParqExError | None:
        """Return what this answer means if it is not a success."""
        status = self.status
        if self.rejects_token:
            return NotAuthorized("access token rejected")
        if status == HTTPStatus.FORBIDDEN:
            return Forbidden("not allowed for this account")
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            return RateLimited(f"asked to wait (HTTP {status})", self.retry_after)
        if status == HTTPStatus.REQUEST_TIMEOUT or status >= 500:
            return CannotConnect(f"the service failed (HTTP {status})")
        if status >= 400:
            return Refused(f"refused (HTTP {status})")
        if status != HTTPStatus.OK:
            return InvalidAnswer(f"unexpected HTTP {status}")
        if not isinstance(self.body, dict):
            return InvalidAnswer("not a JSON object")
        if self.body.get("success") is False or self.body.get("errors"):
            return Refused("refused (HTTP 200)")
        return None


class Transport:
    """Send requests in the account's name."""

    def __init__(
        self, session: ClientSession, base_url: URL, tokens: AccessTokens
    ) -> None:
        """Take the session, the API's address and the source of access tokens."""
        self._session = session
        self._url = base_url / _PATH
        self._tokens = tokens

    async def async_request(self, method: str, path: str, **kwargs: Any) -> Answer:
        """Send a request; renew the token and repeat once where it was rejected.

        `known`: the fingerprint of an answer that need not be read again. Raises
        CannotConnect and InvalidAnswer; any HTTP status is an Answer.
        """
        token = await self._tokens.async_access_token()
        answer = await self._async_send(token, method, path, **kwargs)
        if answer.rejects_token:
            token = await self._tokens.async_renewed_access_token(token)
            answer = await self._async_send(token, method, path, **kwargs)
        return answer

    async def _async_send(
        self,
        token: str,
        method: str,
        path: str,
        known: bytes | None = None,
        **kwargs: Any,
    ) -> Answer:
        """Send one request."""
        try:
            async with self._session.request(
                method,
                self._url / path,
                headers={**_HEADERS, hdrs.AUTHORIZATION: f"Bearer {token}"},
                timeout=TIMEOUT,
                # The token is for ParqEx alone, wherever an answer may point.
                allow_redirects=False,
                # What is known needs no unpacking either.
                auto_decompress=False,
                **kwargs,
            ) as response:
                packed = await async_read_capped(response)
        except (ClientError, TimeoutError) as err:
            # aiohttp's messages may quote URLs and headers; its types say enough.
            failure = type(err).__name__
        else:
            return _answer(response, packed, known)
        raise CannotConnect(f"no answer ({failure})")


def _answer(response: ClientResponse, packed: bytes, known: bytes | None) -> Answer:
    """Judge an answer whose body has come."""
    fingerprint = None
    if response.status == HTTPStatus.OK:
        fingerprint = blake2b(packed, digest_size=16).digest()
        if fingerprint == known:
            return Answer(HTTPStatus.OK, None, fingerprint=fingerprint)
    raw = _unpacked(packed, response.headers.get(hdrs.CONTENT_ENCODING, ""))
    return Answer(response.status, parse_json(raw), _retry_after(response), fingerprint)


def _unpacked(packed: bytes, encoding: str) -> bytes:
    """Return a body unpacked, up to 8 MiB; raise InvalidAnswer beyond.

    Gzip is what was asked for; zlib tells it from deflate by itself.
    """
    if encoding.lower() not in ("gzip", "x-gzip", "deflate"):
        return packed
    try:
        stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
        raw = stream.decompress(packed, MAX_ANSWER + 1)
    except zlib.error:
        raise CannotConnect("no answer (could not be unpacked)") from None
    if len(raw) > MAX_ANSWER:
        raise InvalidAnswer("answer larger than 8 MiB")
    return raw


async def async_read_capped(response: ClientResponse) -> bytes:
    """Read the body as it comes, up to 8 MiB; raise InvalidAnswer beyond."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > MAX_ANSWER:
            response.close()
            raise InvalidAnswer("answer larger than 8 MiB")
        chunks.append(chunk)
    return b"".join(chunks)


def parse_json(raw: bytes) -> Any:
    """Return the JSON in the body, None where there is none.

    Half a surrogate pair, a letter that is not UTF-8 or a number beyond any float is no
    reason to understand nothing: what orjson refuses, Python's own parser may read.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(raw.decode("utf-8-sig", "replace"))
    except ValueError, RecursionError:
        return None


def _retry_after(response: ClientResponse) -> float | None:
    """Return the seconds that Retry-After asks for, given as seconds or as a date."""
    header = response.headers.get(hdrs.RETRY_AFTER, "").strip()
    if header.isdecimal():
        seconds = float(header)
    else:
        try:
            when = parsedate_to_datetime(header)
        except TypeError, ValueError:
            return None
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        seconds = (when - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)
