"""Send one request to the ParqEx API and judge its answer, by status first."""

from asyncio import IncompleteReadError
from collections.abc import Callable
from dataclasses import dataclass
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
from .rate_limit import RateLimit, parse_retry_after

TIMEOUT = ClientTimeout(total=10)
MAX_ANSWER = 8 * 1024 * 1024

_HEADERS = {
    hdrs.ACCEPT: "application/json",
    hdrs.CONTENT_TYPE: "application/json",
    hdrs.ACCEPT_CHARSET: "utf-8",
    hdrs.ACCEPT_ENCODING: "gzip",
}


class AccessTokens(Protocol):
    """The source of an account's access tokens."""

    async def async_access_token(self) -> str:
        """Return an access token that should be valid."""

    async def async_renewed_access_token(self, rejected: str) -> str:
        """Return another access token, since ParqEx rejected that one."""


class Answer(NamedTuple):
    """An answer; its body is None if it is no JSON or has the known fingerprint."""

    http_status: int
    body: Any
    retry_after: float | None = None
    fingerprint: bytes | None = None  # of the body of a success, as it was sent

    @property
    def status(self) -> int:
        """The HTTP status, or the error code in a body with 200 (earlier brand)."""
        code = self.body.get("code") if isinstance(self.body, dict) else None
        if self.http_status == HTTPStatus.OK and re.fullmatch(r"[45]\d\d", str(code)):
            return int(str(code))
        return self.http_status

    @property
    def is_unknown_address(self) -> bool:
        """Whether the 404 is for the URL itself: it carries no error message."""
        return self.http_status == HTTPStatus.NOT_FOUND and self.message is None

    @property
    def message(self) -> str | None:
        """The text of a documented error, in either of its two shapes."""
        match self.body:
            case {"message": str(text)} | {"errors": [{"message": str(text)}, *_]}:
                return text
        return None

    def error(self) -> ParqExError | None:
        """Return what this answer means if it is not a success."""
        status = self.status
        if status == HTTPStatus.UNAUTHORIZED and (
            # Otherwise it is the controller that rejected a command.
            "error communicating" not in (self.message or "").lower()
        ):
            return NotAuthorized("access token rejected")
        if status == HTTPStatus.FORBIDDEN:
            return Forbidden("not allowed for this account")
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            return RateLimited(f"asked to wait (HTTP {status})", self.retry_after)
        if status == HTTPStatus.REQUEST_TIMEOUT or status >= 500:
            return CannotConnect(f"the service failed (HTTP {status})")
        if status >= 400:
            return Refused(f"refused (HTTP {status})")
        if status != HTTPStatus.OK or not isinstance(self.body, dict):
            return InvalidAnswer(f"not a JSON object (HTTP {status})")
        if self.body.get("success") is False or self.body.get("errors"):
            return Refused("refused (HTTP 200)")
        return None

    def success(self) -> Any:
        """Return the body of a success; raise what any other answer means."""
        if error := self.error():
            raise error
        return self.body


@dataclass(frozen=True, slots=True)
class Transport:
    """Send requests with the account's access token, within its rate limit."""

    session: ClientSession
    base_url: URL
    tokens: AccessTokens
    rate_limit: RateLimit

    async def async_prepare(self, endpoint: str) -> None:
        """Do what can be done before a request: check the limit, renew the token."""
        self.rate_limit.check(endpoint)
        await self.tokens.async_access_token()

    async def async_request(
        self,
        method: str,
        path: str,
        known: bytes | None = None,
        check: Callable[[], None] = lambda: None,
        **kwargs: Any,
    ) -> Answer:
        """Send a request; repeat it once with a new token if the token was rejected.

        `check`: raises what forbids to send it, directly before it is sent or repeated.
        """
        token = await self.tokens.async_access_token()
        answer = await self._async_send(token, method, path, known, check, **kwargs)
        if isinstance(answer.error(), NotAuthorized):
            token = await self.tokens.async_renewed_access_token(token)
            answer = await self._async_send(token, method, path, known, check, **kwargs)
        return answer

    async def _async_send(
        self,
        token: str,
        method: str,
        path: str,
        known: bytes | None,
        check: Callable[[], None],
        **kwargs: Any,
    ) -> Answer:
        """Send one request unless the rate limit forbids it, and follow its answer's."""
        endpoint = path.rpartition("/")[2]
        self.rate_limit.check(endpoint)
        check()
        try:
            async with self.session.request(
                method,
                self.base_url / "oauth/v1" / path,
                headers={**_HEADERS, hdrs.AUTHORIZATION: f"Bearer {token}"},
                timeout=TIMEOUT,
                # The token is for ParqEx only, wherever an answer may point.
                allow_redirects=False,
                # An answer that is known already needs no unpacking.
                auto_decompress=False,
                **kwargs,
            ) as response:
                packed = await async_read_capped(response)
        except (ClientError, TimeoutError) as err:
            # aiohttp's messages may quote URLs and headers; its types say enough.
            failure = type(err).__name__
        else:
            answer = _answer(response, packed, known)
            match answer.error():
                case RateLimited(retry_after=float(seconds)):
                    self.rate_limit.pause(endpoint, seconds)
            return answer
        raise CannotConnect(f"no answer ({failure})")


def _answer(response: ClientResponse, packed: bytes, known: bytes | None) -> Answer:
    """Return an answer with its body parsed, unless it is known already."""
    fingerprint = None
    if response.status == HTTPStatus.OK:
        fingerprint = blake2b(packed, digest_size=16).digest()
        if fingerprint == known:
            return Answer(HTTPStatus.OK, None, fingerprint=fingerprint)
    raw = _unpacked(packed, response.headers.get(hdrs.CONTENT_ENCODING, ""))
    retry_after = parse_retry_after(response.headers.get(hdrs.RETRY_AFTER))
    return Answer(response.status, parse_json(raw), retry_after, fingerprint)


def _unpacked(packed: bytes, encoding: str) -> bytes:
    """Return a body unpacked, up to 8 MiB; zlib tells gzip from deflate by itself."""
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
    """Return the body as it was sent, up to 8 MiB; raise InvalidAnswer beyond."""
    try:
        await response.content.readexactly(MAX_ANSWER + 1)
    except IncompleteReadError as err:
        return err.partial
    response.close()
    raise InvalidAnswer("answer larger than 8 MiB")


def parse_json(raw: bytes) -> Any:
    """Return the JSON in a body, None if there is none."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        # This parser also reads half a surrogate pair, and numbers of any size.
        return json.loads(raw.decode("utf-8-sig", "replace"))
    except ValueError, RecursionError:
        return None
