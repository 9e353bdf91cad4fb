"""The access tokens of an account, renewed without losing its login."""

import asyncio
from time import time
from typing import Any, cast

from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.config_entry_oauth2_flow import (
    CLOCK_OUT_OF_SYNC_MAX_SEC,
    AbstractOAuth2Implementation,
)

from ..api import NotAuthorized, RateLimit, RateLimited
from ..const import DOMAIN
from ..data import ParqExConfigEntry, account_state, async_outcome
from .implementation import TokensRateLimited
from .token_store import TokenStore


class ParqExSession:
    """The access tokens of a linked account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ParqExConfigEntry,
        implementation: AbstractOAuth2Implementation,
        rate_limit: RateLimit,
    ) -> None:
        """Initialize with the OAuth implementation and the account's rate limit."""
        self._hass = hass
        self._entry = entry
        self._implementation = implementation
        self._rate_limit = rate_limit
        self._state = account_state(hass, entry.entry_id)
        self._store = TokenStore(hass, entry)
        self._rejected: str | None = None

    async def async_access_token(self) -> str:
        """Return an access token, renewed if it has expired or was rejected."""
        token = self._token
        if (
            token[CONF_ACCESS_TOKEN] == self._rejected
            or token["expires_at"] < time() + CLOCK_OUT_OF_SYNC_MAX_SEC
        ):
            await async_outcome(self._async_renewal(token))
            self._rejected = None
        return cast("str", self._token[CONF_ACCESS_TOKEN])

    async def async_renewed_access_token(self, rejected: str) -> str:
        """Return another access token, since ParqEx rejected that one."""
        self._rejected = rejected
        return await self.async_access_token()

    @callback
    def _async_renewal(self, token: dict[str, Any]) -> asyncio.Task[None]:
        """Return the renewal under way, whose outcome is everybody's, or a new one.

        ParqEx replaces both tokens when it is asked, so a caller may be cancelled, by an
        unload or a reload, but the request may not.
        """
        if (renewal := self._state.renewal) is None or renewal.done():
            # Not a task of the entry, whose unload would wait for it.
            renewal = self._state.renewal = self._hass.async_create_task(
                self._store.async_renew(token, self._async_request),
                f"{DOMAIN} token refresh",
            )
            self._async_delay_stop(renewal)
        return renewal

    async def _async_request(self, token: dict[str, Any]) -> dict[str, Any]:
        """Request new tokens."""
        return await _async_refresh(self._implementation, self._rate_limit, token)

    @callback
    def _async_delay_stop(self, renewal: asyncio.Task[None]) -> None:
        """Let Home Assistant wait for new tokens before it writes its files."""

        async def wait(_event: Event) -> None:
            await asyncio.wait([renewal])

        remove = self._hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, wait)
        renewal.add_done_callback(lambda _: remove())

    @property
    def _token(self) -> dict[str, Any]:
        """The tokens as they are in the entry."""
        return cast("dict[str, Any]", self._entry.data[CONF_TOKEN])


class NewAccountTokens:
    """The tokens of an account that is being linked."""

    def __init__(
        self,
        implementation: AbstractOAuth2Implementation,
        rate_limit: RateLimit,
        data: dict[str, Any],
    ) -> None:
        """Initialize with the data of the new login, which keep the newest tokens."""
        self._implementation = implementation
        self._rate_limit = rate_limit
        self._data = data

    async def async_access_token(self) -> str:
        """Return the access token, renewed if it has expired: a dialog may stay open."""
        if (token := self._data.get(CONF_TOKEN)) is None:
            # The dialog was submitted on two devices.
            raise NotAuthorized("rejected already")
        if token["expires_at"] < time() + CLOCK_OUT_OF_SYNC_MAX_SEC:
            token = await _async_refresh(self._implementation, self._rate_limit, token)
            self._data[CONF_TOKEN] = token
        return cast("str", token[CONF_ACCESS_TOKEN])

    async def async_renewed_access_token(self, rejected: str) -> str:
        """Raise NotAuthorized: tokens that are new need no renewal."""
        raise NotAuthorized("new access token rejected")


async def _async_refresh(
    implementation: AbstractOAuth2Implementation,
    rate_limit: RateLimit,
    token: dict[str, Any],
) -> dict[str, Any]:
    """Request new tokens, unless ParqEx asked not to be sent requests."""
    rate_limit.check("token")
    try:
        return await implementation.async_refresh_token(token)
    except TokensRateLimited as err:
        rate_limit.pause("token", err.retry_after)
        raise RateLimited("no new access token", err.retry_after) from err
