"""The access tokens of a linked account, renewed without ever losing one."""

import asyncio
from asyncio import Lock, Task
from typing import cast, override
from weakref import WeakValueDictionary

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ACCESS_TOKEN, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.config_entry_oauth2_flow import (
    AbstractOAuth2Implementation,
    OAuth2Session,
)
from homeassistant.util.hass_dict import HassKey

from .api import NotAuthorized
from .const import DOMAIN
from .detached import async_outcome
from .token_copy import async_keep

_LOCKS: HassKey[WeakValueDictionary[str, Lock]] = HassKey(f"{DOMAIN}_token_locks")


def token_lock(hass: HomeAssistant, config_entry: ConfigEntry) -> Lock:
    """Return what is held while the tokens of an entry are replaced."""
    locks = hass.data.setdefault(_LOCKS, WeakValueDictionary())
    return locks.setdefault(config_entry.entry_id, Lock())


class AccountTokens(OAuth2Session):
    """The tokens kept in a config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        config_entry: ConfigEntry,
        implementation: AbstractOAuth2Implementation,
    ) -> None:
        """Share the lock with what is left of this entry before a reload.

        A refresh token works once: two refreshes side by side would lose the login.
        """
        super().__init__(hass, config_entry, implementation)
        self._replacing = token_lock(hass, config_entry)
        self._rejected: str | None = None

    @property
    @override
    def valid_token(self) -> bool:
        """Whether the access token is neither expired nor known to be rejected."""
        return self._access_token != self._rejected and super().valid_token

    async def async_access_token(self) -> str:
        """Return an access token, renewed where it has expired.

        Never one that a power cut could take away: new ones are on disk first.
        """
        if self._replacing.locked() or not self.valid_token:
            if not self.hass.config_entries.async_get_entry(self.config_entry.entry_id):
                raise NotAuthorized("the account was removed")
            # Once asked, ParqEx has replaced both tokens. So whoever waits may be
            # cancelled (an unload, a reload), but not the refresh.
            refresh = self.config_entry.async_create_task(
                self.hass, self._async_renew(), f"{DOMAIN} token refresh"
            )
            self._async_hold_stop(refresh)
            await async_outcome(refresh)
        return self._access_token

    async def _async_renew(self) -> None:
        """Replace the tokens, unless somebody else just did, and write them down."""
        async with self._replacing:
            replaced = self.config_entry.data
            await self.async_ensure_token_valid()
            if (data := self.config_entry.data) is not replaced:
                await async_keep(self.hass, self.config_entry, replaced, data)

    async def async_renewed_access_token(self, rejected: str) -> str:
        """Return another access token, since ParqEx rejected that one."""
        self._rejected = rejected
        return await self.async_access_token()

    @callback
    def _async_hold_stop(self, refresh: Task[None]) -> None:
        """Have Home Assistant write its files only when the new tokens are there."""

        async def wait(_event: Event) -> None:
            await asyncio.wait([refresh])

        forget = self.hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, wait)
        refresh.add_done_callback(lambda _: forget())

    @property
    def _access_token(self) -> str:
        """The access token as it stands in the entry."""
        return cast("str", self.token[CONF_ACCESS_TOKEN])


class NewAccountTokens:
    """The access token of an account that is just being linked."""

    def __init__(self, access_token: str) -> None:
        """Take the token; it is too new to have expired."""
        self._access_token = access_token

    async def async_access_token(self) -> str:
        """Return the token."""
        return self._access_token

    async def async_renewed_access_token(self, rejected: str) -> str:
        """Give up: there is nothing to renew yet."""
        raise NotAuthorized("new access token rejected")
