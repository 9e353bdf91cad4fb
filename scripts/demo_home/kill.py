"""Kill Home Assistant while it links, renews tokens and sends commands: no login is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from random import Random
from time import monotonic
from typing import Any

from aiohttp import ClientError

from tests.simulator import Account, Cloud, Fault, Simulator, build_demo_house

from .browser import DOMAIN, Browser
from .check import read_log
from .demo import say, see_started, see_up
from .home import Home, free_port
from .logins import Fate, Logins
from .wait import DemoError, until

# So many run side by side; each has its own cloud.
HOMES = 3

# What the integration needs, and what a person needs to link it.
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


# Prepares some work, and returns it.
type Prepare = Callable[[], Awaitable[Coroutine[Any, Any, object]]]


class Victim:
    """One Home Assistant that is killed again and again."""

    def __init__(self, number: int, simulator: Simulator, random: Random) -> None:
        """Take its cloud, and the chance that decides when it dies."""
        self._name = f"home {number}"
        self._cloud: Cloud = simulator.cloud
        house = build_demo_house(self._cloud, travel_seconds=1)
        self._accounts = house.owner, house.guest
        self._random = random
        self._home = Home(free_port(), simulator.base_url, CONFIGURATION)
        self._logins = Logins(self._home.folder, self._cloud)
        self._browser = Browser(self._home.base_url)
        self._work: list[tuple[str, Prepare, float]] = [
            ("renewing tokens", self._renew, LONGEST_WAIT),
            ("renewing tokens at its start", self._start, LONGEST_WAIT),
            ("commanding", self._command, LONGEST_WAIT),
            ("linking", self._link, LONGEST_LINK),
            ("linking again", self._link_again, LONGEST_WAIT),
        ]
        self._toggles = 0

    async def run(self, kills: int) -> None:
        """Live until it was killed so many times, and came back from each."""
        try:
            await self._move_in()
            for kill in range(1, kills + 1):
                await self._die(f"{self._name}, kill {kill} of {kills}")
        except (DemoError, ClientError, TimeoutError) as err:
            say(self._home.log_tail())
            raise DemoError(f"{self._name}: {err or type(err).__name__}") from err
        finally:
            await self._browser.close()
            await self._home.stop()
        read_log(self._home.log, self._cloud.issued_secrets())
        self._home.remove()

    async def _move_in(self) -> None:
        """Make the user, link both accounts, and write all of it down."""
        await self._home.start()
        await see_up(self._home, self._browser.answers)
        await self._browser.create_user()
        await self._browser.log_in()
        await see_started(self._browser)
        application = self._cloud.application
        await self._browser.add_credentials(
            application.client_id, application.client_secret
        )
        for account in self._accounts:
            await self._browser.link_account(account.id)
        await self._home.stop()
        await self._browser.close()
        await self._come_back(dict.fromkeys(self._accounts, Fate.WORKS))

    async def _die(self, name: str) -> None:
        """Kill it once while it works or starts, start it again, and judge."""
        self._cloud.faults.clear()
        what, prepare, longest = self._random.choice(self._work)
        answer = self._random.choice((0, self._random.uniform(0, LONGEST_ANSWER)))
        # Soon is likelier: that is when answers are on their way.
        wait = self._random.triangular(0, longest, 0)
        for endpoint in ("token", "toggle"):
            # What was asked is done at once; only the answer takes its time.
            self._cloud.faults.add(endpoint, Fault(after=True, delay=answer))
        sent = len(self._cloud.commands)
        working = asyncio.create_task(await prepare())
        await asyncio.sleep(wait)
        await self._home.kill()
        working.cancel()
        with suppress(asyncio.CancelledError, ClientError, DemoError, TimeoutError):
            await working
        await self._browser.close()
        # What was on its way here has arrived by now.
        await asyncio.sleep(0.1)

        self._cloud.faults.clear()
        self._toggles = self._count("toggle")
        if len(self._cloud.commands) > sent + (prepare == self._command):
            raise DemoError("A command was sent twice, or nobody asked for it.")
        fates = {account: self._logins.fate(account) for account in self._accounts}
        told = ", ".join(f"{one.person.first_name} {fates[one]}" for one in fates)
        say(f"{name}: {what}, after {wait:.3f} s, answers took {answer:.3f} s: {told}")
        await self._come_back(fates)

    async def _come_back(self, fates: dict[Account, Fate]) -> None:
        """Start it again, see every login meet its fate, and mend what is lost."""
        await self._home.start_again()
        self._browser = Browser(self._home.base_url)
        await see_up(self._home, self._browser.lets_log_in)
        await self._browser.log_in()
        await see_started(self._browser)
        for account, fate in fates.items():
            await self._meet(account, fate)
        await self._see_all_available()
        if self._count("toggle") != self._toggles:
            raise DemoError("A command was sent that nobody asked for.")

    async def _meet(self, account: Account, fate: Fate) -> None:
        """See a login meet its fate, and the account linked in the end."""
        if fate is Fate.NOT_LINKED:
            await self._browser.link_account(account.id)
            self._logins.settle(account)
            return
        state = await self._settled_state(account)
        if state == "loaded" and fate is not Fate.ASKS:
            self._logins.settle(account)
            return
        if state != "setup_error" or fate is Fate.WORKS:
            raise DemoError(f"{account.name} {fate}, but its entry is {state}.")
        flow_id = await self._reauth_of(account)
        await self._browser.log_in_again(flow_id, account.id)
        await self._see_state(account, "loaded")
        self._logins.settle(account)

    async def _settled_state(self, account: Account) -> str:
        """Return the state of an entry once it is not being set up any more."""
        state = ""

        async def settled() -> bool:
            nonlocal state
            state = (await self._entry(account))["state"]
            return state in ("loaded", "setup_error")

        await until(settled, SECONDS_TO_SETTLE, f"{account.name} is not set up")
        return state

    async def _see_state(self, account: Account, state: str) -> None:
        """Wait until an entry is in a state."""

        async def there() -> bool:
            return bool((await self._entry(account))["state"] == state)

        await until(there, SECONDS_TO_SETTLE, f"{account.name} is not {state}")

    async def _see_all_available(self) -> None:
        """Wait until every access point of both accounts can be used."""
        expected = sum(
            door.reachable_by(account)
            for door in self._cloud.doors
            for account in self._accounts
        )

        async def there() -> bool:
            states = await self._browser.states()
            switches = [one for one in states if one.startswith("switch.")]
            return len(switches) == expected and not any(
                states[one] in ("unavailable", "unknown") for one in switches
            )

        await until(there, SECONDS_TO_SETTLE, "not every access point works again")

    async def _entry(self, account: Account) -> dict[str, Any]:
        """Return the entry of an account as Home Assistant shows it."""
        entries = await self._browser.call("config_entries/get", domain=DOMAIN)
        for entry in entries:
            if entry["title"] == account.name:
                found: dict[str, Any] = entry
                return found
        raise DemoError(f"{account.name} is not linked any more.")

    async def _reauth_of(self, account: Account) -> str:
        """Return the flow that asks for a new login of an account."""
        entry_id = (await self._entry(account))["entry_id"]
        for flow in await self._browser.call("config_entries/flow/progress"):
            if flow["context"].get("entry_id") == entry_id:
                flow_id: str = flow["flow_id"]
                return flow_id
        raise DemoError(f"{account.name} is lost, and nobody is asked to log in.")

    async def _renew(self) -> Coroutine[Any, Any, object]:
        """Let both accounts need new tokens, and be looked at."""
        for account in self._accounts:
            self._cloud.oauth.expire(account)
        return self._act("homeassistant", "update_entity", await self._switches())

    async def _start(self) -> Coroutine[Any, Any, object]:
        """Start with tokens that have expired, and go on when the cloud hears of it."""
        await self._home.kill()
        for account in self._accounts:
            self._cloud.oauth.expire(account)
        heard = len(self._cloud.requests)
        await self._home.start_again()

        async def asked() -> bool:
            return len(self._cloud.requests) > heard

        await until(asked, SECONDS_TO_SETTLE, "Home Assistant asks nothing")
        return asyncio.sleep(0)

    async def _command(self) -> Coroutine[Any, Any, object]:
        """Open or close something, at times with tokens that have expired."""
        if self._random.random() < 0.5:
            self._cloud.oauth.expire(self._accounts[0])
        switch = self._random.choice(await self._switches())
        return self._act("switch", "toggle", [switch])

    async def _link(self) -> Coroutine[Any, Any, object]:
        """Link an account that was removed."""
        account = self._random.choice(self._accounts)
        await self._browser.remove((await self._entry(account))["entry_id"])

        async def removed() -> bool:
            return account.id not in self._logins.entries()

        await until(removed, SECONDS_TO_SETTLE, f"{account.name} stays on disk")
        return self._browser.link_account(account.id)

    async def _link_again(self) -> Coroutine[Any, Any, object]:
        """Link an account again that is linked."""
        account = self._random.choice(self._accounts)
        entry = await self._entry(account)
        return self._browser.link_again(entry["entry_id"], account.id)

    def _act(
        self, domain: str, service: str, entities: list[str]
    ) -> Coroutine[Any, Any, object]:
        """Call an action of Home Assistant."""
        return self._browser.call(
            "call_service",
            domain=domain,
            service=service,
            target={"entity_id": entities},
        )

    async def _switches(self) -> list[str]:
        """Return all switches."""
        states = await self._browser.states()
        return sorted(one for one in states if one.startswith("switch."))

    def _count(self, endpoint: str) -> int:
        """Return how often the cloud was asked for something."""
        return sum(one.endpoint == endpoint for one in self._cloud.requests)


async def kill(kills: int, seed: int) -> None:
    """Kill so many times, in some homes side by side."""
    began = monotonic()
    say(f"Killing Home Assistant {kills} times (seed {seed})")
    side_by_side = min(HOMES, kills)
    try:
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as homes:
            for number in range(side_by_side):
                simulator = await stack.enter_async_context(Simulator())
                chance = Random(f"{seed} {number}")  # noqa: S311 - to be repeated
                victim = Victim(number + 1, simulator, chance)
                homes.create_task(victim.run((kills + number) // side_by_side))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    say(f"Passed in {monotonic() - began:.0f} seconds")
