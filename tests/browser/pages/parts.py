"""Parts that many of Home Assistant's pages have."""

from playwright.async_api import Locator, Page, expect


class Dialog:
    """A dialog, by the element that is it; what it shows lies in other elements."""

    def __init__(self, page: Page, element: str) -> None:
        """Take the page, and the name of the element."""
        self.page = page
        self.content = page.locator(element)
        self.window = self.content.get_by_role("dialog")

    def field(self, name: str) -> Locator:
        """Return a field to type into."""
        return self.content.get_by_role("textbox", name=name)

    async def press(self, name: str) -> None:
        """Press a button."""
        await self.content.get_by_role("button", name=name, exact=True).last.click()

    async def close(self) -> None:
        """Close it."""
        await self.press("Close")
        await self.be_gone()

    async def be_gone(self) -> None:
        """Wait until it is closed."""
        await expect(self.window).to_have_count(0)


async def pick(page: Page, picker: Locator, name: str) -> None:
    """Choose from a picker: open it, search, and take the first that is found."""
    await picker.click()
    await page.get_by_placeholder("Search").last.fill(name)
    await page.locator("ha-combo-box-item").filter(has_text=name).first.click()
