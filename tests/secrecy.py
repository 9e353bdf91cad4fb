"""See that nothing secret gets out, and of people only what is shown on purpose.

Secret are codes, tokens, the client secret, PINs and pairing codes. They stand where
they are kept (`KEPT_IN`, and under "token" in an entry) and nowhere else.

Personal are names, e-mail addresses and whatever else ParqEx tells of somebody. Shown
on purpose are, while the user lets names be recorded, the `user` of an access event
and the state of the sensor "last user"; and the name of the account, which is the
title that Home Assistant calls its entry by: in repairs, and in lines that it writes
into the log itself.

What no test asks for is not seen: the guard looks at the end of each.
"""

from collections.abc import Iterable
import logging
from pathlib import Path
import re
from typing import Any, Self, override

from custom_components import parqex
from custom_components.parqex.const import CONF_RECORD_NAMES, DOMAIN
from custom_components.parqex.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from tests.simulator import Cloud

# These write down everything at these levels, and debug where nothing else is set.
LEVELS = {
    "aiohttp": logging.DEBUG,
    "aiohttp.access": logging.WARNING,  # where Home Assistant puts it: it quotes codes
    "asyncio": logging.DEBUG,
    "custom_components": logging.DEBUG,
    "homeassistant": logging.DEBUG,
    "homeassistant.core": logging.INFO,  # every state; they are looked at themselves
    "pytest_homeassistant_custom_component": logging.INFO,  # every file; likewise
}

# These quote the events and states that people's automations and databases get, and
# so the names that are shown there.
QUOTING = (
    "homeassistant.components.automation",
    "homeassistant.components.recorder",
    "homeassistant.components.websocket_api",
    "homeassistant.helpers.script",
    "sqlalchemy",
)

# Files that hold secrets because that is what they are for.
KEPT_IN = ("application_credentials", "core.config_entries", f"{DOMAIN}.tokens.")

_OURS = str(Path(parqex.__file__).parent)


class Secrecy(logging.Handler):
    """Hears everything that is logged, and looks at everything that is shown."""

    def __init__(self) -> None:
        """Begin with nothing to hide."""
        super().__init__(logging.DEBUG)
        self._ours: set[str] = set()
        self._quoting: set[str] = set()
        self._others: set[str] = set()
        self._clouds: list[Cloud] = []
        self._levels: dict[str, int] = {}
        self._handlers: dict[logging.Handler, int] = {}

    def __enter__(self) -> Self:
        """Listen, without anybody else hearing more than before."""
        for handler in logging.root.handlers:
            self._handlers[handler] = handler.level
            handler.setLevel(max(handler.level, logging.INFO))
        logging.root.addHandler(self)
        for name, level in LEVELS.items():
            self._levels[name] = logging.getLogger(name).level
            logging.getLogger(name).setLevel(level)
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more."""
        logging.root.removeHandler(self)
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
        for handler, level in self._handlers.items():
            handler.setLevel(level)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep each line once, with its traceback."""
        if record.pathname.startswith(_OURS):
            lines = self._ours
        elif record.name.startswith(QUOTING):
            lines = self._quoting
        else:
            lines = self._others
        lines.add(self.format(record))

    def protect(self, cloud: Cloud) -> None:
        """Keep what this cloud issues."""
        self._clouds.append(cloud)

    @property
    def _secrets(self) -> set[str]:
        return set().union(*(cloud.issued_secrets() for cloud in self._clouds))

    @property
    def _personal(self) -> set[str]:
        return set().union(*(cloud.personal_data() for cloud in self._clouds))

    @property
    def _titles(self) -> set[str]:
        return {account.name for cloud in self._clouds for account in cloud.accounts}

    def check_log(self) -> None:
        """See what was logged."""
        ours, others = "\n".join(self._ours), "\n".join(self._others)
        quoting = "\n".join(self._quoting)
        self._hides(self._secrets, "the log", f"{ours}\n{others}\n{quoting}")
        self._hides(self._personal, "our lines of the log", ours)
        self._hides(self._personal, "the log", self._untitled(others))
        self._hides(self._beyond_names, "the log", quoting)

    async def async_check(self, hass: HomeAssistant, files: dict[str, Any]) -> None:
        """See what is shown and kept now."""
        for state in hass.states.async_all():
            self._check_state(hass, state)
        for (domain, _), issue in ir.async_get(hass).issues.items():
            self._hides(self._secrets, "a repair", str(issue))
            if domain == DOMAIN:
                self._hides(self._personal, "a repair", self._untitled(str(issue)))
        for entry in hass.config_entries.async_entries(DOMAIN):
            await self._async_check_entry(hass, entry)
        flows = str(hass.config_entries.flow.async_progress(include_uninitialized=True))
        self._hides(self._secrets, "a flow", flows)
        for name, content in files.items():
            if not name.startswith(KEPT_IN):
                self._hides(self._secrets, name, str(content))
            if name.startswith(f"{DOMAIN}.access_log."):
                self._hides(self._beyond_names, name, str(content))

    def _check_state(self, hass: HomeAssistant, state: State) -> None:
        """See what a state shows."""
        self._hides(self._secrets, state.entity_id, str(state.as_dict()))
        entity = er.async_get(hass).async_get(state.entity_id)
        if entity is None or entity.platform != DOMAIN:
            return
        entry = hass.config_entries.async_get_entry(entity.config_entry_id or "")
        shown, attributes = state.state, dict(state.attributes)
        if entry and entry.options.get(CONF_RECORD_NAMES, True):
            if entity.domain == "event":
                attributes.pop("user", None)
            if entity.unique_id.endswith("_last_user"):
                shown = ""
        self._hides(self._personal, state.entity_id, f"{shown} {attributes}")

    async def _async_check_entry(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """See what an account shows, and what its diagnostics do."""
        kept = entry.as_dict()
        kept["data"] = {key: one for key, one in kept["data"].items() if key != "token"}
        self._hides(self._secrets, "the entry", str(kept))
        # The title is the account's name, whatever ParqEx has put into it.
        del kept["title"]
        self._hides(self._personal, "the entry", str(kept))
        if entry.state is not ConfigEntryState.LOADED:
            return
        told = [await async_get_config_entry_diagnostics(hass, entry)]
        devices = dr.async_get(hass)
        told += [
            await async_get_device_diagnostics(hass, entry, device)
            for device in dr.async_entries_for_config_entry(devices, entry.entry_id)
        ]
        self._hides(self._secrets | self._personal, "the diagnostics", str(told))

    @property
    def _beyond_names(self) -> set[str]:
        """What else there is of people than their names."""
        details = (
            one.details.values() for cloud in self._clouds for one in cloud.accounts
        )
        addresses = {one for one in self._personal if "@" in one}
        return addresses.union(*details)

    def _untitled(self, text: str) -> str:
        """Return a text without the titles of the entries."""
        for title in self._titles:
            text = text.replace(title, "")
        return text

    @staticmethod
    def _hides(private: Iterable[str], where: str, text: str) -> None:
        """See that nothing private is in a text."""
        seen = revealed(private, text)
        lines = [line for line in text.splitlines() if any(one in line for one in seen)]
        assert not seen, f"{seen} in {where}: {lines[:3]}"


def revealed(private: Iterable[str], text: str) -> list[str]:
    """Return what stands in a text; in a random id, a PIN is only chance."""
    return [one for one in private if one in text and _stands_alone(one, text)]


def _stands_alone(private: str, text: str) -> bool:
    """Tell whether it is itself, and not part of a word or a longer number."""
    if private.isalnum():
        return bool(re.search(rf"(?<![\w.]){private}(?!\w)", text))
    return True
