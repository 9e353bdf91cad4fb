"""OAuth 2.0 as ParqEx documents it: tokens by GET, all parameters in the query."""

from http import HTTPStatus
import re
from typing import Any, override

from aiohttp import RequestInfo, hdrs
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from homeassistant.components.application_credentials import AuthImplementation
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)

from ..api import CannotConnect, InvalidAnswer
from ..api.answer import Answer
from ..api.transport import SECONDS_TO_ANSWER, async_exchange
from ..data import process_state

# In seconds. What does not fit into 64 bits could not even be stored, and with it no
# other entry of Home Assistant.
ASSUMED_LIFETIME = 60 * 60
LONGEST_LIFETIME = 10 * 365 * 24 * 60 * 60

# ParqEx may have replaced the tokens long before its answer comes: one that is given up
# costs the login. Home Assistant itself waits as long for those of a new login.
SECONDS_FOR_TOKENS = 30

# Errors of RFC 6749 that pass by themselves, whatever the status, and those that do not.
_PASSING_ERRORS = ("server_error", "temporarily_unavailable", "slow_down")
_REJECTIONS = (
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
)

_HEADERS: dict[str, str] = {
    hdrs.ACCEPT: "application/json",
    hdrs.CONTENT_TYPE: "application/x-www-form-urlencoded",
}


class TokensRateLimited(OAuth2TokenRequestTransientError):
    """ParqEx accepts no requests now (429, 503), for so many seconds if it says so."""

    retry_after: float | None


class ParqExImplementation(AuthImplementation):
    """Request tokens by GET, and keep the URL of the request from everybody.

    Its query holds the client secret, the code and the refresh token, so no exception
    of aiohttp may leave this class, not even as the context of another one.
    """

    @override
    async def _token_request(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return new tokens for a code or a refresh token."""
        data |= {"client_id": self.client_id, "client_secret": self.client_secret}
        answer = await self._async_send(data)
        if (
            answer.is_accepted
            and (tokens := parse_tokens(answer.body))
            # A refresh without a new refresh token leaves the old one in place; a
            # link without one would end with its first access token.
            and ("refresh_token" in tokens or "refresh_token" in data)
        ):
            if "refresh_token" in data:
                way = "with new tokens" if "refresh_token" in tokens else "kept"
                observations = process_state(self.hass).dialect.observations
                observations.note_ways([("refresh_token", way)])
            return tokens
        raise self._error(answer)

    def _error(self, answer: Answer) -> Exception:
        """Return what an answer without usable tokens means for the login."""
        status = answer.http_status
        url = URL(self.token_url)
        request = RequestInfo(url, "", CIMultiDictProxy(CIMultiDict()))
        if is_rejection(status, answer.body):
            return OAuth2TokenRequestReauthError(
                request_info=request, status=status, domain=self.service_domain
            )
        if status == HTTPStatus.TOO_MANY_REQUESTS or (
            status == HTTPStatus.SERVICE_UNAVAILABLE and answer.retry_after is not None
        ):
            err = TokensRateLimited(
                request_info=request, status=status, domain=self.service_domain
            )
            err.retry_after = answer.retry_after
            return err
        if status >= HTTPStatus.BAD_REQUEST:
            return OAuth2TokenRequestTransientError(
                request_info=request, status=status, domain=self.service_domain
            )
        return OAuth2TokenRequestConnectionError(domain=self.service_domain)

    async def _async_send(self, data: dict[str, Any]) -> Answer:
        """Request tokens; the status is 0 if no answer came."""
        state = process_state(self.hass)

        async def send(method: str, path: str) -> Answer:
            return await async_exchange(
                state.session,
                method,
                URL(self.token_url).with_path(path),
                _HEADERS,
                seconds_to_send=SECONDS_TO_ANSWER,
                seconds_to_answer=SECONDS_FOR_TOKENS,
                params=data if method == hdrs.METH_GET else None,
                data=data if method == hdrs.METH_POST else None,
            )

        try:
            return await state.dialect.async_send("token", send)
        except CannotConnect, InvalidAnswer:
            return Answer(0, None)


def parse_tokens(body: Any) -> dict[str, Any] | None:
    """Return the tokens of an answer, and nothing else of it; None if unusable."""
    if not isinstance(body, dict):
        return None
    if "access_token" not in body and isinstance(body.get("data"), dict):
        body = body["data"]
    tokens: dict[str, Any] = {
        key: text
        for key in ("access_token", "refresh_token")
        if isinstance(text := body.get(key), str)
        and re.fullmatch("[!-~]+", text := text.strip())
    }
    if "access_token" not in tokens:
        return None
    return {**tokens, "expires_in": _lifetime(body.get("expires_in"))}


def _lifetime(value: Any) -> int:
    """Return for how many seconds an access token is valid, an hour if unknown.

    No reason to refuse an answer: the tokens before it are worthless now.
    """
    try:
        seconds = int(float(value))
    except TypeError, ValueError, OverflowError:
        return ASSUMED_LIFETIME
    return seconds if 0 < seconds <= LONGEST_LIFETIME else ASSUMED_LIFETIME


def is_rejection(status: int, body: Any) -> bool:
    """Return whether the token server itself refuses, and not a proxy before it."""
    error = body.get("error") if isinstance(body, dict) else None
    if error in _PASSING_ERRORS or status == HTTPStatus.TOO_MANY_REQUESTS:
        return False
    if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED):
        return True
    return error in _REJECTIONS and (status == HTTPStatus.OK or 400 <= status < 500)
