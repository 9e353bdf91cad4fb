"""A guard that fails a test which lets out anything secret or personal.

Secret are codes, tokens, the client secret, PINs and pairing codes. They stand where
they are kept (`KEPT_IN`, and under "token" in an entry) and nowhere else.

Personal are names, e-mail addresses and all other details of people. Shown on purpose
are, while names are recorded, the `user` of an access event and the state of the sensor
"last user"; and the name of the account, which is the title of its entry.
"""

from collections.abc import Iterable
import logging
from pathlib import Path
import re
from traceback import format_exception
from typing import Any, Self, override

from custom_components import parqex
from custom_components.parqex.const import CONF_RECORD_NAMES, DOMAIN
from custom_components.parqex.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from tests.simulator import Cloud

# Everything is logged at these levels, and at debug level where nothing else is set.
LEVELS = {
    "aiohttp": logging.DEBUG,
    "aiohttp.access": logging.WARNING,  # as Home Assistant sets it: it quotes codes
    "asyncio": logging.DEBUG,
    "custom_components": logging.DEBUG,
    "homeassistant": logging.DEBUG,
    "homeassistant.core": logging.INFO,  # every state; the guard reads states itself
    "pytest_homeassistant_custom_component": logging.INFO,  # every file; likewise
}

# These quote the events and states of people's automations, and the names in them.
QUOTING = (
    "homeassistant.components.automation",
    "homeassistant.components.recorder",
    "homeassistant.components.websocket_api",
    "homeassistant.helpers.script",
    "sqlalchemy",
)

# Files whose purpose is to hold secrets.
KEPT_IN = ("application_credentials", "core.config_entries", f"{DOMAIN}.tokens.")

_OURS = str(Path(parqex.__file__).parent)


class Secrecy(logging.Handler):
    """Records all log lines, and checks all that Home Assistant shows and stores."""

    def __init__(self) -> None:
        """Initialize with nothing to hide."""
        super().__init__(logging.DEBUG)
        # Lines by their origin, each once.
        self._lines: dict[str, set[str]] = {"ours": set(), "quoting": set(), "": set()}
        self._clouds: list[Cloud] = []
        self._levels: dict[str, int] = {}
        self._handlers: dict[logging.Handler, int] = {}

    def __enter__(self) -> Self:
        """Record log lines; other handlers receive no more than before."""
        self._handlers = {one: one.level for one in logging.root.handlers}
        for handler, level in self._handlers.items():
            handler.setLevel(max(level, logging.INFO))
        logging.root.addHandler(self)
        for name, level in LEVELS.items():
            self._levels[name] = logging.getLogger(name).level
            logging.getLogger(name).setLevel(level)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop recording."""
        logging.root.removeHandler(self)
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
        for handler, level in self._handlers.items():
            handler.setLevel(level)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        origin = "quoting" if record.name.startswith(QUOTING) else ""
        if record.pathname.startswith(_OURS):
            origin = "ours"
        self._lines[origin].add(self.format(record))

    def protect(self, cloud: Cloud) -> None:
        """Hide what this cloud issues and knows of people."""
        self._clouds.append(cloud)

    @property
    def _secrets(self) -> set[str]:
        return set().union(*(cloud.issued_secrets() for cloud in self._clouds))

    @property
    def _personal(self) -> set[str]:
        return set().union(*(cloud.personal_data() for cloud in self._clouds))

    @property
    def _beyond_names(self) -> set[str]:
        accounts = [account for cloud in self._clouds for account in cloud.accounts]
        addresses = {one for one in self._personal if "@" in one}
        return addresses.union(*(account.details.values() for account in accounts))

    def check_log(self) -> None:
        """Check all lines of the log."""
        text = {origin: "\n".join(lines) for origin, lines in self._lines.items()}
        _assert_hidden(self._secrets, "the log", "\n".join(text.values()))
        ids = {door.id for cloud in self._clouds for door in cloud.doors}
        ours = self._untitled(text["ours"])
        _assert_hidden(self._personal | ids, "our lines of the log", ours)
        _assert_hidden(self._personal, "the log", self._untitled(text[""]))
        _assert_hidden(self._beyond_names, "the log", text["quoting"])

    async def async_check(self, hass: HomeAssistant, files: dict[str, Any]) -> None:
        """Check states, repairs, entries, diagnostics, flows and files."""
        for state in hass.states.async_all():
            self._check_state(hass, state)
        for (domain, _), issue in ir.async_get(hass).issues.items():
            _assert_hidden(self._secrets, "a repair", str(issue))
            if domain == DOMAIN:
                _assert_hidden(self._personal, "a repair", self._untitled(str(issue)))
        for entry in hass.config_entries.async_entries(DOMAIN):
            await self._async_check_entry(hass, entry)
        manager = hass.config_entries
        for flow in [
            *manager.flow.async_progress(include_uninitialized=True),
            *manager.options.async_progress(include_uninitialized=True),
        ]:
            _assert_hidden(self._secrets, "a flow", str(flow))
        for name, content in files.items():
            if not name.startswith(KEPT_IN):
                _assert_hidden(self._secrets, name, str(content))
            if name.startswith(f"{DOMAIN}.access_log."):
                _assert_hidden(self._beyond_names, name, str(content))

    def _check_state(self, hass: HomeAssistant, state: State) -> None:
        _assert_hidden(self._secrets, state.entity_id, str(state.as_dict()))
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
        _assert_hidden(self._personal, state.entity_id, f"{shown} {attributes}")

    async def _async_check_entry(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        kept = entry.as_dict()
        kept["data"] = {key: one for key, one in kept["data"].items() if key != "token"}
        kept["reason"] = entry.reason, entry.error_reason_translation_placeholders
        _assert_hidden(self._secrets, "the entry", str(kept))
        del kept["title"]
        _assert_hidden(self._personal, "the entry", str(kept))
        devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        diagnostics = [
            await async_get_config_entry_diagnostics(hass, entry),
            *[await async_get_device_diagnostics(hass, entry, one) for one in devices],
        ]
        private = self._secrets | self._personal
        _assert_hidden(private, "the diagnostics", str(diagnostics))

    def _untitled(self, text: str) -> str:
        """Return a text without the titles of the entries."""
        for cloud in self._clouds:
            for account in cloud.accounts:
                text = text.replace(account.name, "")
        return text


def _assert_hidden(private: Iterable[str], where: str, text: str) -> None:
    found = revealed(private, text)
    lines = [line for line in text.splitlines() if any(one in line for one in found)]
    assert not found, f"{found} in {where}: {lines[:3]}"


def revealed(private: Iterable[str], text: str) -> list[str]:
    """Return what stands in a text, and not only by chance: as a part of a random id."""
    return [
        one
        for one in private
        if one in text
        and (not one.isalnum() or re.search(rf"(?<![\w.]){one}(?!\w)", text))
    ]


def shown_by(err: BaseException | None) -> str:
    """Return everything that an exception shows, its whole chain included."""
    text = ""
    while err is not None:
        text += "".join(format_exception(err, chain=False))
        text += f"{err!s} {err!r} {vars(err)!r}"
        err = err.__cause__ or err.__context__
    return text
