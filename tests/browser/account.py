"""The linked account beside the browser: to prepare it, and to look at the outcome."""

from typing import Final

from scripts.demo_home.demo import Demo
from scripts.demo_home.wait import until

SECONDS_TO_OPEN: Final = 10

# Home Assistant writes every few seconds.
SECONDS_TO_LOG: Final = 30

AREAS: Final = {"Main gate": "Driveway", "Elevator": "Lobby"}


class LinkedAccount:
    """The account in Home Assistant, by its websocket."""

    def __init__(self, demo: Demo) -> None:
        """Initialize with the running demo."""
        self._demo = demo
        self.browser = demo.browser

    async def be_linked(self) -> None:
        """Link the account if it is not, and refresh it."""
        for entry in await self.browser.entries():
            # The doors were closed by hand meanwhile.
            await self.browser.reload(entry["entry_id"])
            return
        await self._demo.link()
        for device in await self.browser.devices():
            if name := AREAS.get(device["name"]):
                command = "config/area_registry/create"
                area = await self.browser.call(command, name=name)
                await self.browser.call(
                    "config/device_registry/update",
                    device_id=device["id"],
                    area_id=area["area_id"],
                )

    async def be_gone(self) -> None:
        """Remove the account, the credentials and the areas if they are there."""
        for entry in await self.browser.entries():
            await self.browser.remove(entry["entry_id"])
        for one in await self.browser.call("application_credentials/list"):
            await self.browser.call(
                "application_credentials/delete", application_credentials_id=one["id"]
            )
        for area in await self.browser.call("config/area_registry/list"):
            if area["name"] in AREAS.values():
                await self.browser.call(
                    "config/area_registry/delete", area_id=area["area_id"]
                )

    async def refresh(self) -> None:
        """Refresh now, by an action that everybody has."""
        enabled = (
            one for one in await self.browser.entities() if not one["disabled_by"]
        )
        one = next(enabled)
        await self.browser.act("homeassistant", "update_entity", one["entity_id"])

    async def set_public_address(self, address: str | None) -> None:
        """Give Home Assistant an address that ParqEx could call, or none."""
        await self.browser.call("config/core/update", external_url=address)

    async def let_in(self, **visitors: str) -> None:
        """Let visitors open doors (main_gate="Vera Visitor"), and wait for the logbook.

        A logbook that is opened while its very first access is written may miss it.
        """
        cloud = self._demo.cloud
        doors = [cloud.door(name.replace("_", " ").capitalize()) for name in visitors]
        for door, visitor in zip(doors, visitors.values(), strict=True):
            door.open_as(cloud.visitor(visitor))
        await until(
            lambda: all(door.state == "OPEN" for door in doors),
            SECONDS_TO_OPEN,
            "The doors do not open",
        )
        await self.refresh()

        async def are_logged() -> bool:
            logbook = "\n".join(await self.browser.logbook())
            return all(f"{door.name} was opened" in logbook for door in doors)

        await until(are_logged, SECONDS_TO_LOG, "The logbook does not say who came")

    async def switch(self, name: str) -> str:
        """Return the id of an access point's switch; it may begin with an area."""
        switches = await self.browser.controls()
        [device] = [one for one in await self.browser.devices() if one["name"] == name]
        return switches[device["id"]]
