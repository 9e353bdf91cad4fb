"""The newest tokens of an account, on disk before they are used.

Home Assistant writes its entries a second or more after they change, and a refresh
token works once. Whoever is killed in that second would come back with one that is
spent. So tokens that replace others are written at once, and read at the next start.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .const import DOMAIN, LOGGER

STORAGE_VERSION = 1

# Home Assistant's own file is seldom behind by more than one.
MAX_REPLACED = 8


class _Copy(NamedTuple):
    """The newest data of an entry, and the marks of those they took the place of."""

    replaced: list[str]
    data: dict[str, Any]


async def async_keep(
    hass: HomeAssistant,
    entry: ConfigEntry,
    replaced: Mapping[str, Any],
    data: Mapping[str, Any],
) -> None:
    """Write down the data of an entry that take the place of those replaced.

    A disk that fails is logged by Home Assistant; the tokens live on in memory.
    """
    copy = await _async_load(hass, entry)
    marks = [*(copy.replaced if copy else ()), _mark(replaced)]
    await _store(hass, entry).async_save(
        {"replaced": marks[-MAX_REPLACED:], "data": dict(data)}
    )


async def async_recover(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give an entry the data that took the place of what it came back with.

    By what replaced what, and not by time: clocks jump. So neither a restored backup
    nor an account that was linked again ever gets older tokens than it has.
    """
    copy = await _async_load(hass, entry)
    if copy and _mark(entry.data) in copy.replaced:
        hass.config_entries.async_update_entry(entry, data=copy.data)


async def async_forget(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove the copy of an entry."""
    await _store(hass, entry).async_remove()


async def _async_load(hass: HomeAssistant, entry: ConfigEntry) -> _Copy | None:
    """Return what was written down; None if there is nothing, or nothing of use."""
    try:
        if (stored := await _store(hass, entry).async_load()) is None:
            return None
        copy = _Copy(list(stored["replaced"]), dict(stored["data"]))
        _mark(copy.data)
    except (HomeAssistantError, OSError, LookupError, TypeError, ValueError) as err:
        # Only its kind: what cannot be read may be a token.
        LOGGER.warning(
            "The copy of the newest tokens could not be read (%s); those of the entry"
            " are used",
            type(err).__name__,
        )
        return None
    return copy


def _store(hass: HomeAssistant, entry: ConfigEntry) -> Store[dict[str, Any]]:
    """Return where the copy lies; a power cut must not take it either."""
    return Store(
        hass,
        STORAGE_VERSION,
        f"{DOMAIN}.tokens.{entry.entry_id}",
        private=True,
        atomic_writes=True,
    )


def _mark(data: Mapping[str, Any]) -> str:
    """Return what tells tokens from others without telling them."""
    token = data[CONF_TOKEN]
    both = f"{token[CONF_ACCESS_TOKEN]}\x1f{token['refresh_token']}"
    return blake2b(both.encode(), digest_size=12).hexdigest()
