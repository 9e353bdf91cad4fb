"""The logbook, which Home Assistant's page calls activity."""

from playwright.async_api import Locator, Page


class Activity:
    """What happened, newest first."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        self.page = page

    def entry(self, text: str) -> Locator:
        """Return the entries that say something."""
        return self.page.locator("ha-logbook .entry").filter(has_text=text)
