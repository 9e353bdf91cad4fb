"""A Home Assistant that ends and comes back, with its logins and without new commands."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
import json
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import ClientError

from tests.simulator import Account, Fault, Simulator, build_demo_house
from tests.simulator.endpoints import bearer
from tests.simulator.oauth import Grant

from .browser import DOMAIN, Browser
from .check import see_clean_log
from .demo import come_back, move_in, say
from .home import Home, use_port
from .wait import DemoError, until

SECONDS_TO_SETTLE = 60
LONGEST_ANSWER = 0.8

# The minimum for the integration, for a person to link it, and to read what it did.
CONFIGURATION = """\
homeassistant:
  name: ParqEx
  country: US
  external_url: https://demo.example.com
api:
application_credentials:
book:
config:
logger:
  default: {}
  logs:
    homeassistant.setup: warning
    custom_components.parqex: {}
"""
BOOK = Path(__file__).with_name("book")

# More at a time would take each other's processor.
_STARTS = asyncio.Semaphore(2)


class Mortal(ABC):
    """A Home Assistant with two linked accounts that ends again and again.

    `_levels`: what its log holds, of all and of ParqEx; `_bad`: what are errors there.
    """

    _levels = "info", "debug"
    _bad = "ERROR|CRITICAL"

    def __init__(self, name: str, random: Random) -> None:
        """Initialize with its name, random numbers, and what it has beside ParqEx."""
        self._name, self._random = name, random
        self._simulator = Simulator()
        self._cloud = self._simulator.cloud
        self._cloud.port = use_port(0)
        house = build_demo_house(self._cloud, travel_seconds=1)
        self._accounts = house.owner, house.guest
        self._home = Home(
            *(use_port(0), self._simulator.base_url),
            CONFIGURATION.format(*self._levels),
            components=[BOOK],
        )
        self._browser = Browser(self._home.base_url)
        self._replaced: list[Grant] = []

    async def run(self) -> None:
        """Move in, and live."""
        try:
            async with self._simulator:
                async with _STARTS:
                    await self._home.start()
                    await move_in(self._home, self._browser)
                application = self._cloud.application
                await self._browser.add_credentials(
                    application.client_id, application.client_secret
                )
                await self._live()
        except (DemoError, ClientError, TimeoutError) as err:
            say(self._home.log_tail())
            raise DemoError(f"{self._name}: {err or type(err).__name__}") from err
        finally:
            await self._browser.close()
            await self._home.stop()
        see_clean_log(self._home.log, self._cloud.issued_secrets(), self._bad)
        self._home.remove()

    @abstractmethod
    async def _live(self) -> None:
        """Live, with ends."""

    def _answer_late(self) -> float:
        """Let answers come late from now on; return the seconds."""
        answer = self._random.choice((0, self._random.uniform(0, LONGEST_ANSWER)))
        for endpoint in ("token", "toggle"):
            # The request is carried out at once; only its answer is late.
            self._cloud.faults.add(endpoint, Fault(after=True, delay=answer))
        return answer

    async def _end(
        self, working: asyncio.Task[object], *, cleanly: bool = False
    ) -> dict[Account, bool]:
        """End it while something is under way; return whose login may be lost."""
        await (self._home.stop() if cleanly else self._home.kill())
        working.cancel()
        with suppress(asyncio.CancelledError, ClientError, DemoError, TimeoutError):
            await working
        await self._browser.close()
        # Requests that were on their way have arrived by now.
        await asyncio.sleep(0.1)
        self._cloud.faults.clear()
        linked = self._linked()
        return {
            account: self._may_ask(account, linked[account.id])
            for account in self._accounts
            if account.id in linked
        }

    async def _come_back(self, may_ask: dict[Account, bool]) -> None:
        """Start it again, check every login, and log in where that is needed."""
        toggles = self._count("toggle")
        self._browser = Browser(self._home.base_url)
        async with _STARTS:
            await come_back(self._home, self._browser)
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
            await until(
                partial(self._forget_replaced, account),
                SECONDS_TO_SETTLE,
                f"{account.name} is not refreshed with the newest tokens",
            )
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

    def _forget_replaced(self, account: Account) -> bool:
        """Ignore all grants but the one in use, once a refresh has shown which."""
        found = (
            grant
            for request in reversed(self._cloud.requests)
            if request.endpoint == "sync" and request.account_id == account.id
            if (
                grant := self._cloud.oauth.grant(
                    bearer(request.headers.get("Authorization", ""))
                )
            )
        )
        if (in_use := next(found, None)) is None:
            return False
        grants = self._cloud.oauth.grants(account)
        self._replaced += [one for one in grants if one is not in_use]
        return True

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

    def _count(self, endpoint: str) -> int:
        return sum(one.endpoint == endpoint for one in self._cloud.requests)


async def run_all(mortals: Iterable[Mortal]) -> None:
    """Run them side by side; the first failure ends all."""
    try:
        async with asyncio.TaskGroup() as homes:
            for mortal in mortals:
                homes.create_task(mortal.run())
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
