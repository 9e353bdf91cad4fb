"""Let real Home Assistants live with dense traffic, restarts and kills: nothing grows."""

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
from typing import NamedTuple, override

from aiohttp import ClientError

from tests.simulator import Door, Fault
from tests.simulator.settings import choose, mixed

from .browser import DOMAIN
from .check import see_clean_log
from .command import until_signal
from .demo import say
from .mortal import SECONDS_TO_SETTLE, Mortal, run_all
from .wait import DemoError, until

# Side by side; seven mixed dialects have all ways of speaking in them.
HOMES = 7
CONFIGURATION = """\
homeassistant:
  name: ParqEx soak
  country: US
  external_url: https://demo.example.com
api:
application_credentials:
book:
config:
logger:
  default: warning
  logs:
    custom_components.parqex: info
"""
BOOK = Path(__file__).with_name("book")

SECONDS_TO_CATCH_UP = 90
SECONDS_BETWEEN_COMMANDS = 22

# A kill publishes again what was published in the 10 seconds before; saving takes time.
SECONDS_AGAIN = 12

KINDS = {("OPEN", True): "opened", ("CLOSED", True): "closed"}
TROUBLES = (
    ("sync", Fault(status=503)),
    ("sync", Fault(reset=True)),
    ("sync", Fault(hang="headers")),
    ("sync", Fault(status=429, headers={"Retry-After": "9"})),
    ("history", Fault(status=500)),
    ("history", Fault(hang="body")),
    ("history", Fault(status=429, headers={"Retry-After": "9"})),
    ("token", Fault(status=502)),
    ("token", Fault(delay=3, after=True)),
    ("toggle", Fault(status=400)),
    ("toggle", Fault(reset=True, after=True)),
    ("toggle", Fault(delay=4.5, after=True)),
)

type Access = tuple[str, str, str, datetime | None]


class Measures(NamedTuple):
    """What there is at the end of a life; `accesses`: of all lives."""

    accesses: int
    megabytes: float
    kilobytes: float
    sockets: int
    tasks: int
    lines: float
    objects: dict[str, int]

    def grown(self, before: Measures) -> dict[str, tuple[float, float]]:
        """Return what grew, from what to what."""
        limits = {
            "megabytes": before.megabytes + 15,
            # Of an access a few bytes are remembered for five days.
            "kilobytes": 4 + before.kilobytes / before.accesses * self.accesses * 1.2,
            "sockets": before.sockets + 6,
            "tasks": before.tasks + 6,
            "lines": before.lines * 2 + 20,
        }
        return {
            name: (getattr(before, name), getattr(self, name))
            for name, limit in limits.items()
            if getattr(self, name) > limit
        } | {
            name: (before.objects.get(name, 0), number)
            for name, number in self.objects.items()
            # What changed last is kept as it was before, and an error with its answer.
            if name != "Published" and number > before.objects.get(name, 0) * 1.25 + 9
        }


class Resident(Mortal):
    """A Home Assistant whose doors are in use all the time.

    The first one lives on until the end, the others end again and again.
    """

    def __init__(
        self, number: int, dialect: int, random: Random, minutes: float
    ) -> None:
        """Initialize with the dialect that its cloud speaks."""
        super().__init__(f"home {number}", random, CONFIGURATION, BOOK)
        self._lives_on, self._minutes, self._dialect = number == 1, minutes, dialect
        self._way = mixed(dialect)
        for name, option in self._way.items():
            choose(self._cloud, name, option)
        self._cloud.oauth.access_lifetime = 60
        self._visitors = 0
        self._killed: list[float] = []
        self._pressed: Counter[tuple[str, str, str]] = Counter()
        self._pressed_at: dict[Door, float] = {}
        self._switches: dict[str, str] = {}
        self.measured: list[Measures] = []
        self.grown: dict[str, tuple[float, float]] = {}

    @override
    async def _live(self) -> None:
        way = ", ".join(self._way.values())
        say(f"{self._name} speaks dialect {self._dialect}: {way}")
        owner, guest = self._accounts
        await self._browser.link_account(owner.id)
        path = await self._browser.set_options(webhook=True)
        self._cloud.add_webhook(f"{self._home.base_url}{path}")
        await self._browser.link_account(guest.id)
        await until(self._all_work, SECONDS_TO_SETTLE, "an access point does not work")
        self._switches = {
            one["unique_id"]: one["entity_id"] for one in await self._browser.entities()
        }
        announcing = asyncio.create_task(self._simulator.announcer.keep_announcing())
        ends_at = monotonic() + self._minutes * 60
        try:
            while monotonic() < ends_at:
                await self._live_once(ends_at)
            # The first life began with an account that had just been linked.
            self.grown = self.measured[-1].grown(self.measured[:2][-1])
        finally:
            announcing.cancel()

    async def _live_once(self, ends_at: float) -> None:
        """Live with traffic, measure it, and end; catch up with what happened then."""
        length = self._random.uniform(0.7, 1.3) * min(max(self._minutes * 10, 30), 120)
        lines, began = self._lines(), monotonic()
        until_when = began + length
        if ends_at < until_when + length / 2:
            until_when = ends_at
        calls: list[asyncio.Task[object]] = []
        while monotonic() < until_when:
            if call := await self._happen():
                calls.append(call)
            await asyncio.sleep(self._random.uniform(0.2, 2))
        await asyncio.gather(*calls)
        lived = monotonic() - began
        self.measured.append(
            one := await self._measure((self._lines() - lines) / lived)
        )
        is_last = monotonic() >= ends_at
        cleanly = is_last or self._random.random() < 0.4
        goes_on = self._lives_on and not is_last
        end = "lives on" if goes_on else "restarted" if cleanly else "killed"
        say(
            f"{self._name}, life {len(self.measured)}, dialect {self._dialect}, {end}"
            f" after {lived:.0f} s: {one.accesses} accesses, {one.megabytes:.1f} MB,"
            f" {one.kilobytes:.1f} kB, {one.sockets} sockets, {one.tasks} tasks,"
            f" {sum(one.objects.values())} objects, {one.lines:.1f} lines a minute"
        )
        if goes_on:
            return
        self._answer_late()
        if self._random.random() < 0.5:
            self._cloud.oauth.expire(self._accounts[0])
        working = asyncio.create_task(self._press())
        await asyncio.sleep(self._random.triangular(0, 2, 0))
        may_ask = await self._end(working, cleanly=cleanly)
        if not cleanly:
            self._killed.append(time())
        for controller in self._cloud.controllers:
            controller.unplugged = False
        for _ in range(5):
            self._visit()
            await asyncio.sleep(0.3)
        await self._come_back(may_ask)
        await until(
            lambda: not self._lost(),
            SECONDS_TO_CATCH_UP,
            f"Not everything was published: {self._lost()}",
        )
        self._see_book()

    async def _happen(self) -> asyncio.Task[object] | None:
        """Let something happen; return the call of Home Assistant that it is."""
        match self._random.choices(range(7), (30, 20, 25, 6, 4, 3, 1))[0]:
            case 0:
                self._visit()
            case 1:
                door = self._random.choice(self._cloud.doors)
                door.close_by_hand() if door.state == "OPEN" else door.open_by_hand()
            case 2:
                return asyncio.create_task(self._press())
            case 3:
                self._cloud.faults.add(
                    *self._random.choice(TROUBLES), self._random.randint(1, 3)
                )
            case 4:
                self._cloud.oauth.expire(self._random.choice(self._accounts))
            case 5:
                one = self._random.choice(self._cloud.controllers)
                one.unplugged = not one.unplugged
            case 6:
                entry = await self._entry(self._random.choice(self._accounts))
                await self._browser.reload(entry["entry_id"])
        return None

    def _visit(self) -> None:
        """Let somebody who never came before use a door."""
        self._visitors += 1
        visitor = self._cloud.visitor(f"Vera Visitor{self._visitors}")
        door = self._random.choice(self._cloud.doors)
        move = door.close_as if door.state == "OPEN" else door.open_as
        move(visitor)

    async def _press(self) -> None:
        """Open or close a door by its switch, if it may be."""
        account = self._random.choice(self._accounts)
        doors = [
            door
            for door in self._cloud.doors
            if door.reachable_by(account)
            and monotonic() - self._pressed_at.get(door, 0) > SECONDS_BETWEEN_COMMANDS
        ]
        if not doors:
            return
        door = self._random.choice(doors)
        self._pressed_at[door] = monotonic()
        state = "CLOSED" if door.state == "OPEN" else "OPEN"
        self._pressed[account.id, door.id, state] += 1
        # It may fail; that it says so is tested elsewhere.
        with suppress(DemoError, ClientError, TimeoutError):
            await self._browser.ask(
                "POST",
                f"/api/services/switch/turn_{'on' if state == 'OPEN' else 'off'}",
                json={"entity_id": self._switches[f"{account.id}_{door.id}_switch"]},
            )

    async def _measure(self, lines_a_second: float) -> Measures:
        """Measure the process from outside, and ask it for what it holds."""
        process = Path(f"/proc/{self._home.pid}")
        status = dict(
            line.split(":", 1) for line in (process / "status").read_text().splitlines()
        )
        held = await self._browser.call(
            "call_service", domain="book", service="count", return_response=True
        )
        storage = (self._home.folder / ".storage").glob(f"{DOMAIN}.*")
        return Measures(
            accesses=len(self._cloud.log),
            megabytes=int(status["VmRSS"].split()[0]) / 1024,
            kilobytes=sum(file.stat().st_size for file in storage) / 1024,
            sockets=sum(
                str(one.readlink()).startswith("socket:")
                for one in (process / "fd").iterdir()
            ),
            lines=lines_a_second * 60,
            **held["response"],
        )

    def _lines(self) -> int:
        return self._home.log.read_bytes().count(b"\n")

    @property
    def _has_times(self) -> bool:
        return self._way["history_time_format"] != "date only"

    def _happened(self) -> Counter[Access]:
        """Return the simulator's own book."""
        return Counter(
            (
                one.door.name,
                KINDS.get((one.state, one.was_success), "failed"),
                one.person.name if one.person.id else "",
                one.at.replace(microsecond=0) if self._has_times else None,
            )
            for one in self._cloud.log
        )

    def _published(self) -> list[tuple[Access, float]]:
        """Return what Home Assistant published, with when it did."""
        book = self._home.folder / "book.jsonl"
        return [
            (
                (
                    one["name"],
                    one["event_type"],
                    one["user"] or "",
                    datetime.fromisoformat(one["occurred_at"]).astimezone(UTC)
                    if self._has_times
                    else None,
                ),
                one["fired_at"],
            )
            for one in map(json.loads, book.read_text("utf-8").splitlines())
        ]

    def _lost(self) -> Counter[Access]:
        return self._happened() - Counter(access for access, _ in self._published())

    def _see_book(self) -> None:
        """Raise DemoError where an access or a command was doubled, or one was lost."""
        published = self._published()
        again = Counter(
            access
            for access, fired_at in published
            for killed in self._killed
            if 0 <= killed - fired_at < SECONDS_AGAIN
        )
        doubled = Counter(one for one, _ in published) - self._happened() - again
        if doubled:
            raise DemoError(f"Published again, or never happened: {doubled}")
        accepted: Counter[tuple[str, str, str]] = Counter(
            (one.account_id, one.door_id, one.state) for one in self._cloud.commands
        )
        if twice := accepted - self._pressed:
            raise DemoError(f"Commands that nobody gave: {twice}")

    @override
    def _see_log(self) -> None:
        secrets = self._cloud.issued_secrets()
        see_clean_log(self._home.log, secrets, bad="CRITICAL")

    def summary(self) -> str:
        """Return what all lives were."""
        return (
            f"{self._name}: {len(self.measured)} lives, {len(self._killed)} kills,"
            f" {len(self._cloud.log)} accesses, {self._pressed.total()} presses,"
            f" {len(self._cloud.requests)} requests"
        )


async def soak(minutes: float, seed: int) -> None:
    """Let all homes live for so long; raise DemoError where something grew."""
    say(f"Living for {minutes:g} minutes (seed {seed})")
    homes = [
        Resident(number + 1, seed + number, Random(f"{seed} {number}"), minutes)  # noqa: S311 - to be repeated
        for number in range(HOMES)
    ]
    await run_all(homes)
    for home in homes:
        say(home.summary())
    if grown := [f"{home.summary()}: {home.grown}" for home in homes if home.grown]:
        raise DemoError("\n".join(["Something grew, from what to what:", *grown]))
    say("Passed: nothing grew, nothing was lost or doubled")


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="scripts/soak",
        description="Let seven real Home Assistants, each with a ParqEx cloud that speaks"
        " another dialect, live a month's traffic, with restarts and kills. Prints a line"
        " for each life; ends with 1 where memory, files, sockets, tasks, objects or log"
        " lines grew, or an access or a command was lost or doubled.",
    )
    parser.add_argument("--minutes", type=float, default=60, help="(default: 60)")
    parser.add_argument(
        "--seed",
        type=int,
        default=randrange(10**6),  # noqa: S311 - not a secret
        help="decides what happens; by default another one each time",
    )
    arguments = parser.parse_args()
    return asyncio.run(until_signal(soak(arguments.minutes, arguments.seed), 1))


if __name__ == "__main__":
    sys.exit(main())
