"""An answer of the ParqEx API: how it is read, and what it means, by status first."""

from asyncio import IncompleteReadError
from http import HTTPStatus
import json
import re
from typing import Any, NamedTuple
import zlib

from aiohttp import ClientResponse, hdrs
import orjson
from yarl import URL

from .errors import (
    CannotConnect,
    ControllerOffline,
    Forbidden,
    InvalidAnswer,
    NotAuthorized,
    ParqExError,
    RateLimited,
    Refused,
    SensorRequired,
    ServiceFailed,
)
from .rate_limit import parse_retry_after

MAX_ANSWER = 8 * 1024 * 1024

# Of gzip, whose data may consist of several.
MAX_MEMBERS = 100
_GZIP = b"\x1f\x8b"

# More than any documented message has.
LONGEST_MESSAGE = 1000

# A page may begin with a mark of its encoding.
_BLANKS = "\ufeff \t\r\n"

_LIMITS = re.compile("limit|retry|quota", re.IGNORECASE)

# Seen by clients of the earlier brand: the command may have been heard.
NO_RESPONSE = "didn't respond"

# What RFC 6749 and 6750 say of a login.
LOGIN_ERRORS = (
    "invalid_client",
    "invalid_grant",
    "invalid_token",
    "unauthorized_client",
)

# What toggle says about a controller, in small letters.
OF_CONTROLLER: dict[str, type[ParqExError]] = {
    NO_RESPONSE: CannotConnect,
    "can't be found": ControllerOffline,
    "requires pairing": SensorRequired,
    "error communicating": Refused,
}

_REDIRECTS = (
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
)


class Answer(NamedTuple):
    """An answer; its body is None if it is no JSON or has the known fingerprint."""

    http_status: int
    body: Any
    retry_after: float | None = None
    fingerprint: int | None = None  # of the body of a success, as it was sent
    text: str = ""  # the beginning of the body
    moved_to: str | None = None  # the same path, with or without a slash at its end
    limit_headers: tuple[str, ...] = ()  # the names of those that speak of rate limits
    encoding: str = ""
    sets_cookies: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether the HTTP status is one of those of a success."""
        return 200 <= self.http_status < 300

    @property
    def is_good(self) -> bool:
        """Whether it is a success, perhaps without JSON, and no page of something else."""
        error = self.error()
        return error is None or (
            self.is_accepted
            and isinstance(error, InvalidAnswer)
            and not self.text.lstrip(_BLANKS).startswith("<")
        )

    @property
    def status(self) -> int:
        """The HTTP status, or the error code in a body with 2xx (earlier brand)."""
        code = self.body.get("code") if isinstance(self.body, dict) else None
        written = str(code) if isinstance(code, int | str) else ""
        if self.is_accepted and re.fullmatch(r"[45]\d\d", written):
            return int(written)
        return self.http_status

    @property
    def is_unknown_method(self) -> bool:
        """Whether the service does not take the method at this URL."""
        return self.http_status == HTTPStatus.METHOD_NOT_ALLOWED or (
            self.http_status == HTTPStatus.NOT_IMPLEMENTED and not self.is_of_controller
        )

    @property
    def is_unknown_address(self) -> bool:
        """Whether the 404 is for the URL itself: it carries no error message."""
        return self.http_status == HTTPStatus.NOT_FOUND and self.message is None

    @property
    def is_of_controller(self) -> bool:
        """Whether the message is a documented one about a controller."""
        message = (self.message or "").lower()
        return any(text in message for text in OF_CONTROLLER)

    @property
    def is_certain(self) -> bool:
        """Whether it is a refusal that a wrong method hardly explains."""
        if isinstance(self.body, dict) and self.body.get("error") in LOGIN_ERRORS:
            return True
        error = self.error()
        said = isinstance(error, NotAuthorized) and self.message is not None
        return said or isinstance(error, RateLimited)

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
        if status == HTTPStatus.UNAUTHORIZED and not self.is_of_controller:
            return NotAuthorized("access token rejected")
        if status == HTTPStatus.FORBIDDEN:
            return Forbidden("not allowed for this account")
        if status == HTTPStatus.TOO_MANY_REQUESTS or (
            status == HTTPStatus.SERVICE_UNAVAILABLE and self.retry_after is not None
        ):
            return RateLimited(f"asked to wait (HTTP {status})", self.retry_after)
        if status in (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.NOT_IMPLEMENTED):
            return ServiceFailed(f"the service failed (HTTP {status})")
        if status == HTTPStatus.REQUEST_TIMEOUT or status >= 500:
            return CannotConnect(f"the service failed (HTTP {status})")
        if status >= 400:
            return Refused(f"refused (HTTP {status})")
        body = self.body if isinstance(self.body, dict) else {}
        failed = str(body.get("success")).casefold() in ("false", "0")
        if self.is_accepted and (failed or body.get("errors")):
            return Refused(f"refused (HTTP {status})")
        if status != HTTPStatus.OK or not isinstance(self.body, dict):
            return InvalidAnswer(f"not a JSON object (HTTP {status})")
        return None

    def success(self) -> Any:
        """Return the body of a success; raise what any other answer means."""
        if error := self.error():
            raise error
        return self.body


async def async_read_answer(
    response: ClientResponse, known: int | None = None
) -> Answer:
    """Read an answer; its body is not parsed if it has the known fingerprint."""
    packed = await _async_read_capped(response)
    status, headers = response.status, response.headers
    cookies = hdrs.SET_COOKIE in headers
    fingerprint = None
    if status == HTTPStatus.OK:
        fingerprint = hash(packed)
        if fingerprint == known:
            return Answer(status, None, fingerprint=fingerprint, sets_cookies=cookies)
    encoding = headers.get(hdrs.CONTENT_ENCODING, "").lower()
    raw = _unpacked(packed, encoding)
    return Answer(
        status,
        parse_json(raw),
        parse_retry_after(headers.get(hdrs.RETRY_AFTER), headers.get(hdrs.DATE)),
        fingerprint,
        raw[:LONGEST_MESSAGE].decode(errors="replace"),
        _other_slash(response) if status in _REDIRECTS else None,
        tuple(name.lower() for name in headers if _LIMITS.search(name)),
        encoding,
        cookies,
    )


async def _async_read_capped(response: ClientResponse) -> bytes:
    """Return the body as it was sent, up to 8 MiB; raise InvalidAnswer beyond."""
    try:
        await response.content.readexactly(MAX_ANSWER + 1)
    except IncompleteReadError as err:
        return err.partial
    response.close()
    raise InvalidAnswer("answer larger than 8 MiB")


def _unpacked(packed: bytes, encoding: str) -> bytes:
    """Return a body unpacked, up to 8 MiB."""
    if not packed or encoding not in ("gzip", "x-gzip", "deflate"):
        return packed
    try:
        raw = _inflated(packed)
    except EOFError, zlib.error:
        raise CannotConnect("no answer (could not be unpacked)") from None
    if len(raw) > MAX_ANSWER:
        raise InvalidAnswer("answer larger than 8 MiB")
    return raw


def _inflated(packed: bytes) -> bytes:
    """Unpack what the first bytes say it is: gzip, zlib, or deflate without a header."""
    has_header = packed.startswith(_GZIP) or packed[0] & 0x0F == zlib.DEFLATED
    # With 32, zlib finds out which of the two headers it is.
    wbits = zlib.MAX_WBITS | 32 if has_header else -zlib.MAX_WBITS
    raw = b""
    for _ in range(MAX_MEMBERS):
        stream = zlib.decompressobj(wbits)
        raw += stream.decompress(packed, MAX_ANSWER + 1)
        packed = stream.unused_data
        if not packed.startswith(_GZIP) or len(raw) > MAX_ANSWER:
            break
    if not stream.eof and len(raw) <= MAX_ANSWER:
        raise EOFError
    return raw


def _other_slash(response: ClientResponse) -> str | None:
    """Return where a redirect leads if that differs by one slash at the end only."""
    asked = response.url
    try:
        target = asked.join(URL(response.headers.get(hdrs.LOCATION, "")))
        same_origin = _origin(target) == _origin(asked)
    except ValueError:
        return None
    if (
        same_origin
        # Some servers leave the query out; it is sent again all the same.
        and target.query in ({}, asked.query)
        and (target.path == f"{asked.path}/" or f"{target.path}/" == asked.path)
    ):
        return target.path
    return None


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    """Return the origin of a URL, whether it names the usual port or not."""
    return url.scheme, url.host, url.port


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
