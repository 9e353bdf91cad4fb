"""Kill Home Assistant while it links, renews tokens and sends commands: no login is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
import json
from random import Random
from time import monotonic
from typing import Any

from aiohttp import ClientError

from tests.simulator import Account, Fault, Simulator, build_demo_house
from tests.simulator.endpoints import bearer
from tests.simulator.oauth import Grant

from .browser import DOMAIN, Browser
from .check import see_clean_log
from .demo import say, see_started, see_up
from .home import Home, use_port
from .wait import DemoError, until

# The number of homes side by side; each has its own cloud.
HOMES = 3

# Each home once during each kind of work.
KILLS = 15

# The minimum for the integration, and for a person to link it.
CONFIGURATION = """\
homeassistant:
  name: ParqEx demo
  country: US
application_credentials:
config:
logger:
  default: info
  logs:
    homeassistant.setup: warning
    custom_components.parqex: debug
"""

SECONDS_TO_SETTLE = 60

# Longer than the second after which Home Assistant writes its entries.
LONGEST_WAIT = 1.6
LONGEST_LINK = 3.0
LONGEST_ANSWER = 0.8

# Prepares the work, and returns it.
type Prepare = Callable[[], Awaitable[Coroutine[Any, Any, object]]]


class Victim:
    """A Home Assistant that is killed again and again."""

    def __init__(self, number: int, simulator: Simulator, random: Random) -> None:
        """Initialize with the cloud, and the random numbers that decide when it dies."""
        self._name = f"home {number}"
        self._cloud = simulator.cloud
        house = build_demo_house(self._cloud, travel_seconds=1)
        self._accounts = house.owner, house.guest
        self._random = random
        self._home = Home(use_port(0), simulator.base_url, CONFIGURATION)
        self._browser = Browser(self._home.base_url)
        self._replaced: list[Grant] = []
        self._works: list[tuple[str, Prepare, float]] = [
            ("renewing tokens", self._renew, LONGEST_WAIT),
            ("renewing tokens at its start", self._start, LONGEST_WAIT),
            ("sending a command", self._command, LONGEST_WAIT),
            ("linking", self._link, LONGEST_LINK),
            ("linking again", self._link_again, LONGEST_WAIT),
        ]

    async def run(self, kills: int) -> None:
        """Kill it so many times, and see it come back from each."""
        try:
            await self._home.start()
            await see_up(self._home, self._browser, "/api/onboarding")
            await self._browser.create_user()
            await self._browser.log_in()
            await see_started(self._browser)
            application = self._cloud.application
            await self._browser.add_credentials(
                application.client_id, application.client_secret
            )
            for account in self._accounts:
                await self._browser.link_account(account.id)
            # Home Assistant writes everything when it stops.
            await self._home.stop()
            await self._browser.close()
            await self._come_back(dict.fromkeys(self._accounts, False))
            for number in range(kills):
                work = self._works[number % len(self._works)]
                await self._die(f"{self._name}, kill {number + 1} of {kills}", *work)
        except (DemoError, ClientError, TimeoutError) as err:
            say(self._home.log_tail())
            raise DemoError(f"{self._name}: {err or type(err).__name__}") from err
        finally:
            await self._browser.close()
            await self._home.stop()
        see_clean_log(self._home.log, self._cloud.issued_secrets())
        self._home.remove()

    async def _die(
        self, name: str, what: str, prepare: Prepare, longest: float
    ) -> None:
        """Kill it once while it works or starts, start it again, and check it."""
        answer = self._random.choice((0, self._random.uniform(0, LONGEST_ANSWER)))
        # Early kills are likelier: that is when answers are on their way.
        wait = self._random.triangular(0, longest, 0)
        for endpoint in ("token", "toggle"):
            # The request is carried out at once; only its answer is late.
            self._cloud.faults.add(endpoint, Fault(after=True, delay=answer))
        sent = len(self._cloud.commands)
        working = asyncio.create_task(await prepare())
        await asyncio.sleep(wait)
        await self._home.kill()
        working.cancel()
        with suppress(asyncio.CancelledError, ClientError, DemoError, TimeoutError):
            await working
        await self._browser.close()
        # Requests that were on their way have arrived by now.
        await asyncio.sleep(0.1)
        self._cloud.faults.clear()
        if len(self._cloud.commands) > sent + (prepare == self._command):
            raise DemoError("A command was sent twice, or without a request.")
        linked = self._linked()
        may_ask = {
            account: self._may_ask(account, linked[account.id])
            for account in self._accounts
            if account.id in linked
        }
        say(f"{name}: {what}, after {wait:.3f} s, answers took {answer:.3f} s")
        await self._come_back(may_ask)

    async def _come_back(self, may_ask: dict[Account, bool]) -> None:
        """Start it again, check every login, and log in where that is needed."""
        toggles = self._count("toggle")
        await self._home.start_again()
        self._browser = Browser(self._home.base_url)
        await see_up(self._home, self._browser, "/auth/providers")
        await self._browser.log_in()
        await see_started(self._browser)
        for account in self._accounts:
            if account not in may_ask:
                await self._browser.link_account(account.id)
            elif await self._settled(account, "loaded", "setup_error") != "loaded":
                if not may_ask[account]:
                    raise DemoError(f"{account.name} lost its login.")
                await self._browser.log_in_again(
                    await self._reauth(account), account.id
                )
                await self._settled(account, "loaded")
            self._forget_replaced(account)
        await until(self._all_work, SECONDS_TO_SETTLE, "an access point does not work")
        if self._count("toggle") != toggles:
            raise DemoError("A command was sent without a request.")

    def _linked(self) -> dict[str, str]:
        """Return the entries on disk: the id of the account, and that of the entry."""
        file = self._home.folder / ".storage" / "core.config_entries"
        return {
            entry["unique_id"]: entry["entry_id"]
            for entry in json.loads(file.read_bytes())["data"]["entries"]
            if entry["domain"] == DOMAIN
        }

    def _may_ask(self, account: Account, entry_id: str) -> bool:
        """Return whether a start may ask for a new login; nothing must be running.

        A login may be lost only where the newest tokens cannot have reached the disk.
        Tokens that were used have reached Home Assistant, which must keep them first.
        """
        storage = self._home.folder / ".storage"
        disk = "".join(
            file.read_text("utf-8")
            for file in (
                storage / "core.config_entries",
                *storage.glob(f"{DOMAIN}.*{entry_id}"),
            )
        )
        grants = [
            one
            for one in self._cloud.oauth.grants(account)
            if one not in self._replaced
        ]
        alive = [one for one in grants if one.refresh_token in disk]
        # An account that is linked again leaves its older grants behind.
        gone = grants[grants.index(alive[-1]) + 1 :] if alive else grants
        # Linking has to ask whose account it is, before there is an entry.
        used = {
            bearer(request.headers.get("Authorization", ""))
            for request in self._cloud.requests
            if request.endpoint not in ("user_info", "token")
        }
        if not used.isdisjoint(one.access_token for one in gone):
            raise DemoError(f"{account.name}: tokens were used before they were kept.")
        # A new grant that was never kept does not replace the old one.
        return any(one.issues > 1 for one in gone) if alive else bool(gone)

    def _forget_replaced(self, account: Account) -> None:
        """Ignore all grants but the one in use."""
        in_use = next(
            grant
            for request in reversed(self._cloud.requests)
            if request.endpoint == "sync" and request.account_id == account.id
            if (
                grant := self._cloud.oauth.grant(
                    bearer(request.headers.get("Authorization", ""))
                )
            )
        )
        grants = self._cloud.oauth.grants(account)
        self._replaced += [one for one in grants if one is not in_use]

    async def _settled(self, account: Account, *states: str) -> str:
        """Return the state of an entry once it is one of these."""
        state = ""

        async def settled() -> bool:
            nonlocal state
            state = (await self._entry(account))["state"]
            return state in states

        await until(settled, SECONDS_TO_SETTLE, f"{account.name} is not {states}")
        return state

    async def _all_work(self) -> bool:
        """Return whether every access point of both accounts can be used."""
        expected = sum(
            door.reachable_by(account)
            for door in self._cloud.doors
            for account in self._accounts
        )
        states = await self._browser.states()
        shown = [states[one] for one in states if one.startswith("switch.")]
        return len(shown) == expected and not {"unavailable", "unknown"} & {*shown}

    async def _entry(self, account: Account) -> dict[str, Any]:
        for entry in await self._browser.entries():
            if entry["title"] == account.name:
                return entry
        raise DemoError(f"{account.name} is not linked any more.")

    async def _reauth(self, account: Account) -> str:
        """Return the flow that asks for a new login of an account."""
        entry_id = (await self._entry(account))["entry_id"]
        for flow in await self._browser.call("config_entries/flow/progress"):
            if flow["context"].get("entry_id") == entry_id:
                return str(flow["flow_id"])
        raise DemoError(
            f"{account.name} lost its login, and nothing asks for a new one."
        )

    async def _renew(self) -> Coroutine[Any, Any, object]:
        """Refresh both accounts with tokens that have expired."""
        for account in self._accounts:
            self._cloud.oauth.expire(account)
        switches = (await self._browser.switches()).values()
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
        switches = sorted((await self._browser.switches()).values())
        return self._browser.act("switch", "toggle", self._random.choice(switches))

    async def _link(self) -> Coroutine[Any, Any, object]:
        """Link an account that was removed."""
        account = self._random.choice(self._accounts)
        await self._browser.remove((await self._entry(account))["entry_id"])
        await until(
            lambda: account.id not in self._linked(),
            SECONDS_TO_SETTLE,
            f"{account.name} stays on disk",
        )
        return self._browser.link_account(account.id)

    async def _link_again(self) -> Coroutine[Any, Any, object]:
        """Link an account again that is linked."""
        account = self._random.choice(self._accounts)
        entry = await self._entry(account)
        return self._browser.link_again(entry["entry_id"], account.id)

    def _count(self, endpoint: str) -> int:
        return sum(one.endpoint == endpoint for one in self._cloud.requests)


async def kill(kills: int, seed: int) -> None:
    """Kill so many times, in several homes side by side."""
    began = monotonic()
    say(f"Killing Home Assistant {kills} times (seed {seed})")
    side_by_side = min(HOMES, kills)
    try:
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as homes:
            for number in range(side_by_side):
                simulator = await stack.enter_async_context(Simulator())
                random = Random(f"{seed} {number}")  # noqa: S311 - to be repeated
                victim = Victim(number + 1, simulator, random)
                homes.create_task(victim.run((kills + number) // side_by_side))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    say(f"Passed in {monotonic() - began:.0f} seconds")
