"""The integrations whose set-up is measured: ours and comparable ones.

The others come from the installed Home Assistant, with their clients' requests
replaced by immediate answers; ours asks the prepared service.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest.mock import AsyncMock, MagicMock, patch

from aiotedee import TedeeLocalClient, TedeeLock
from aiotedee.models import TedeeBridge, TedeeDeviceType, TedeeDoorState, TedeeLockState
from unifi_access_api import (
    Door,
    DoorLockRuleStatus,
    EmergencyStatus,
    UnifiAccessApiClient,
)

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


def _replaced(
    cls: type, others: dict[str, Any], **answers: Any
) -> AbstractContextManager[Any]:
    """Replace methods of a client by their answers, and other attributes."""
    methods = {name: AsyncMock(return_value=one) for name, one in answers.items()}
    return patch.multiple(cls, **methods, **others)


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
    return _replaced(
        TedeeLocalClient,
        {"locks_dict": locks},
        get_local_bridge=TedeeBridge(0, "0000-0000", "Bridge"),
        get_locks=None,
        sync=None,
        cleanup_webhooks_by_host=None,
        register_webhook=1,
        delete_webhook=None,
    )


async def _tedee_entry(hass: HomeAssistant) -> ConfigEntry[Any]:
    # It needs a web server only for its webhook.
    hass.config.components.update({"http", "webhook"})
    data = {"host": "127.0.0.1", "local_access_token": "benchmark"}
    return new_entry("tedee", {**data, "webhook_id": "benchmark"}, (1, 2))


def _unifi_access(points: int) -> AbstractContextManager[Any]:
    return _replaced(
        UnifiAccessApiClient,
        {"start_websocket": MagicMock()},
        authenticate=None,
        get_doors=[
            Door(id=f"{number:032x}", name=f"Door {number}") for number in range(points)
        ],
        get_emergency_status=EmergencyStatus(),
        get_door_lock_rule=DoorLockRuleStatus(),
        close=None,
    )


async def _unifi_access_entry(hass: HomeAssistant) -> ConfigEntry[Any]:
    # It does not need to be discovered.
    hass.config.components.add("unifi_discovery")
    data = {"host": "127.0.0.1", "api_token": "benchmark", "verify_ssl": False}
    return new_entry("unifi_access", data)


COMPARABLE = (
    Subject("tedee", _tedee, _tedee_entry),
    Subject("unifi_access", _unifi_access, _unifi_access_entry),
)
