"""The unattended check: every access point opens and closes through Home Assistant."""

import asyncio
from datetime import timedelta
from pathlib import Path
import re

from tests.simulator import Door

from .browser import DOMAIN
from .demo import Demo, say
from .home import ROOT
from .wait import DemoError, until

# The slowest door of the demo house takes 10 seconds.
SECONDS_TO_MOVE = 30

# Home Assistant refreshes every 30 seconds while no command is under way.
SECONDS_TO_REFRESH = 45

# The webhook makes it refresh at once; a loaded machine may take a while for that.
SECONDS_TO_FOLLOW = 10

VISITOR = "Vera Visitor"

# The integration refuses the opposite command for 20 seconds.
TIME_BETWEEN_OPPOSITES = timedelta(seconds=21)

# How each record of Home Assistant's log begins; 2026.11 added the zone.
RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* [A-Z]+ \()", re.MULTILINE)


class Check:
    """One run over all access points of the linked account."""

    def __init__(self, demo: Demo) -> None:
        """Initialize with the running demo."""
        self._browser = demo.browser
        self._cloud = demo.cloud
        self._doors = demo.cloud.doors
        self._fastest = min(self._doors, key=lambda one: one.travel_seconds)
        self._covers: dict[str, str] = {}

    async def run(self) -> None:
        """Open and close everything; raise DemoError at the first broken promise."""
        await self._find_covers()
        say(f"Opening {len(self._doors)} access points")
        await self._command_all("open")
        await self._move_by_hand(self._fastest)
        await self._arrive("OPEN")
        say("Waiting until they may be closed again")
        rested = self._cloud.commands[-1].when + TIME_BETWEEN_OPPOSITES
        await asyncio.sleep((rested - self._cloud.now()).total_seconds())
        say(f"Closing {len(self._doors)} access points")
        await self._command_all("close")
        await self._arrive("CLOSED")
        for door in self._doors:
            sent = [one.state for one in self._cloud.commands if one.door_id == door.id]
            if sent != ["OPEN", "CLOSED"]:
                raise DemoError(f"{door.name} received the commands {sent}.")
        say("  the cloud got exactly one command to open and one to close for each")
        await self._let_a_visitor_in()

    async def _find_covers(self) -> None:
        covers = await self._browser.controls("cover")
        self._covers = {
            identifier: covers[device["id"]]
            for device in await self._browser.devices()
            if device["id"] in covers
            for _, identifier in device["identifiers"]
        }
        if self._covers.keys() != {door.id for door in self._doors}:
            raise DemoError(f"{len(covers)} covers, {len(self._doors)} doors.")

    async def _command_all(self, command: str) -> None:
        for door in self._doors:
            cover = self._covers[door.id]
            await self._browser.act("cover", f"{command}_cover", cover)
            say(f"  {cover}: {command}")

    async def _arrive(self, state: str) -> None:
        """Wait for all doors in the cloud, and then for all covers."""
        for door in self._doors:
            await self._see_reported(door, state)
        for door in self._doors:
            await self._see_cover(door, state)
        say(f"  all are {state} in the cloud and in Home Assistant")

    async def _move_by_hand(self, door: Door) -> None:
        """Move a door by hand, and see its cover follow because of the webhook."""
        await self._see_reported(door, "OPEN")
        door.close_by_hand()
        await self._see_cover(door, "CLOSED")
        door.open_by_hand()
        await self._see_cover(door, "OPEN")
        say(f"  {door.name}: closed and opened by hand, and its cover followed")

    async def _let_a_visitor_in(self) -> None:
        """See the owner's and a visitor's accesses in the logbook."""
        name = self._fastest.name
        self._fastest.open_as(self._cloud.visitor(VISITOR))
        owner, application = self._cloud.accounts[0].name, self._cloud.application.name
        wanted = {f"{name} was opened by {VISITOR} (ParqEx Web)"} | {
            f"{one.name} was opened by {owner} ({application})" for one in self._doors
        }

        async def there() -> bool:
            return wanted <= set(await self._browser.logbook())

        await until(there, SECONDS_TO_REFRESH, "the accesses are not in the logbook")
        say(f"  the logbook says who opened what, {VISITOR} at the {name} too")

    async def _see_reported(self, door: Door, state: str) -> None:
        """Wait until the cloud has reported a state to Home Assistant."""
        text = f"{door.name} is not {state} in the cloud"
        await until(lambda: door.state == state, SECONDS_TO_MOVE, text)

        def reported() -> bool:
            return any(
                request.endpoint == "sync"
                and request.status == 200
                and request.when >= door.last_toggled
                for request in self._cloud.requests
            )

        await until(reported, SECONDS_TO_REFRESH, "Home Assistant does not refresh")

    async def _see_cover(self, door: Door, state: str) -> None:
        cover, shown = self._covers[door.id], state.lower()

        async def there() -> bool:
            return (await self._browser.states())[cover] == shown

        await until(there, SECONDS_TO_FOLLOW, f"{cover} is not {shown}")


def see_no_secret(path: Path, secrets: set[str]) -> None:
    """Raise DemoError where a file holds a secret."""
    text = path.read_text("utf-8", "replace")
    for secret in secrets:
        if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text):
            raise DemoError(f"A secret of the cloud is in {path.relative_to(ROOT)}.")


def see_clean_log(path: Path, secrets: set[str], bad: str = "ERROR|CRITICAL") -> None:
    """Raise DemoError where a log holds an error of the integration, or a secret.

    `bad`: the levels that are errors; a traceback is one in any.
    """
    is_bad = re.compile(rf"^\S+ \S+ ({bad}) |^Traceback ", re.MULTILINE)
    see_no_secret(path, secrets)
    log = path.read_text("utf-8", "replace")
    where = path.relative_to(ROOT)
    # The project's folder may have its name, too.
    for record in RECORD.split(log.replace(str(ROOT), "")):
        if is_bad.search(record) and DOMAIN in record.lower():
            raise DemoError(f"An error of the integration is in {where}:\n{record}")
