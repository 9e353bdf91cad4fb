"""The demo: a cloud, a Home Assistant, and a browser between them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
import os

from aiohttp import ClientError

from tests.simulator import Cloud, Simulator, build_demo_house

from .browser import USER, Browser
from .dashboard import show_everything
from .home import Home, free_port, see_port_free
from .installation import Installation
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
        """The ParqEx cloud."""
        return self.simulator.cloud

    async def link(self) -> str:
        """Link the ParqEx account as a person would; return what it is called."""
        application = self.cloud.application
        return await self.browser.link(application.client_id, application.client_secret)

    async def settle_in(self) -> None:
        """Show everything on a dashboard, and have ParqEx announce what moves."""
        await show_everything(self.browser)
        path = await self.browser.turn_webhook_on()
        self.cloud.add_webhook(f"{self.home.base_url}{path}")


def say(text: str) -> None:
    """Say something now, even into a pipe."""
    print(text, flush=True)


@contextmanager
def _naming(port: int, option: str) -> Iterator[None]:
    """Say which port cannot be had, and what to do about it."""
    try:
        yield
    except OSError as err:
        reason = os.strerror(err.errno or 0).lower()
        raise DemoError(
            f"Port {port} cannot be used ({reason}); choose another with {option}."
        ) from None


@asynccontextmanager
async def _cloud(port: int) -> AsyncIterator[Simulator]:
    """Run a ParqEx cloud with the demo house."""
    say("Starting the simulated ParqEx cloud")
    simulator = Simulator()
    build_demo_house(simulator.cloud)
    with _naming(port, "--simulator-port"):
        await simulator.start(port)
    announcing = asyncio.create_task(simulator.announcer.keep_announcing())
    try:
        yield simulator
    finally:
        announcing.cancel()
        await simulator.stop()


@asynccontextmanager
async def _home(
    installation: Installation, port: int, cloud_url: str
) -> AsyncIterator[Home]:
    """Run Home Assistant, and show the end of its log when something fails."""
    with _naming(port, "--port"):
        see_port_free(port)
    version = installation.version
    say(f"Starting Home Assistant {version} (the first time takes longer)")
    home = Home(port, cloud_url, installation=installation)
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
    port: int = 0, simulator_port: int = 0, installation: Installation | None = None
) -> AsyncIterator[Demo]:
    """Run it all, with the user made and logged in; 0 takes any free port."""
    async with (
        _cloud(simulator_port) as simulator,
        _home(
            installation or Installation(), port or free_port(), simulator.base_url
        ) as home,
        Browser(home.base_url) as browser,
    ):
        await _settle_in(home, browser)
        yield Demo(simulator, home, browser)


async def _settle_in(home: Home, browser: Browser) -> None:
    """Wait for Home Assistant, make the user and log in."""
    await see_up(home, browser.answers)
    say(f"Creating the user {USER} and logging in")
    await browser.create_user()
    await browser.log_in()
    say("Waiting until Home Assistant has started")
    await see_started(browser)


async def see_up(home: Home, page_is_there: Callable[[], Awaitable[bool]]) -> None:
    """Wait for Home Assistant to show a page."""

    async def answers() -> bool:
        if not home.runs:
            raise DemoError("Home Assistant ended while it was starting.")
        return await page_is_there()

    await until(answers, SECONDS_TO_START, "Home Assistant does not answer")


async def see_started(browser: Browser) -> None:
    """Wait for Home Assistant to finish starting."""

    async def started() -> bool:
        config = await browser.call("get_config")
        if config["recovery_mode"]:
            raise DemoError("Home Assistant came up in recovery mode.")
        return bool(config["state"] == "RUNNING")

    await until(started, SECONDS_TO_START, "Home Assistant does not finish starting")
