"""The linked account beside the browser: to begin with, and to look up what became of it."""

from collections.abc import Mapping
from typing import Any, Final

from scripts.demo_home.browser import DOMAIN
from scripts.demo_home.demo import Demo
from scripts.demo_home.wait import until

SECONDS_TO_OPEN: Final = 10

# Home Assistant writes every few seconds.
SECONDS_TO_TELL: Final = 30

PUBLIC_ADDRESS: Final = "https://home.example.com"

AREAS: Final = {"Main gate": "Driveway", "Elevator": "Lobby"}


class LinkedAccount:
    """The account in Home Assistant, by its own websocket."""

    def __init__(self, demo: Demo) -> None:
        """Take what runs."""
        self._demo = demo
        self._browser = demo.browser

    async def be_linked(self) -> None:
        """Link the account if it is not, and let Home Assistant see how things are."""
        if not await self.entries():
            await self._demo.link()
            await self._give_areas()
            return
        # As Reload in the menu does: the doors were closed by hand meanwhile.
        for entry in await self.entries():
            await self._browser.reload(entry["entry_id"])

    async def be_gone(self) -> None:
        """Remove the account, the credentials and the areas if they are there."""
        for entry in await self.entries():
            await self._browser.remove(entry["entry_id"])
        for one in await self._browser.call("application_credentials/list"):
            await self._browser.call(
                "application_credentials/delete",
                application_credentials_id=one["id"],
            )
        for area in await self._browser.call("config/area_registry/list"):
            if area["name"] in AREAS.values():
                await self._browser.call(
                    "config/area_registry/delete", area_id=area["area_id"]
                )

    async def look(self) -> None:
        """Let Home Assistant ask ParqEx now, as anyone can, not within half a minute."""
        await self._browser.call(
            "call_service",
            domain="homeassistant",
            service="update_entity",
            service_data={"entity_id": await self.switch("Main gate")},
        )

    async def have_public_address(self) -> None:
        """Give Home Assistant an address that ParqEx could call."""
        await self._browser.call("config/core/update", external_url=PUBLIC_ADDRESS)

    async def have_no_public_address(self) -> None:
        """Take it away again."""
        await self._browser.call("config/core/update", external_url=None)

    async def let_in(self, **visitors: str) -> None:
        """Let visitors open doors (main_gate="Vera Visitor"), and the logbook tell it.

        A logbook that is opened while its very first access is written may miss it.
        """
        cloud = self._demo.cloud
        doors = [cloud.door(name.replace("_", " ").capitalize()) for name in visitors]
        for door, visitor in zip(doors, visitors.values(), strict=True):
            door.open_as(cloud.visitor(visitor))

        async def are_open() -> bool:
            return all(door.state == "OPEN" for door in doors)

        await until(are_open, SECONDS_TO_OPEN, "The doors do not open")
        await self.look()

        async def are_told() -> bool:
            told = "\n".join(await self._browser.logbook())
            return all(f"{door.name} was opened" in told for door in doors)

        await until(are_told, SECONDS_TO_TELL, "The logbook does not tell who came")

    async def entries(self) -> list[dict[str, Any]]:
        """Return the entries of the integration."""
        found: list[dict[str, Any]] = await self._browser.call(
            "config_entries/get", domain=DOMAIN
        )
        return found

    async def devices(self) -> list[dict[str, Any]]:
        """Return the devices of the integration."""
        return [
            device
            for device in await self._browser.call("config/device_registry/list")
            if any(domain == DOMAIN for domain, _ in device["identifiers"])
        ]

    async def entities(self) -> list[dict[str, Any]]:
        """Return the entities of the integration."""
        return [
            entity
            for entity in await self._browser.call("config/entity_registry/list")
            if entity["platform"] == DOMAIN
        ]

    async def switch(self, name: str) -> str:
        """Return the id of an access point's switch; it may begin with an area."""
        [device] = [one for one in await self.devices() if one["name"] == name]
        [switch] = [
            entity["entity_id"]
            for entity in await self.entities()
            if entity["device_id"] == device["id"]
            and entity["entity_id"].startswith("switch.")
        ]
        return str(switch)

    async def areas(self) -> Mapping[str, str]:
        """Return the area of every device that has one, by the device's name."""
        names = {
            area["area_id"]: area["name"]
            for area in await self._browser.call("config/area_registry/list")
        }
        return {
            device["name"]: names[device["area_id"]]
            for device in await self.devices()
            if device["area_id"]
        }

    async def _give_areas(self) -> None:
        """Put access points into areas."""
        for device in await self.devices():
            if name := AREAS.get(device["name"]):
                area = await self._browser.call(
                    "config/area_registry/create", name=name
                )
                await self._browser.call(
                    "config/device_registry/update",
                    device_id=device["id"],
                    area_id=area["area_id"],
                )
