"""A linked ParqEx account of any size on the prepared service."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import json
import os
from time import time
from typing import Any

from custom_components.parqex.const import DOMAIN
from custom_components.parqex.data import ParqExConfigEntry
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .home import new_entry, running_home
from .service import ROOT, Service

TOKEN = "benchmark"  # noqa: S105  # the prepared service requires none

# A controller has 1 to 100 access points.
POINTS_PER_CONTROLLER = 10

SAMPLE = ROOT / "tests" / "fixtures" / "sync.json"


class House:
    """Controllers and access points, each like the documented sample."""

    def __init__(self, points: int) -> None:
        """Initialize with the number of access points, all of them closed."""
        [sample] = json.loads(SAMPLE.read_text("utf-8"))["devices"]
        [door] = sample["doors"]
        self._doors: list[dict[str, Any]] = [
            {
                **door,
                "id": f"d{number:031x}",
                "name": f"Gate {number}",
                "state": "CLOSED",
            }
            for number in range(points)
        ]
        self._devices: list[dict[str, Any]] = [
            {
                **sample,
                "id": f"c{start:031x}",
                "doors": self._doors[start : start + POINTS_PER_CONTROLLER],
            }
            for start in range(0, points, POINTS_PER_CONTROLLER)
        ]

    def move(self, numbers: Iterable[int]) -> None:
        """Open the access points of these numbers that are closed, close the others."""
        # Finer than ParqEx writes it, since one moves many times in a second here.
        now = f"{datetime.now(UTC):%F %T.%f}"
        for number in numbers:
            door = self._doors[number]
            door["state"] = "OPEN" if door["state"] == "CLOSED" else "CLOSED"
            door["last_toggled"] = now
            self._devices[number // POINTS_PER_CONTROLLER]["last_contact"] = now

    def body(self) -> bytes:
        """Return the answer of `sync`."""
        return json.dumps({"devices": self._devices}).encode()


async def async_link(
    hass: HomeAssistant, service: Service, **fields: Any
) -> ParqExConfigEntry:
    """Return the entry of an account, not set up yet; `fields` as `new_entry` has."""
    os.environ["PARQEX_BASE_URL"] = service.url
    await async_import_client_credential(
        hass, DOMAIN, ClientCredential("benchmark", "benchmark"), DOMAIN
    )
    token = {
        "access_token": TOKEN,
        "refresh_token": TOKEN,
        "expires_in": 86400,
        "expires_at": time() + 86400,
    }
    data = {"auth_implementation": DOMAIN, "token": token}
    return new_entry(DOMAIN, data, **fields)


class LinkedAccount:
    """An account that is set up, its house, and the service between them."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ParqExConfigEntry,
        points: int,
        service: Service,
    ) -> None:
        """Initialize with an entry that is set up."""
        self.hass = hass
        self.points = points
        self.house = House(points)
        self.service = service
        self._coordinator = entry.runtime_data.coordinator
        self._session = async_get_clientsession(hass)
        self._headers = {"Authorization": f"Bearer {TOKEN}", "Connection": "close"}

    async def move(self, *numbers: int) -> None:
        """Move access points at the service."""
        self.house.move(numbers)
        await self.service.prepare(self.house.body())

    async def poll(self) -> None:
        """Refresh once, as the coordinator does every 30 seconds."""
        await self._coordinator.async_refresh()

    async def settle(self) -> None:
        """Wait until every state was written and every log was fetched."""
        await self.hass.async_block_till_done()
        await self.service.be_quiet()

    async def bare_get(self) -> bytes:
        """Fetch the same body without reading it: the least possible work."""
        async with self._session.get(
            self.service.sync_url, headers=self._headers
        ) as answer:
            return await answer.read()


@asynccontextmanager
async def linked_account(
    service: Service, points: int
) -> AsyncGenerator[LinkedAccount]:
    """Set up an account with this number of access points."""
    await service.prepare(House(points).body())
    async with running_home() as hass:
        entry = await async_link(hass, service)
        await hass.config_entries.async_add(entry)
        if entry.state is not ConfigEntryState.LOADED:
            raise RuntimeError(f"the account was not set up: {entry.reason}")
        account = LinkedAccount(hass, entry, points, service)
        await account.settle()
        # The first movement proves the zone of all times.
        await account.move(0)
        await account.poll()
        await account.settle()
        yield account
