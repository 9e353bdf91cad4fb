"""The unattended check: every access point opens and closes through Home Assistant."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
import re

from tests.simulator import Door

from .browser import DOMAIN
from .demo import Demo, say
from .home import ROOT
from .wait import DemoError, until

# The slowest door of the demo house takes 10 seconds, and so do two looks at it.
SECONDS_TO_MOVE = 30

# With no command under way Home Assistant looks every 30 seconds.
SECONDS_TO_NOTICE = 45

# The webhook makes it look at once; a loaded machine may take a while for that.
SECONDS_TO_HEAR = 10

VISITOR = "Vera Visitor"

# The integration refuses the opposite command for 20 seconds.
TIME_BETWEEN_OPPOSITES = timedelta(seconds=21)

# How each record of Home Assistant's log begins; 2026.11 added the zone.
RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* [A-Z]+ \()", re.MULTILINE)


class Check:
    """One run over all access points of the linked account."""

    def __init__(self, demo: Demo) -> None:
        """Take the running demo."""
        self._browser = demo.browser
        self._cloud = demo.cloud
        self._doors = demo.cloud.doors
        self._switches: dict[str, str] = {}

    async def run(self) -> None:
        """Open and close everything; raise DemoError at the first broken promise."""
        self._switches = await self._find_switches()
        say(f"Opening {len(self._doors)} access points")
        for door in self._doors:
            await self._turn(door, "on")
        await self._move_by_hand(min(self._doors, key=lambda one: one.travel_seconds))
        await self._arrive("OPEN", "on")
        say("Waiting until they may be closed again")
        await self._rest()
        say(f"Closing {len(self._doors)} access points")
        for door in self._doors:
            await self._turn(door, "off")
        await self._arrive("CLOSED", "off")
        self._count_commands()
        await self._let_a_visitor_in()

    async def _find_switches(self) -> dict[str, str]:
        """Return the switch of every door, by the door's id."""
        devices = await self._browser.call("config/device_registry/list")
        entities = await self._browser.call("config/entity_registry/list")
        switches = {
            entity["device_id"]: entity["entity_id"]
            for entity in entities
            if entity["platform"] == DOMAIN
            and entity["entity_id"].startswith("switch.")
        }
        found = {
            identifier: switches[device["id"]]
            for device in devices
            if device["id"] in switches
            for domain, identifier in device["identifiers"]
            if domain == DOMAIN
        }
        for door in self._doors:
            if door.id not in found:
                raise DemoError(f"{door.name} has no switch.")
        if len(found) != len(self._doors):
            raise DemoError(f"{len(found)} switches, {len(self._doors)} doors.")
        return found

    async def _turn(self, door: Door, on_or_off: str) -> None:
        """Turn the switch of a door on or off."""
        await self._browser.call(
            "call_service",
            domain="switch",
            service=f"turn_{on_or_off}",
            target={"entity_id": self._switches[door.id]},
        )
        say(f"  {self._switches[door.id]}: turned {on_or_off}")

    async def _rest(self) -> None:
        """Wait until the last command is old enough for the opposite one."""
        rested = self._cloud.commands[-1].when + TIME_BETWEEN_OPPOSITES
        await asyncio.sleep((rested - self._cloud.now()).total_seconds())

    async def _arrive(self, state: str, shown: str) -> None:
        """Wait for all doors in the cloud, and then for all switches."""
        for door in self._doors:
            await self._see_door(door, state)
        await self._be_looked_at(max(door.last_toggled for door in self._doors))
        for door in self._doors:
            await self._see_switch(door, shown)
        say(f"  all are {state} in the cloud and {shown} in Home Assistant")

    async def _move_by_hand(self, door: Door) -> None:
        """Move a door by hand and see its switch follow at once, for the webhook says so.

        A switch shows what was asked for until the cloud confirms it. That it
        follows a hand is the proof that it shows what the cloud reports.
        """
        await self._see_door(door, "OPEN")
        await self._be_looked_at(door.last_toggled)
        door.close_by_hand()
        await self._see_switch(door, "off")
        door.open_by_hand()
        await self._see_switch(door, "on")
        say(f"  {door.name}: closed and opened by hand, and its switch followed")

    async def _let_a_visitor_in(self) -> None:
        """See in the logbook who opened what: the owner from here, and a visitor."""
        door = min(self._doors, key=lambda one: one.travel_seconds)
        door.open_as(self._cloud.visitor(VISITOR))
        owner, application = self._cloud.accounts[0].name, self._cloud.application.name
        wanted = {
            f"{door.name} was opened by {VISITOR} (ParqEx Web)",
            *(
                f"{one.name} was opened by {owner} ({application})"
                for one in self._doors
            ),
        }

        async def there() -> bool:
            return wanted <= set(await self._browser.logbook())

        await until(there, SECONDS_TO_NOTICE, "the logbook does not tell who came")
        say(f"  the logbook says who opened what, {VISITOR} at the {door.name} too")

    async def _see_door(self, door: Door, state: str) -> None:
        """Wait until the cloud has a door in a state."""

        async def there() -> bool:
            return door.state == state

        await until(there, SECONDS_TO_MOVE, f"{door.name} is not {state} in the cloud")

    async def _see_switch(self, door: Door, shown: str) -> None:
        """Wait until Home Assistant shows a door so."""
        switch = self._switches[door.id]

        async def there() -> bool:
            return (await self._browser.states())[switch] == shown

        await until(there, SECONDS_TO_HEAR, f"{switch} is not {shown}")

    async def _be_looked_at(self, moment: datetime) -> None:
        """Wait until Home Assistant has asked how the doors are since a moment."""

        async def asked() -> bool:
            return any(
                request.endpoint == "sync"
                and request.status == 200
                and request.when >= moment
                for request in self._cloud.requests
            )

        await until(asked, SECONDS_TO_NOTICE, "Home Assistant does not look")

    def _count_commands(self) -> None:
        """See that every door got each command once."""
        for door in self._doors:
            commands = [
                command.state
                for command in self._cloud.commands
                if command.door_id == door.id
            ]
            if commands != ["OPEN", "CLOSED"]:
                raise DemoError(f"{door.name} was told {commands}.")
        say("  the cloud got exactly one command to open and one to close for each")


def see_no_secret(path: Path, secrets: set[str]) -> None:
    """Raise DemoError where a file holds a secret."""
    text = path.read_text("utf-8", "replace")
    for secret in secrets:
        if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text):
            raise DemoError(f"A secret of the cloud is in {path.relative_to(ROOT)}.")


def read_log(path: Path, secrets: set[str]) -> None:
    """Raise DemoError where a log holds an error of the integration, or a secret."""
    see_no_secret(path, secrets)
    log = path.read_text("utf-8", "replace")
    where = path.relative_to(ROOT)
    # Where the project lies may have its name in it, too.
    for record in RECORD.split(log.replace(str(ROOT), "")):
        bad = re.search(r"^\S+ \S+ (ERROR|CRITICAL) |^Traceback ", record, re.MULTILINE)
        if bad and DOMAIN in record.lower():
            raise DemoError(f"An error of the integration is in {where}:\n{record}")
