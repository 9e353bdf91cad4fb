"""Pages of Home Assistant and of ParqEx, as far as several tests use them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import re

from playwright.async_api import Locator, Page, expect

from scripts.demo_home.browser import PASSWORD, USER
from tests.simulator import Cloud

NAME = "ParqEx"

# Options, as they read.
RECORD_NAMES = "Record who used access points"
WEBHOOK = "Let ParqEx announce what moves"


class Dialog:
    """A dialog, found by its element; its content is in other elements."""

    def __init__(self, page: Page, element: str) -> None:
        """Initialize with the page and the name of the element."""
        self.page = page
        self.content = page.locator(element)
        self.window = self.content.get_by_role("dialog")

    async def fill(self, name: str, text: str) -> None:
        """Fill in a field."""
        await self.content.get_by_role("textbox", name=name).fill(text)

    async def press(self, name: str) -> None:
        """Press a button."""
        await self.content.get_by_role("button", name=name, exact=True).last.click()

    async def choose(self, option: str, *, on: bool) -> None:
        """Turn an option on or off."""
        box = self.content.get_by_role("checkbox", name=option)
        await box.set_checked(on, force=True)

    async def close(self) -> None:
        """Close it."""
        await self.press("Close")
        await expect(self.window).to_have_count(0)


class Card:
    """The tile of one entity."""

    def __init__(self, page: Page, name: str) -> None:
        """Initialize with the name of the entity."""
        self.tile = page.locator("ha-tile-container").filter(
            has=page.get_by_text(name, exact=True)
        )
        self.state = self.tile.locator("[slot=secondary]")

    async def toggle(self) -> None:
        """Press its icon."""
        await self.tile.locator("ha-tile-icon").click()


class HomeAssistant:
    """A tab with Home Assistant's pages."""

    def __init__(self, page: Page) -> None:
        """Initialize with the tab."""
        self.page = page
        self.flow = Dialog(page, "dialog-data-entry-flow")
        # The message at the lower edge when something fails.
        self.message = page.locator("notification-manager")
        # On the page of the integration, with one linked account.
        self.account = page.locator("ha-config-entry-row")

    async def log_in(self) -> None:
        """Log in, and stay so."""
        await self.page.goto("/")
        await self.page.get_by_label("Username").fill(USER)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.wait_for_url(re.compile("/home"))

    async def open(self, path: str) -> None:
        """Open a page, and wait until it is there."""
        await self.page.goto(path)
        await expect(self.page.locator("#ha-launch-screen")).to_have_count(0)

    async def open_area(self, area: str) -> None:
        """Open an area on the dashboard that every user has from the start."""
        await self.open(f"/home/areas-{area.lower()}")

    async def open_integration(self) -> None:
        """Open Settings > Devices & services > ParqEx."""
        await self.open("/config/integrations/integration/parqex")

    def card(self, name: str) -> Card:
        """Return the card of an entity."""
        return Card(self.page, name)

    async def add_integration(self) -> None:
        """Add the integration, on the page of all integrations."""
        await self.page.get_by_role("button", name="Add integration").click()
        await self.page.get_by_placeholder("Search for a brand name").fill(NAME)
        await self.page.get_by_text(NAME, exact=True).last.click()

    async def configure(self) -> Dialog:
        """Open the options, on the page of the integration."""
        await self.open_integration()
        await self.account.get_by_role("button", name="Configure").click()
        return self.flow

    @asynccontextmanager
    async def answering(self, answer: str) -> AsyncIterator[None]:
        """Answer ParqEx's question (Allow, Deny) in the tab that the body opens."""
        async with self.page.expect_popup() as popup:
            yield
        tab = await popup.value
        # The tab closes itself once it is back in Home Assistant.
        async with tab.expect_event("close"):
            await tab.get_by_role("button", name=answer).click()


class ParqEx:
    """The page of the simulated cloud."""

    def __init__(self, page: Page, cloud: Cloud) -> None:
        """Initialize with the tab."""
        self.page = page
        self._cloud = cloud

    def door(self, name: str) -> Locator:
        """Return a door; its attribute data-state is the reported state."""
        return self.page.locator(f'[data-door="{self._cloud.door(name).id}"]')
