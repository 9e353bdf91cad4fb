"""Send requests to the ParqEx API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, override

from aiohttp import (
    ClientError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    hdrs,
)
from aiohttp.connector import Connection
from yarl import URL

from .answer import Answer, async_read_answer
from .dialect import Dialect
from .errors import CannotConnect, NotAuthorized, RateLimited
from .rate_limit import RateLimit

SECONDS_TO_ANSWER = 10

_HEADERS: dict[str, str] = {
    hdrs.ACCEPT: "application/json",
    hdrs.CONTENT_TYPE: "application/json",
    hdrs.ACCEPT_CHARSET: "utf-8",
}

# Another account's log, and settings, may be refused with 401 while the token is good.
_RENEWED_FOR = ("sync", "toggle")


class UnsharedRequest(ClientRequest):
    """A request that has a connection of its own.

    On one that is kept, the system would still deliver a command after an outage, when
    it has failed long ago.
    """

    @override
    async def send(self, conn: Connection) -> ClientResponse:
        """Send the request, and let its connection be closed afterwards."""
        if TYPE_CHECKING:
            assert conn.protocol is not None
        conn.protocol.force_close()
        return await super().send(conn)


class AccessTokens(Protocol):
    """The source of an account's access tokens."""

    async def async_access_token(self) -> str:
        """Return an access token that should be valid."""

    async def async_renewed_access_token(self, rejected: str) -> str:
        """Return another access token, since ParqEx rejected that one."""


async def async_exchange(
    session: ClientSession,
    method: str,
    url: URL,
    headers: Mapping[str, str],
    known: int | None = None,
    seconds_to_send: float | None = None,
    seconds_to_answer: float | None = None,
    **kwargs: Any,
) -> Answer:
    """Send one request and read its answer; no error quotes anything of either."""
    try:
        async with session.request(
            method,
            url,
            headers={**headers, hdrs.ACCEPT_ENCODING: "gzip"},
            timeout=ClientTimeout(
                total=seconds_to_answer or SECONDS_TO_ANSWER, connect=seconds_to_send
            ),
            # The token is for ParqEx only, wherever an answer may point.
            allow_redirects=False,
            # An answer that is known already needs no unpacking.
            auto_decompress=False,
            **kwargs,
        ) as response:
            return await async_read_answer(response, known)
    except (ClientError, TimeoutError) as err:
        # aiohttp's messages may quote URLs and headers; its types say enough.
        failure = type(err).__name__
    raise CannotConnect(f"no answer ({failure})")


@dataclass(frozen=True, slots=True)
class Transport:
    """Send requests with the account's access token, within its rate limit."""

    session: ClientSession
    base_url: URL
    tokens: AccessTokens
    rate_limit: RateLimit
    dialect: Dialect

    async def async_prepare(self, endpoint: str) -> None:
        """Do what can be done before a request: check the limit, renew the token."""
        self.rate_limit.check(endpoint)
        await self.tokens.async_access_token()

    async def async_request(
        self,
        endpoint: str,
        known: int | None = None,
        check: Callable[[], float | None] = lambda: None,
        **kwargs: Any,
    ) -> Answer:
        """Send a request; repeat it once with a new token if the token was rejected.

        `check`: raises what forbids to send it, directly before it is sent or repeated,
        or returns the seconds in which a connection has to be made.
        """
        token = await self.tokens.async_access_token()

        async def send(method: str, path: str) -> Answer:
            self.rate_limit.check(endpoint)
            seconds_to_send = check()
            answer = await async_exchange(
                self.session,
                method,
                self.base_url.with_path(path),
                {**_HEADERS, hdrs.AUTHORIZATION: f"Bearer {token}"},
                known,
                seconds_to_send,
                **({"json": {}} if method == hdrs.METH_POST else {}) | kwargs,
            )
            if isinstance(err := answer.error(), RateLimited):
                self.rate_limit.pause(endpoint, err.retry_after)
            return answer

        answer = await self.dialect.async_send(endpoint, send)
        if endpoint in _RENEWED_FOR and isinstance(answer.error(), NotAuthorized):
            token = await self.tokens.async_renewed_access_token(token)
            answer = await self.dialect.async_send(endpoint, send)
        return answer
