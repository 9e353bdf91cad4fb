"""Fixtures: a Home Assistant of any version, a ParqEx cloud, and Chromium."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
import re
import shutil
import sys

from playwright.async_api import BrowserContext, Page
import pytest

from scripts.demo_home.check import see_no_secret
from scripts.demo_home.demo import Demo, running
from scripts.demo_home.home import ROOT
from tests.simulator import Cloud

from .account import LinkedAccount
from .chromium import Watch, chromium, watching
from .pages import HomeAssistant, ParqEx
from .pictures import MAX_BYTES, Pictures

LATEST = ROOT / ".dev" / "venv-latest" / "bin" / "python"
LEFT_BY_FAILURES = ROOT / ".dev" / "browser"

# Long enough to see it move, and no longer.
SECONDS_TO_MOVE = 2

leave_evidence = pytest.StashKey[Callable[[], None]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of scripts/test --browser."""
    group = parser.getgroup("browser")
    group.addoption("--latest", action="store_true", help="the newest Home Assistant")
    group.addoption("--pictures", action="store_true", help="make the pictures of docs")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave screenshots and the log of a failed test before anything is cleared away."""
    report = yield
    if report.failed and leave_evidence in item.stash:
        item.stash[leave_evidence]()
        where = f"{left_by(item).relative_to(ROOT)}/"
        report.sections.append(("Screenshots and the log of Home Assistant", where))
    return report


def left_by(item: pytest.Item | pytest.Session) -> Path:
    """Return the folder of a failed test."""
    version = "latest" if item.config.getoption("--latest") else "pinned"
    return LEFT_BY_FAILURES / version / re.sub(r"\W+", "_", item.name)


@pytest.fixture(scope="session")
async def demo(request: pytest.FixtureRequest) -> AsyncGenerator[Demo]:
    """Return a Home Assistant with a user and nothing else, and a ParqEx cloud."""
    shutil.rmtree(left_by(request.session).parent, ignore_errors=True)
    latest = request.config.getoption("--latest")
    async with running(python=LATEST if latest else Path(sys.executable)) as demo:
        for door in demo.cloud.doors:
            door.travel_seconds = SECONDS_TO_MOVE
            door.auto_close(0)
        yield demo
    see_no_secret(demo.home.log, demo.cloud.issued_secrets())
    if not request.session.testsfailed:
        demo.home.remove()


@pytest.fixture
def cloud(demo: Demo) -> Cloud:
    """Return the ParqEx cloud, with all doors closed."""
    for door in demo.cloud.doors:
        door.close_by_hand()
    return demo.cloud


@pytest.fixture(scope="session")
async def context(demo: Demo) -> AsyncGenerator[BrowserContext]:
    """Return Chromium, with the user logged in to Home Assistant."""
    async with chromium(demo.home.base_url) as context:
        page = await context.new_page()
        await HomeAssistant(page).log_in()
        await page.close()
        yield context


@pytest.fixture
async def page(
    request: pytest.FixtureRequest, demo: Demo, context: BrowserContext, watch: Watch
) -> AsyncGenerator[Page]:
    """Return a new tab of the browser."""
    page = await context.new_page()
    folder = left_by(request.node)

    async def leave() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(context.pages):
            await one.screenshot(path=folder / f"tab-{number}.png")
        shutil.copy(demo.home.log, folder / "home-assistant.log")

    loop = asyncio.get_running_loop()

    def leave_now() -> None:
        # No test runs now, and so the loop does not either; it is closed after the last.
        if not loop.is_closed():
            loop.run_until_complete(leave())

    request.node.stash[leave_evidence] = leave_now
    yield page
    for one in context.pages:
        await one.close()


@pytest.fixture
def watch(context: BrowserContext) -> Generator[Watch]:
    """Fail if a page has an error, or sends a request to another machine."""
    with watching(context) as watch:
        yield watch
    assert watch.seen == []


@pytest.fixture
def home_assistant(page: Page) -> HomeAssistant:
    """Return the tab with Home Assistant's pages."""
    return HomeAssistant(page)


@pytest.fixture
async def parqex(context: BrowserContext, demo: Demo, page: Page) -> ParqEx:
    """Return another tab, with the page of the ParqEx cloud."""
    tab = await context.new_page()
    await tab.goto(demo.simulator.base_url)
    return ParqEx(tab, demo.cloud)


@pytest.fixture
async def account(demo: Demo, cloud: Cloud) -> LinkedAccount:
    """Return the linked account; without one, it is linked without a browser."""
    account = LinkedAccount(demo)
    await account.be_linked()
    return account


@pytest.fixture
async def no_account(demo: Demo, cloud: Cloud) -> AsyncGenerator[LinkedAccount]:
    """Return an account that is not linked; what a test links is gone afterwards."""
    account = LinkedAccount(demo)
    await account.be_gone()
    yield account
    await account.be_gone()


@pytest.fixture
async def account_to_spoil(account: LinkedAccount) -> AsyncGenerator[LinkedAccount]:
    """Return a linked account that is removed after the test."""
    yield account
    await account.be_gone()


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest) -> Generator[Pictures]:
    """Return the pictures of docs, which are taken only with --pictures."""
    pictures = Pictures(bool(request.config.getoption("--pictures")))
    yield pictures
    assert pictures.size <= MAX_BYTES
