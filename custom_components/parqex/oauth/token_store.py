"""The newest tokens of an account, written to disk before they are used.

Home Assistant writes its entries a second or more after they change, and a refresh
token works once: after a power cut in that second the login would be lost.
"""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from typing import Any

from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from ..api import NotAuthorized
from ..const import DOMAIN, LOGGER
from ..data import ParqExConfigEntry, account_state

STORAGE_VERSION = 1

# Home Assistant's own file is seldom behind by more than one.
MAX_REPLACED = 8

# What a full disk did not take is written again then, or when Home Assistant stops.
SECONDS_TO_WRITE_AGAIN = 24 * 60 * 60


class TokenStore:
    """The tokens of a config entry, replaced by one caller at a time.

    The copy on disk has the newest data, and digests of the tokens they replaced.
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
        """Give the entry the tokens that replaced those it was loaded with.

        By what replaced what, not by time: clocks jump. So neither a restored backup
        nor an account that was linked again gets older tokens than it has.
        """
        async with self._lock:
            replaced, data = await self._async_load()
            if _digest(self._entry.data) in replaced:
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
        _digest(data)  # raises where there are no tokens: nothing is to be lost
        replaced, _ = await self._async_load()
        replaced = [*replaced, _digest(self._entry.data)][-MAX_REPLACED:]
        copy = {"replaced": replaced, "data": dict(data)}
        try:
            await self._store.async_save(copy)
            if await self._async_load() != (replaced, copy["data"]):
                # Home Assistant has logged why, and raised nothing.
                self._store.async_delay_save(lambda: copy, SECONDS_TO_WRITE_AGAIN)
        finally:
            # ParqEx has replaced the tokens already, even if the disk fails.
            if self._hass.config_entries.async_get_entry(self._entry.entry_id):
                self._hass.config_entries.async_update_entry(self._entry, data=data)

    async def _async_load(self) -> tuple[list[str], dict[str, Any]]:
        """Return what the copy on disk replaced, and its data; empty if unusable."""
        try:
            if stored := await self._store.async_load():
                replaced, data = list(stored["replaced"]), dict(stored["data"])
                _digest(data)
                return replaced, data
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
        return [], {}


def _digest(data: Mapping[str, Any]) -> str:
    """Return a digest of an entry's tokens, which does not reveal them."""
    token = data[CONF_TOKEN]
    both = f"{token[CONF_ACCESS_TOKEN]}\x1f{token['refresh_token']}"
    return blake2b(both.encode(), digest_size=12).hexdigest()
