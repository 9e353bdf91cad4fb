"""A dashboard: the cards of entities, and what opens behind them."""

from playwright.async_api import Locator, Page

from .parts import Dialog


class Card:
    """The tile of one entity."""

    def __init__(self, page: Page, name: str) -> None:
        """Find it by its name."""
        self.page = page
        self.tile = page.locator("ha-tile-container").filter(
            has=page.get_by_text(name, exact=True)
        )
        self.state = self.tile.locator("[slot=secondary]")

    async def toggle(self) -> None:
        """Press its icon."""
        await self.tile.locator("ha-tile-icon").click()

    async def open(self) -> MoreInfo:
        """Press the rest of it."""
        await self.tile.get_by_role("button").first.click()
        return MoreInfo(self.page)


class MoreInfo(Dialog):
    """What is known of one entity."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        super().__init__(page, "ha-more-info-dialog")

    async def show_details(self) -> None:
        """Turn to the entity's attributes."""
        await self.content.get_by_role("button", name="Menu").click()
        await self.content.get_by_text("Details", exact=True).click()


class Area:
    """An area's view, as Home Assistant makes it by itself."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        self.page = page

    def card(self, name: str) -> Card:
        """Return the card of an entity."""
        return Card(self.page, name)

    @property
    def message(self) -> Locator:
        """Return what Home Assistant says at the lower edge when something fails."""
        return self.page.locator("notification-manager")
