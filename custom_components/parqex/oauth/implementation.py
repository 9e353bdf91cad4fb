"""OAuth 2.0 as ParqEx documents it: tokens by GET, all parameters in the query."""

from http import HTTPStatus
import re
from typing import Any, override

from aiohttp import ClientError, RequestInfo, hdrs
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from homeassistant.components.application_credentials import AuthImplementation
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)

from ..api import InvalidAnswer, parse_retry_after
from ..api.transport import TIMEOUT, Answer, async_read_capped, parse_json
from ..data import process_state

# In seconds. What does not fit into 64 bits could not even be stored, and with it no
# other entry of Home Assistant.
ASSUMED_LIFETIME = 60 * 60
LONGEST_LIFETIME = 10 * 365 * 24 * 60 * 60

# Errors of RFC 6749 that pass by themselves; every other one is a rejection.
_PASSING_ERRORS = ("server_error", "temporarily_unavailable", "slow_down")


class TokenRequestFailed(OAuth2TokenRequestTransientError):
    """ParqEx failed; after 429 or 503 it may accept no requests for some seconds."""

    retry_after: float | None = None


class ParqExImplementation(AuthImplementation):
    """Request tokens by GET, and keep the URL of the request from everybody.

    Its query holds the client secret, the code and the refresh token, so no exception
    of aiohttp may leave this class, not even as the context of another one.
    """

    @override
    async def _token_request(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return new tokens for a code or a refresh token."""
        learnt = process_state(self.hass)
        data |= {"client_id": self.client_id, "client_secret": self.client_secret}
        answer = await self._async_send(learnt.token_method, data)
        if learnt.token_method == hdrs.METH_GET and answer.http_status in (
            HTTPStatus.METHOD_NOT_ALLOWED,
            HTTPStatus.NOT_IMPLEMENTED,
        ):
            # RFC 6749 wants POST; ParqEx documents GET.
            answer = await self._async_send(hdrs.METH_POST, data)
            if answer.http_status == HTTPStatus.OK:
                learnt.token_method = hdrs.METH_POST
        if (
            answer.http_status == HTTPStatus.OK
            and (tokens := parse_tokens(answer.body))
            # A refresh without a new refresh token leaves the old one in place; a
            # link without one would end with its first access token.
            and ("refresh_token" in tokens or "refresh_token" in data)
        ):
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
        if status >= HTTPStatus.BAD_REQUEST:
            err = TokenRequestFailed(
                request_info=request, status=status, domain=self.service_domain
            )
            if status in (
                HTTPStatus.TOO_MANY_REQUESTS,
                HTTPStatus.SERVICE_UNAVAILABLE,
            ):
                err.retry_after = answer.retry_after
            return err
        return OAuth2TokenRequestConnectionError(domain=self.service_domain)

    async def _async_send(self, method: str, data: dict[str, Any]) -> Answer:
        """Send one token request; the status is 0 if no answer came."""
        try:
            async with process_state(self.hass).session.request(
                method,
                self.token_url,
                headers={
                    hdrs.ACCEPT: "application/json",
                    hdrs.CONTENT_TYPE: "application/x-www-form-urlencoded",
                },
                params=data if method == hdrs.METH_GET else None,
                data=data if method == hdrs.METH_POST else None,
                # A redirect could carry the secrets to another server.
                allow_redirects=False,
                timeout=TIMEOUT,
            ) as response:
                body = parse_json(await async_read_capped(response))
        except ClientError, TimeoutError, InvalidAnswer:
            return Answer(0, None)
        retry_after = parse_retry_after(response.headers.get(hdrs.RETRY_AFTER))
        return Answer(response.status, body, retry_after)


def parse_tokens(body: Any) -> dict[str, Any] | None:
    """Return the tokens of an answer, and nothing else of it; None if unusable."""
    if not isinstance(body, dict):
        return None
    tokens: dict[str, Any] = {
        key: body[key]
        for key in ("access_token", "refresh_token")
        if isinstance(body.get(key), str) and re.fullmatch("[!-~]+", body[key])
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
    return seconds if 0 <= seconds <= LONGEST_LIFETIME else ASSUMED_LIFETIME


def is_rejection(status: int, body: Any) -> bool:
    """Return whether the token server itself refuses, and not a proxy before it."""
    error = body.get("error") if isinstance(body, dict) else None
    if error in _PASSING_ERRORS or status == HTTPStatus.TOO_MANY_REQUESTS:
        return False
    if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED):
        return True
    return bool(error) and (status == HTTPStatus.OK or 400 <= status < 500)
