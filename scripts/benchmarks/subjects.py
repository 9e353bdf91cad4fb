"""The integrations whose set-up is measured: ours and a comparable one.

The other comes from the installed Home Assistant, with its client's requests replaced
by immediate answers; ours asks the prepared service.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest.mock import AsyncMock, patch

from aiotedee import TedeeLocalClient, TedeeLock
from aiotedee.models import TedeeBridge, TedeeDeviceType, TedeeDoorState, TedeeLockState

from custom_components.parqex.entity import ParqExControl
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .account import async_link
from .home import new_entry
from .service import Service


@dataclass(frozen=True, slots=True)
class Subject:
    """An integration that can be set up at any size."""

    domain: str
    stub: Callable[[int], AbstractContextManager[Any]]
    entry: Callable[[HomeAssistant], Awaitable[ConfigEntry[Any]]]


def parqex(service: Service) -> Subject:
    """Return ours, on the prepared service."""
    return Subject(
        "parqex",
        # Its controls are enabled as the option says.
        lambda _: patch.object(ParqExControl, "entity_registry_enabled_default", True),
        lambda hass: async_link(hass, service),
    )


def _tedee(points: int) -> AbstractContextManager[Any]:
    locks = {
        number: TedeeLock(
            name=f"Lock {number}",
            id=number,
            type=TedeeDeviceType.LOCK_PRO,
            state=TedeeLockState.LOCKED,
            battery_level=70,
            is_connected=True,
            door_state=TedeeDoorState.CLOSED,
        )
        for number in range(points)
    }
    answers = {
        "get_local_bridge": TedeeBridge(0, "0000-0000", "Bridge"),
        "register_webhook": 1,
    }
    silent = ("get_locks", "sync", "cleanup_webhooks_by_host", "delete_webhook")
    methods = {
        name: AsyncMock(return_value=answers.get(name)) for name in (*answers, *silent)
    }
    return patch.multiple(TedeeLocalClient, locks_dict=locks, **methods)


async def _tedee_entry(hass: HomeAssistant) -> ConfigEntry[Any]:
    # It needs a web server only for its webhook.
    hass.config.components.update({"http", "webhook"})
    data = {"host": "127.0.0.1", "local_access_token": "benchmark"}
    return new_entry("tedee", {**data, "webhook_id": "benchmark"}, (1, 2))


COMPARABLE = Subject("tedee", _tedee, _tedee_entry)
