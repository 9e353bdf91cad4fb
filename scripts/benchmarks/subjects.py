"""The integrations whose set-up is measured: ours and comparable ones.

The others come from the installed Home Assistant, with their clients' requests
replaced by answers that cost nothing; ours asks the prepared service.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from time import time
from typing import Any
from unittest.mock import AsyncMock, MagicMock, patch

from aiotedee import TedeeLocalClient, TedeeLock
from aiotedee.models import TedeeBridge, TedeeDeviceType, TedeeDoorState, TedeeLockState
from genie_partner_sdk.client import AladdinConnectClient
from genie_partner_sdk.model import GarageDoor
from unifi_access_api import (
    Door,
    DoorLockRuleStatus,
    EmergencyStatus,
    UnifiAccessApiClient,
)

from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .account import async_link
from .home import new_entry
from .house import House
from .service import Service


@dataclass(frozen=True, slots=True)
class Subject:
    """An integration that can be set up at any size."""

    domain: str
    stub: Callable[[int], AbstractContextManager[Any]]
    entry: Callable[[HomeAssistant], Awaitable[ConfigEntry]]


def parqex(service: Service) -> Subject:
    """Return ours; whoever sets it up has prepared the service."""
    return Subject(
        "parqex", lambda _: ExitStack(), lambda hass: async_link(hass, service)
    )


async def prepare(service: Service, points: int) -> None:
    """Prepare the service for a size."""
    await service.prepare(House(points).body())


def _replaced(cls: type, **answers: Any) -> AbstractContextManager[Any]:
    """Replace methods of a client by what they are to answer."""
    return patch.multiple(
        cls, **{name: AsyncMock(return_value=one) for name, one in answers.items()}
    )


def _tedee(points: int) -> AbstractContextManager[Any]:
    """Answer as a bridge with so many locks."""
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
    stack = ExitStack()
    stack.enter_context(
        _replaced(
            TedeeLocalClient,
            get_local_bridge=TedeeBridge(0, "0000-0000", "Bridge"),
            get_locks=None,
            sync=None,
            cleanup_webhooks_by_host=None,
            register_webhook=1,
            delete_webhook=None,
        )
    )
    stack.enter_context(patch.object(TedeeLocalClient, "locks_dict", locks))
    return stack


async def _tedee_entry(hass: HomeAssistant) -> ConfigEntry:
    """Return an entry of tedee, which needs a web server only for its webhook."""
    hass.config.components.update({"http", "webhook"})
    data = {
        "host": "127.0.0.1",
        "local_access_token": "benchmark",
        "webhook_id": "benchmark",
    }
    return new_entry("tedee", data, (1, 2))


def _unifi_access(points: int) -> AbstractContextManager[Any]:
    """Answer as a hub with so many doors."""
    doors = [
        Door(id=f"{number:032x}", name=f"Door {number}") for number in range(points)
    ]
    stack = ExitStack()
    stack.enter_context(
        _replaced(
            UnifiAccessApiClient,
            authenticate=None,
            get_doors=doors,
            get_emergency_status=EmergencyStatus(),
            get_door_lock_rule=DoorLockRuleStatus(),
            close=None,
        )
    )
    stack.enter_context(
        patch.object(UnifiAccessApiClient, "start_websocket", MagicMock())
    )
    return stack


async def _unifi_access_entry(hass: HomeAssistant) -> ConfigEntry:
    """Return an entry of unifi_access, which does not need to be discovered."""
    hass.config.components.add("unifi_discovery")
    data = {"host": "127.0.0.1", "api_token": "benchmark", "verify_ssl": False}
    return new_entry("unifi_access", data)


def _aladdin_connect(points: int) -> AbstractContextManager[Any]:
    """Answer as an account with so many doors."""
    doors = [
        GarageDoor(
            {
                "device_id": f"{number:032x}",
                "door_number": 1,
                "name": f"Door {number}",
                "status": "closed",
                "link_status": "connected",
                "battery_level": 70,
            }
        )
        for number in range(points)
    ]
    return _replaced(AladdinConnectClient, get_doors=doors)


async def _aladdin_connect_entry(hass: HomeAssistant) -> ConfigEntry:
    """Return an entry of aladdin_connect."""
    domain = "aladdin_connect"
    await async_import_client_credential(
        hass, domain, ClientCredential("benchmark", "benchmark"), domain
    )
    token = {"access_token": "benchmark", "expires_at": time() + 86400}
    return new_entry(domain, {"auth_implementation": domain, "token": token}, (2, 1))


COMPARABLE = (
    Subject("aladdin_connect", _aladdin_connect, _aladdin_connect_entry),
    Subject("tedee", _tedee, _tedee_entry),
    Subject("unifi_access", _unifi_access, _unifi_access_entry),
)
