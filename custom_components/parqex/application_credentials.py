"""Application credentials of ParqEx: OAuth 2.0 with tokens by GET."""

from http import HTTPStatus
import re
from typing import Any, override

from aiohttp import ClientError, RequestInfo, hdrs
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from homeassistant.components.application_credentials import (
    AuthImplementation,
    AuthorizationServer,
    ClientCredential,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ImplementationUnavailableError,
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import MY_AUTH_CALLBACK_PATH
from homeassistant.util.hass_dict import HassKey

from .api import InvalidAddress, InvalidAnswer, base_url
from .api.transport import TIMEOUT, async_read_capped, parse_json
from .const import DOMAIN

_PATH = "oauth/v2/endpoints"

# In seconds. Nobody means more than ten years; what does not fit into 64 bits could not
# even be stored, and with it no other entry of Home Assistant.
ASSUMED_LIFETIME = 60 * 60
LONGEST_LIFETIME = 10 * 365 * 24 * 60 * 60

# Errors of RFC 6749 that pass by themselves; every other one is a rejection.
_PASSING_ERRORS = ("server_error", "temporarily_unavailable", "slow_down")

# How tokens are asked for, once a server has shown that it does not take GET.
_METHOD: HassKey[str] = HassKey(f"{DOMAIN}_token_method")


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> AuthImplementation:
    """Return the OAuth 2.0 implementation for one pair of credentials."""
    try:
        address = base_url()
    except InvalidAddress as err:
        raise ImplementationUnavailableError(str(err)) from err
    return ParqExImplementation(
        hass,
        auth_domain,
        credential,
        AuthorizationServer(
            authorize_url=str(address / _PATH / "authorization/"),
            token_url=str(address / _PATH / "token/"),
        ),
    )


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return what the credentials dialog mentions."""
    return {
        "redirect_url": MY_AUTH_CALLBACK_PATH,
        "support_email": "support@parqex.com",
    }


class ParqExImplementation(AuthImplementation):
    """Ask for tokens as ParqEx documents it: by GET, all parameters in the query.

    That query holds the client secret, the code and the refresh token. So nothing
    that leaves this class may hold its URL: no exception of aiohttp, not even as the
    context of another one.
    """

    @override
    async def _token_request(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return new tokens for a code or a refresh token.

        Raises OAuth2TokenRequestReauthError where ParqEx rejects what was sent,
        OAuth2TokenRequestTransientError where it fails or is busy, and
        OAuth2TokenRequestConnectionError where no usable answer comes.
        """
        data = {
            **data,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        method = self.hass.data.get(_METHOD, hdrs.METH_GET)
        status, body = await self._async_ask(method, data)
        if method == hdrs.METH_GET and status in (
            HTTPStatus.METHOD_NOT_ALLOWED,
            HTTPStatus.NOT_IMPLEMENTED,
        ):
            # RFC 6749 wants POST; ParqEx documents GET.
            method = hdrs.METH_POST
            status, body = await self._async_ask(method, data)
            if status == HTTPStatus.OK:
                self.hass.data[_METHOD] = method

        if (
            status == HTTPStatus.OK
            and (tokens := _tokens(body))
            # A refresh without a new refresh token leaves the old one in place; a
            # link without one would end with its first access token.
            and ("refresh_token" in tokens or "refresh_token" in data)
        ):
            return tokens
        request = RequestInfo(
            URL(self.token_url), method, CIMultiDictProxy(CIMultiDict())
        )
        if _rejects(status, body):
            raise OAuth2TokenRequestReauthError(
                request_info=request, status=status, domain=self.service_domain
            )
        if status >= HTTPStatus.BAD_REQUEST:
            raise OAuth2TokenRequestTransientError(
                request_info=request, status=status, domain=self.service_domain
            )
        raise OAuth2TokenRequestConnectionError(domain=self.service_domain)

    async def _async_ask(self, method: str, data: dict[str, Any]) -> tuple[int, Any]:
        """Send one token request; return its status and JSON.

        An unreachable server is status 0: what aiohttp raises ends here.
        """
        try:
            async with async_get_clientsession(self.hass).request(
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
                return response.status, parse_json(await async_read_capped(response))
        except ClientError, TimeoutError, InvalidAnswer:
            return 0, None


def _tokens(body: Any) -> dict[str, Any] | None:
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
    tokens["expires_in"] = _lifetime(body.get("expires_in"))
    return tokens


def _lifetime(value: Any) -> int:
    """Return for how many seconds an access token is good; as text, too.

    Where that is not said, or is nonsense, an hour: the tokens before are worthless
    now, so these must not be lost. A rejected one is renewed in any case.
    """
    try:
        seconds = int(float(value))
    except TypeError, ValueError, OverflowError:
        return ASSUMED_LIFETIME
    return seconds if 0 <= seconds <= LONGEST_LIFETIME else ASSUMED_LIFETIME


def _rejects(status: int, body: Any) -> bool:
    """Tell whether the server itself says no, and not something on the way to it."""
    error = body.get("error") if isinstance(body, dict) else None
    if error in _PASSING_ERRORS:
        return False
    if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED):
        return True
    return bool(error) and (
        status == HTTPStatus.OK
        or (400 <= status < 500 and status != HTTPStatus.TOO_MANY_REQUESTS)
    )
