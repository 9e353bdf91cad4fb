"""Real Home Assistants live with dense traffic, restarts and kills, and nothing grows."""

import argparse
import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
import json
from pathlib import Path
from random import Random, randrange
import sys
from time import monotonic, time
from typing import override

from aiohttp import ClientError

from tests.simulator import Door, Fault
from tests.simulator.settings import choose, mixed

from .browser import DOMAIN
from .command import until_signal
from .demo import say
from .mortal import SECONDS_TO_SETTLE, Mortal, run_all
from .wait import DemoError, until

# Side by side; seven mixed dialects have all ways of speaking in them.
HOMES = 7

SECONDS_BETWEEN_COMMANDS = 22

# A refresh every half minute, and a service that asked to wait.
SECONDS_TO_CATCH_UP = 90

# A kill publishes again what was published in the 10 seconds before; saving takes time.
SECONDS_AGAIN = 12

WAIT = Fault(status=429, headers={"Retry-After": "9"})
TROUBLES = {
    "sync": (Fault(status=503), Fault(reset=True), Fault(hang="headers"), WAIT),
    "history": (Fault(status=500), Fault(hang="body"), WAIT),
    "token": (Fault(status=502), Fault(delay=3, after=True)),
    "toggle": (
        *(Fault(status=400), Fault(reset=True, after=True)),
        Fault(delay=4.5, after=True),
    ),
}

# Of a door the name, what became of it, who, and when, where the log has times.
type Access = tuple[str, str, str, datetime | None]


# By measure: how many times as much, and how much more, is no growth; for the rest, the
# numbers of objects, the default. What changed last is kept as it was before, and an
# error with its answer.
TOLERANCES = {
    "MB": (1, 15),
    "kB in 100 accesses": (1.2, 5),
    "sockets": (1, 6),
    "tasks": (1, 6),
    "log lines a minute": (2, 20),
}
DEFAULT_TOLERANCE = 1.25, 9


def grown(measured: list[dict[str, float]]) -> list[str]:
    """Return what is more in both of the last lives than in each of the first two."""
    first, last = measured[:2], measured[2:][-2:]
    found = []
    for name in sorted({name for one in last for name in one}):
        before = max(one.get(name, 0) for one in first)
        after = min(one.get(name, 0) for one in last)
        times, more = TOLERANCES.get(name, DEFAULT_TOLERANCE)
        if after > before * times + more:
            found.append(f"{name}: from {before:.1f} to {after:.1f}")
    return found


class Resident(Mortal):
    """A Home Assistant whose doors are in use all the time; only some end early."""

    _levels = "warning", "info"
    _bad = "CRITICAL"

    def __init__(self, number: int, minutes: float, seed: int) -> None:
        """Initialize the first, which lives on until the end, or another one."""
        random = Random(f"{seed} {number}")  # noqa: S311 - to be repeated
        super().__init__(f"home {number}", random)
        self._lives_on, self._seconds = number == 1, minutes * 60
        self._dialect = seed + number
        for name, option in mixed(self._dialect).items():
            choose(self._cloud, name, option)
        self._has_times = "%H" in self._cloud.history_time_format
        self._cloud.oauth.access_lifetime = 60
        self._visitors = 0
        self._pressed: Counter[tuple[str, str, str]] = Counter()
        self._pressed_at: dict[Door, float] = {}
        self._entries: list[str] = []
        self._switches: dict[str, str] = {}
        self.killed: list[float] = []
        self.measured: list[dict[str, float]] = []

    @property
    def accesses(self) -> int:
        """Return how many there were."""
        return len(self._cloud.log)

    @override
    async def _live(self) -> None:
        say(f"{self._name}: {', '.join(mixed(self._dialect).values())}")
        owner, guest = self._accounts
        await self._browser.link_account(owner.id)
        path = await self._browser.set_options(webhook=True)
        self._cloud.add_webhook(f"{self._home.base_url}{path}")
        await self._browser.link_account(guest.id)
        await until(self._all_work, SECONDS_TO_SETTLE, "an access point does not work")
        self._entries = [one["entry_id"] for one in await self._browser.entries()]
        self._switches = {
            one["unique_id"]: one["entity_id"] for one in await self._browser.entities()
        }
        announcing = asyncio.create_task(self._simulator.announcer.keep_announcing())
        ends_at = monotonic() + self._seconds
        try:
            while monotonic() + 10 < ends_at:  # a shorter life says nothing
                await self._live_once(ends_at)
        finally:
            announcing.cancel()

    async def _live_once(self, ends_at: float) -> None:
        """Be used, be measured, and end; catch up with what happened in between."""
        length = self._random.uniform(0.7, 1.3) * min(max(self._seconds / 6, 30), 120)
        # A login ends after half an hour.
        await self._browser.log_in()
        began, lines = monotonic(), self._lines()
        is_last = ends_at < began + length * 1.5
        until_when = ends_at if is_last else began + length
        calls: list[asyncio.Task[None]] = []
        while monotonic() < until_when:
            if call := await self._happen():
                calls.append(call)
            await asyncio.sleep(self._random.uniform(0.2, 2))
        await asyncio.gather(*calls)
        lived = monotonic() - began
        measured = await self._measure((self._lines() - lines) / lived * 60)
        self.measured.append(measured)
        cleanly = is_last or self._random.random() < 0.4
        goes_on = self._lives_on and not is_last
        end = "lives on" if goes_on else "restarted" if cleanly else "killed"
        numbers = ", ".join(
            f"{round(measured[name], 1):g} {name}" for name in TOLERANCES
        )
        say(
            f"{self._name}, dialect {self._dialect}, life {len(self.measured)}: {end}"
            f" after {lived:.0f} s, {self.accesses} accesses, {numbers}"
        )
        if not goes_on:
            await self._end_and_come_back(cleanly=cleanly)

    async def _end_and_come_back(self, *, cleanly: bool) -> None:
        """End in the middle of something, and see that nothing is lost or doubled."""
        self._answer_late()
        if self._random.random() < 0.5:
            self._cloud.oauth.expire(self._accounts[0])
        working = asyncio.create_task(self._press())
        await asyncio.sleep(self._random.triangular(0, 2, 0))
        if not cleanly:
            self.killed.append(time())
        may_ask = await self._end(working, cleanly=cleanly)
        for controller in self._cloud.controllers:
            controller.unplugged = False
        for _ in range(5):
            self._visit()
            await asyncio.sleep(0.3)
        await self._come_back(may_ask)
        with suppress(DemoError):
            await until(lambda: not self._wrong()["lost"], SECONDS_TO_CATCH_UP, "")
        if wrong := [f"{how}: {what}" for how, what in self._wrong().items() if what]:
            raise DemoError("\n".join(wrong))

    async def _happen(self) -> asyncio.Task[None] | None:
        """Let something happen; return the command that it is."""
        match self._random.choices(range(7), (30, 20, 25, 2, 4, 3, 1))[0]:
            case 0:
                self._visit()
            case 1:
                door = self._random.choice(self._cloud.doors)
                door.move_by_hand()
            case 2:
                return asyncio.create_task(self._press())
            case 3:
                endpoint, faults = self._random.choice([*TROUBLES.items()])
                fault, times = self._random.choice(faults), self._random.randint(1, 3)
                self._cloud.faults.add(endpoint, fault, times)
            case 4:
                self._cloud.oauth.expire(self._random.choice(self._accounts))
            case 5:
                one = self._random.choice(self._cloud.controllers)
                one.unplugged = not one.unplugged and self._random.random() < 0.3
            case 6:
                await self._browser.reload(self._random.choice(self._entries))
        return None

    def _visit(self) -> None:
        """Let somebody who never came before use a door."""
        self._visitors += 1
        visitor = self._cloud.visitor(f"Vera Visitor{self._visitors}")
        door = self._random.choice(self._cloud.doors)
        door.close_as(visitor) if door.state == "OPEN" else door.open_as(visitor)

    async def _press(self) -> None:
        """Open or close a door by its switch, if it has rested."""
        account, now = self._random.choice(self._accounts), monotonic()
        rested = [
            door
            for door in self._cloud.doors
            if door.reachable_by(account)
            and now > self._pressed_at.get(door, 0) + SECONDS_BETWEEN_COMMANDS
        ]
        if not rested:
            return
        door = self._random.choice(rested)
        self._pressed_at[door] = now
        state, service = ("CLOSED", "off") if door.state == "OPEN" else ("OPEN", "on")
        self._pressed[account.id, door.id, state] += 1
        # It may fail; that it says so is tested elsewhere.
        with suppress(DemoError, ClientError, TimeoutError):
            await self._browser.ask(
                "POST",
                f"/api/services/switch/turn_{service}",
                json={"entity_id": self._switches[f"{account.id}_{door.id}_switch"]},
            )

    async def _measure(self, lines_a_minute: float) -> dict[str, float]:
        """Measure the process from outside, and ask it for its tasks and objects."""
        process = Path(f"/proc/{self._home.pid}")
        status = (process / "status").read_text("utf-8").split()
        files = (self._home.folder / ".storage").glob(f"{DOMAIN}.*")
        opened = [str(one.readlink()) for one in (process / "fd").iterdir()]
        order = "/api/services/book/count?return_response"
        held = (await self._browser.ask("POST", order))["service_response"]
        # One for each access of the last five days.
        held.pop("Published", None)
        return {
            "MB": int(status[status.index("VmRSS:") + 1]) / 1024,
            "kB in 100 accesses": sum(one.stat().st_size for one in files)
            / (10.24 * self.accesses),
            "sockets": sum(one.startswith("socket:") for one in opened),
            "log lines a minute": lines_a_minute,
            **held,
        }

    def _lines(self) -> int:
        return self._home.log.read_bytes().count(b"\n")

    def _wrong(self) -> dict[str, Counter[Access] | Counter[tuple[str, str, str]]]:
        """Compare the simulator's own book with what was published and commanded."""
        happened: Counter[Access] = Counter(
            (
                one.door.name,
                one.outcome,
                one.person.name if one.person.id else "",
                one.at.replace(microsecond=0) if self._has_times else None,
            )
            for one in self._cloud.log
        )
        published: Counter[Access] = Counter()
        again: Counter[Access] = Counter()
        book = (self._home.folder / "book.jsonl").read_text("utf-8")
        for one in map(json.loads, book.splitlines()):
            at = datetime.fromisoformat(one["occurred_at"]).astimezone(UTC)
            who = one["name"], one["event_type"], one["user"] or ""
            access = *who, at if self._has_times else None
            published[access] += 1
            again[access] += sum(
                0 <= killed - one["fired_at"] < SECONDS_AGAIN for killed in self.killed
            )
        accepted: Counter[tuple[str, str, str]] = Counter(
            (one.account_id, one.door_id, one.state) for one in self._cloud.commands
        )
        return {
            "lost": happened - published,
            "doubled, or never happened": published - happened - again,
            "commands that nobody gave": accepted - self._pressed,
        }


async def soak(minutes: float, seed: int) -> None:
    """Let all homes live for so long; raise DemoError where something grew."""
    say(f"Living for {minutes:g} minutes (seed {seed})")
    homes = [Resident(number, minutes, seed) for number in range(1, HOMES + 1)]
    await run_all(homes)
    if wrong := [
        f"home {number}: {what}"
        for number, home in enumerate(homes, start=1)
        for what in grown(home.measured)
    ]:
        raise DemoError("\n".join(wrong))
    say(
        f"Passed: {sum(len(home.measured) for home in homes)} lives,"
        f" {sum(len(home.killed) for home in homes)} kills,"
        f" {sum(home.accesses for home in homes)} accesses;"
        " nothing was lost or doubled, and nothing grew"
    )


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="scripts/soak",
        description=f"Let {HOMES} real Home Assistants, each with a ParqEx cloud that"
        " speaks another dialect, live with dense traffic, restarts and kills: a month"
        " in an hour. A line for each life says what it came to. Fails where memory,"
        " files, sockets, tasks, objects or log lines grew, or where an access or a"
        " command was lost or doubled.",
    )
    parser.add_argument(
        "--minutes", type=float, default=60, help="at least 3 (default: 60)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=randrange(10**6),  # noqa: S311 - not a secret
        help="decides what happens; by default another one each time",
    )
    arguments = parser.parse_args()
    if arguments.minutes < 3:
        parser.error("the lives would be too few to compare them")
    return asyncio.run(until_signal(soak(arguments.minutes, arguments.seed), 1))


if __name__ == "__main__":
    sys.exit(main())
