"""Kill Home Assistant while it links, renews tokens and sends commands: no login is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from random import Random
from time import monotonic
from typing import Any, override

from .demo import say
from .mortal import SECONDS_TO_SETTLE, Mortal, run_all
from .wait import DemoError, until

# The number of homes side by side; each has its own cloud.
HOMES = 3

# Each home once during each kind of work.
KILLS = 15


# Longer than the second after which Home Assistant writes its entries.
LONGEST_WAIT = 1.6
LONGEST_LINK = 3.0

# Prepares the work, and returns it.
type Prepare = Callable[[], Awaitable[Coroutine[Any, Any, object]]]


class Victim(Mortal):
    """A Home Assistant that is killed again and again."""

    def __init__(self, name: str, random: Random, kills: int) -> None:
        """Initialize with the random numbers that decide when it dies, how often."""
        super().__init__(name, random)
        self._kills = kills
        self._works: list[tuple[str, Prepare, float]] = [
            ("renewing tokens", self._renew, LONGEST_WAIT),
            ("renewing tokens at its start", self._start, LONGEST_WAIT),
            ("sending a command", self._command, LONGEST_WAIT),
            ("linking", self._link, LONGEST_LINK),
            ("linking again", self._link_again, LONGEST_WAIT),
        ]

    @override
    async def _live(self) -> None:
        """Kill it so many times, and see it come back from each."""
        for account in self._accounts:
            await self._browser.link_account(account.id)
        # Home Assistant writes everything when it stops.
        await self._home.stop()
        await self._browser.close()
        await self._come_back(dict.fromkeys(self._accounts, False))
        for number in range(self._kills):
            work = self._works[number % len(self._works)]
            await self._die(f"{self._name}, kill {number + 1} of {self._kills}", *work)

    async def _die(
        self, name: str, what: str, prepare: Prepare, longest: float
    ) -> None:
        """Kill it once while it works or starts, start it again, and check it."""
        answer = self._answer_late()
        # Early kills are likelier: that is when answers are on their way.
        wait = self._random.triangular(0, longest, 0)
        sent = len(self._cloud.commands)
        working = asyncio.create_task(await prepare())
        await asyncio.sleep(wait)
        may_ask = await self._end(working)
        if len(self._cloud.commands) > sent + (prepare == self._command):
            raise DemoError("A command was sent twice, or without a request.")
        say(f"{name}: {what}, after {wait:.3f} s, answers took {answer:.3f} s")
        await self._come_back(may_ask)

    async def _renew(self) -> Coroutine[Any, Any, object]:
        """Refresh both accounts with tokens that have expired."""
        for account in self._accounts:
            self._cloud.oauth.expire(account)
        switches = (await self._browser.controls()).values()
        return self._browser.act("homeassistant", "update_entity", *switches)

    async def _start(self) -> Coroutine[Any, Any, object]:
        """Start with tokens that have expired, until the first request."""
        await self._home.kill()
        for account in self._accounts:
            self._cloud.oauth.expire(account)
        before = len(self._cloud.requests)
        await self._home.start_again()
        await until(
            lambda: len(self._cloud.requests) > before,
            SECONDS_TO_SETTLE,
            "Home Assistant sends no request",
        )
        return asyncio.sleep(0)

    async def _command(self) -> Coroutine[Any, Any, object]:
        """Open or close something, half of the time with tokens that have expired."""
        if self._random.random() < 0.5:
            self._cloud.oauth.expire(self._accounts[0])
        switches = sorted((await self._browser.controls()).values())
        return self._browser.act("switch", "toggle", self._random.choice(switches))

    async def _link(self) -> Coroutine[Any, Any, object]:
        account = self._random.choice(self._accounts)
        await self._browser.remove((await self._entry(account))["entry_id"])
        await until(
            lambda: account.id not in self._linked(),
            SECONDS_TO_SETTLE,
            f"{account.name} stays on disk",
        )
        return self._browser.link_account(account.id)

    async def _link_again(self) -> Coroutine[Any, Any, object]:
        account = self._random.choice(self._accounts)
        entry = await self._entry(account)
        return self._browser.link_again(entry["entry_id"], account.id)


async def kill(kills: int, seed: int) -> None:
    """Kill so many times, in several homes side by side."""
    began = monotonic()
    say(f"Killing Home Assistant {kills} times (seed {seed})")
    side_by_side = min(HOMES, kills)
    await run_all(
        Victim(
            f"home {number + 1}",
            Random(f"{seed} {number}"),  # noqa: S311 - to be repeated
            (kills + number) // side_by_side,
        )
        for number in range(side_by_side)
    )
    say(f"Passed in {monotonic() - began:.0f} seconds")
