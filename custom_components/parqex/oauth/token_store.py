"""The newest tokens of an account, written to disk before they are used.

Home Assistant writes its entries a second or more after they change, and a refresh
token works once: after a power cut in that second the login would be lost.
"""

from collections.abc import Awaitable, Callable, Mapping
from operator import itemgetter
from typing import Any

from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..api import NotAuthorized
from ..const import DOMAIN, LOGGER
from ..data import ParqExConfigEntry, account_state

STORAGE_VERSION = 1

# How often the tokens were replaced: clocks jump, but this only grows.
REPLACED = "tokens_replaced"

# What a full disk did not take is written when Home Assistant stops: that comes sooner.
YEAR = 365 * 24 * 60 * 60


class TokenStore:
    """The tokens of a config entry, replaced by one caller at a time.

    The copy on disk has the newest data.
    """

    def __init__(self, hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
        """Initialize with the entry that holds the tokens."""
        self._hass = hass
        self._entry = entry
        state = account_state(hass, entry.entry_id)
        self._lock = state.token_lock
        # One for all: it keeps what could not be written yet.
        self._store = state.token_copy = state.token_copy or Store[dict[str, Any]](
            hass,
            STORAGE_VERSION,
            f"{DOMAIN}.tokens.{entry.entry_id}",
            private=True,
            atomic_writes=True,
        )

    async def async_restore(self) -> None:
        """Give the entry the tokens that replaced those it was loaded with."""
        async with self._lock:
            data = await self._async_load()
            if data and data[REPLACED] > self._entry.data.get(REPLACED, 0):
                self._hass.config_entries.async_update_entry(self._entry, data=data)

    async def async_replace(self, data: Mapping[str, Any]) -> None:
        """Replace the data of the entry by those of a new login."""
        async with self._lock:
            await self._async_write(data)

    async def async_renew(
        self,
        token: dict[str, Any],
        async_request: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
    ) -> None:
        """Replace tokens by those requested, unless they were replaced meanwhile."""
        async with self._lock:
            if not self._hass.config_entries.async_get_entry(self._entry.entry_id):
                raise NotAuthorized("the account was removed")
            if self._entry.data[CONF_TOKEN] == token:
                new_token = await async_request(token)
                await self._async_write({**self._entry.data, CONF_TOKEN: new_token})

    async def async_remove(self) -> None:
        """Remove the copy on disk."""
        async with self._lock:
            await self._store.async_remove()

    async def _async_write(self, data: Mapping[str, Any]) -> None:
        """Write new data to disk, then use them."""
        _require_tokens(data)  # what there is is not to be lost
        data = {**data, REPLACED: self._entry.data.get(REPLACED, 0) + 1}
        try:
            await self._store.async_save(data)
            if await self._async_load() != data:
                # Home Assistant has logged why, and raised nothing.
                self._store.async_delay_save(lambda: data, YEAR)
        finally:
            # ParqEx has replaced the tokens already, even if the disk fails.
            if self._hass.config_entries.async_get_entry(self._entry.entry_id):
                self._hass.config_entries.async_update_entry(self._entry, data=data)

    async def _async_load(self) -> dict[str, Any] | None:
        """Return the copy on disk; None if unusable."""
        try:
            if data := await self._store.async_load():
                _require_tokens(data)
                return {**data, REPLACED: int(data[REPLACED])}
        except (
            *(HomeAssistantError, OSError, LookupError, TypeError, ValueError),
            NotImplementedError,  # another version
        ) as err:
            # Only its type: the content may be a token.
            LOGGER.warning(
                "The copy of the newest tokens could not be read (%s); those of the"
                " entry are used",
                type(err).__name__,
            )
        return None


def _require_tokens(data: Mapping[str, Any]) -> None:
    """Raise LookupError or TypeError where a token is missing."""
    itemgetter(CONF_ACCESS_TOKEN, "refresh_token")(data[CONF_TOKEN])
