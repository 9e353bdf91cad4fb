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


class Dashboard:
    """A page of cards."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        self.page = page
        # What Home Assistant says at the lower edge when something fails.
        self.message = page.locator("notification-manager")
        self.broken_cards = page.locator("hui-error-card")

    def heading(self, text: str) -> Locator:
        """Return the heading of a section."""
        return self.page.locator("hui-heading-card").get_by_text(text, exact=True)

    def card(self, name: str) -> Card:
        """Return the card of an entity."""
        return Card(self.page, name)

    def sentence(self, text: str) -> Locator:
        """Return what a card with the logbook says."""
        return self.page.locator("hui-logbook-card").get_by_text(text)
