"""A linked ParqEx account on the prepared service."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import os
from time import time
from typing import Any

from custom_components.parqex.const import DOMAIN
from custom_components.parqex.coordinator import ParqExCoordinator
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .home import new_entry, running_home
from .house import House
from .service import Service

TOKEN = "benchmark"  # noqa: S105  # the prepared service asks for none


async def async_link(hass: HomeAssistant, service: Service) -> ConfigEntry:
    """Return the entry of an account, not set up yet."""
    os.environ["PARQEX_BASE_URL"] = service.url
    await async_import_client_credential(
        hass, DOMAIN, ClientCredential("benchmark", "benchmark"), DOMAIN
    )
    return new_entry(
        DOMAIN,
        {
            "auth_implementation": DOMAIN,
            "token": {
                "access_token": TOKEN,
                "refresh_token": TOKEN,
                "expires_in": 86400,
                "expires_at": time() + 86400,
            },
        },
    )


class LinkedAccount:
    """An account that is set up, its house, and the service between them."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, house: House, service: Service
    ) -> None:
        """Take what is running."""
        self.hass = hass
        self.house = house
        self.service = service
        self.coordinator: ParqExCoordinator = entry.runtime_data
        self._session = async_get_clientsession(hass)
        self._headers = {"Authorization": f"Bearer {TOKEN}"}

    async def move(self, *numbers: int) -> None:
        """Let access points move at the service."""
        self.house.move(numbers)
        await self.service.prepare(self.house.body())

    async def poll(self) -> None:
        """Look once, as the coordinator does every 30 seconds."""
        await self.coordinator.async_refresh()

    async def settle(self) -> None:
        """Wait until everybody was told and every log was read."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def bare_get(self) -> bytes:
        """Do the least that anybody can do: fetch the body and look away."""
        async with self._session.get(
            self.service.sync_url, headers=self._headers
        ) as answer:
            return await answer.read()

    async def bare_post(self, command: Any) -> None:
        """Send a command as nothing but a request."""
        async with self._session.post(
            self.service.toggle_url, json=command, headers=self._headers
        ) as answer:
            await answer.read()


@asynccontextmanager
async def linked_account(
    service: Service, points: int
) -> AsyncGenerator[LinkedAccount]:
    """Set up an account with so many access points."""
    house = House(points)
    await service.prepare(house.body())
    async with running_home() as hass:
        entry = await async_link(hass, service)
        await hass.config_entries.async_add(entry)
        if entry.state is not ConfigEntryState.LOADED:
            raise RuntimeError(f"the account was not set up: {entry.reason}")
        account = LinkedAccount(hass, entry, house, service)
        await account.settle()
        # The first thing that moves proves the zone of every time there is.
        await account.move(0)
        await account.poll()
        await account.settle()
        # The benchmark looks when it wants to.
        account.coordinator.update_interval = None
        await service.requests()
        yield account
