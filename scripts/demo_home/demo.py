"""The demo: a cloud, a Home Assistant, and a browser between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import sys

from aiohttp import ClientError

from tests.simulator import Cloud, Simulator, build_demo_house

from .browser import USER, Browser
from .dashboard import OPTIONS, show_everything
from .home import Home, use_port
from .wait import DemoError, until

# The first start after an installation compiles a lot.
SECONDS_TO_START = 180


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs, and the browser that is logged in."""

    simulator: Simulator
    home: Home
    browser: Browser

    @property
    def cloud(self) -> Cloud:
        """Return the ParqEx cloud."""
        return self.simulator.cloud

    async def link(self) -> str:
        """Link the ParqEx account as a person would; return its title."""
        application = self.cloud.application
        await self.browser.add_credentials(
            application.client_id, application.client_secret
        )
        return await self.browser.link_account()

    async def link_and_show(self) -> None:
        """Link the account, turn the webhook on, and show everything on a dashboard."""
        say("Linking the ParqEx account")
        say(f"  linked: {await self.link()}")
        path = await self.browser.set_options(**OPTIONS, webhook=True)
        self.cloud.add_webhook(f"{self.home.base_url}{path}")
        await show_everything(self.browser)


def say(text: str) -> None:
    """Print something now, even into a pipe."""
    print(text, flush=True)


@asynccontextmanager
async def _cloud(port: int) -> AsyncIterator[Simulator]:
    """Run a ParqEx cloud with the demo house."""
    say("Starting the simulated ParqEx cloud")
    simulator = Simulator()
    build_demo_house(simulator.cloud)
    await simulator.start(use_port(port, "--simulator-port"))
    announcing = asyncio.create_task(simulator.announcer.keep_announcing())
    try:
        yield simulator
    finally:
        announcing.cancel()
        await simulator.stop()


@asynccontextmanager
async def _home(port: int, cloud_url: str, python: Path) -> AsyncIterator[Home]:
    """Run Home Assistant, and show the end of its log when something fails."""
    home = Home(use_port(port, "--port"), cloud_url, python=python)
    say(f"Starting Home Assistant {home.version} (the first time takes longer)")
    try:
        await home.start()
        yield home
    except (DemoError, ClientError, TimeoutError) as err:
        say(home.log_tail())
        if isinstance(err, DemoError):
            raise
        reason = type(err).__name__
        raise DemoError(f"Home Assistant does not answer ({reason}).") from err
    finally:
        if home.runs:
            say("Stopping Home Assistant")
        await home.stop()


@asynccontextmanager
async def running(
    port: int = 0, simulator_port: int = 0, python: Path = Path(sys.executable)
) -> AsyncIterator[Demo]:
    """Run it all, with the user made and logged in; 0 takes any free port."""
    async with (
        _cloud(simulator_port) as simulator,
        _home(port, simulator.base_url, python) as home,
        Browser(home.base_url) as browser,
    ):
        say(f"Creating the user {USER}, and waiting until Home Assistant has started")
        await move_in(home, browser)
        yield Demo(simulator, home, browser)


async def move_in(home: Home, browser: Browser) -> None:
    """Create the user once Home Assistant answers, and log in."""
    await see_up(home, browser, "/api/onboarding")
    await browser.create_user()
    await browser.log_in()
    await see_started(browser)


async def come_back(home: Home, browser: Browser) -> None:
    """Start Home Assistant again, and log in."""
    await home.start_again()
    await see_up(home, browser, "/auth/providers")
    await browser.log_in()
    await see_started(browser)


async def see_up(home: Home, browser: Browser, path: str) -> None:
    """Wait until Home Assistant answers at a path."""

    async def answers() -> bool:
        if not home.runs:
            raise DemoError("Home Assistant ended while it was starting.")
        return await browser.shows(path)

    await until(answers, SECONDS_TO_START, "Home Assistant does not answer")


async def see_started(browser: Browser) -> None:
    """Wait until Home Assistant has started."""

    async def started() -> bool:
        config = await browser.call("get_config")
        if config["recovery_mode"]:
            raise DemoError("Home Assistant came up in recovery mode.")
        return bool(config["state"] == "RUNNING")

    await until(started, SECONDS_TO_START, "Home Assistant does not finish starting")
