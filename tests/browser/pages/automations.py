"""Blueprints, and the automations made from them."""

import re

from playwright.async_api import Page

from .parts import Dialog, pick


class Blueprints:
    """The blueprints that Home Assistant knows."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        self.page = page

    async def preview(self, address: str) -> BlueprintImport:
        """Give the address of a blueprint, and have it shown before it is imported."""
        await self.page.get_by_role("button", name="Import blueprint").click()
        dialog = BlueprintImport(self.page)
        await dialog.field("Blueprint address").fill(address)
        await dialog.press("Preview")
        return dialog

    async def use(self, name: str) -> AutomationEditor:
        """Begin an automation from a blueprint."""
        await self.page.get_by_role("row", name=name).click()
        return AutomationEditor(self.page)


class BlueprintImport(Dialog):
    """The dialog that shows a blueprint before it is imported."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        super().__init__(page, "ha-dialog-import-blueprint")

    async def confirm(self) -> None:
        """Import it."""
        await self.press("Import blueprint")
        await self.be_gone()


class AutomationEditor:
    """The form that a blueprint asks to be filled in."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        self.page = page

    async def choose_entity(self, name: str) -> None:
        """Choose an entity where the form asks for one."""
        await pick(self.page, self.page.get_by_text("Select an entity"), name)

    async def choose_device(self, name: str) -> None:
        """Choose a device where the form asks for one."""
        await pick(self.page, self.page.get_by_text("Select a device"), name)

    async def save(self) -> None:
        """Save it."""
        await self.page.get_by_role("button", name="Save", exact=True).click()
        await self.page.wait_for_url(re.compile(r"/automation/edit/\d+"))

    async def run(self) -> None:
        """Run its actions now."""
        await self.page.get_by_role("button", name="Menu").last.click()
        await self.page.get_by_role("menuitem", name="Run actions").click()
