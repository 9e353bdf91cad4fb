"""Voice assistants: what is exposed to Assist, and typing to it."""

import re

from playwright.async_api import Locator, Page

from .parts import Dialog


class Exposed:
    """What assistants may see and operate."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        self.page = page
        self.rows = page.get_by_role("table").get_by_role("row")

    def row(self, name: str) -> Locator:
        """Return an exposed entity."""
        return self.rows.filter(has_text=name)

    async def expose(self, name: str) -> None:
        """Expose an entity to Assist."""
        await self.page.get_by_role("button", name="Expose entities").click()
        dialog = Dialog(self.page, "dialog-expose-entity")
        await dialog.content.get_by_role("textbox").fill(name)
        # Its other entities are found too, by the name of their device.
        entity = dialog.content.locator("ha-check-list-item").filter(
            has_text=re.compile(rf"^\s*{name}")
        )
        await entity.click()
        await dialog.press("Expose 1 entity")
        await dialog.be_gone()


class Assist(Dialog):
    """The dialog in which one types to Assist."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        super().__init__(page, "ha-voice-command-dialog")

    async def say(self, text: str) -> None:
        """Type something and send it."""
        box = self.content.get_by_role("textbox")
        await box.fill(text)
        await box.press("Enter")
