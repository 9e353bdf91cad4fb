"""The developer tools."""

from playwright.async_api import Page


class Actions:
    """Where any action can be called, and what it answers is shown."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        self.page = page
        self._editors = page.locator(".cm-content")
        self.answer = self._editors.nth(1)

    async def perform(self, action: str, target: str) -> None:
        """Call an action on an entity, written as YAML."""
        yaml = f"action: {action}\ntarget:\n  entity_id: {target}\n"
        await self.page.get_by_text("YAML mode").click()
        await self._editors.first.fill(yaml)
        await self.page.get_by_role("button", name="Perform action").click()
