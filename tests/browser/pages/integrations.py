"""Settings > Devices & services: adding, configuring, linking again, removing."""

from pathlib import Path

from playwright.async_api import Page, expect

from .parqex import ConsentPage
from .parts import Dialog

NAME = "ParqEx"

# Options, as they read.
RECORD_NAMES = "Record who used access points"
WEBHOOK = "Let ParqEx announce what moves"


class Flow(Dialog):
    """The dialog that leads through linking and through the options."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        super().__init__(page, "dialog-data-entry-flow")

    async def devices(self) -> list[str]:
        """Return the names of the devices that were found."""
        await expect(self.content).to_contain_text("is linked")
        fields = self.content.locator(".device > ha-input").get_by_role("textbox")
        return [await field.input_value() for field in await fields.all()]

    async def give_new_area(self, device: int, area: str) -> None:
        """Put a device into an area that is made for it."""
        await self.content.locator("ha-area-picker").nth(device).click()
        await self.page.get_by_placeholder("Search").last.fill(area)
        await self.page.get_by_text(f"Add new area '{area}'").click()
        await self.page.get_by_role("button", name="Create", exact=True).click()

    async def choose(self, option: str, *, on: bool) -> None:
        """Turn an option on or off."""
        await self.content.get_by_role("checkbox", name=option).set_checked(
            on, force=True
        )

    async def submit_and_go_to_parqex(self) -> ConsentPage:
        """Submit, and follow to the page that ParqEx opens."""
        async with self.page.expect_popup() as tab:
            await self.press("Submit")
        return ConsentPage(await tab.value)


class Integrations:
    """All integrations."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        self.page = page
        self.flow = Flow(page)
        self.credentials = Dialog(page, "dialog-add-application-credential")
        self.card = page.locator("ha-integration-card").filter(has_text=NAME)

    async def add(self) -> None:
        """Add the integration."""
        await self.page.get_by_role("button", name="Add integration").click()
        await self.page.get_by_placeholder("Search for a brand name").fill(NAME)
        await self.page.get_by_text(NAME, exact=True).last.click()

    async def add_and_go_to_parqex(self) -> ConsentPage:
        """Add the integration, with the credentials known from before."""
        async with self.page.expect_popup() as tab:
            await self.add()
        return ConsentPage(await tab.value)

    async def fill_in_credentials(self, client_id: str, client_secret: str) -> None:
        """Fill in what Home Assistant asks before anything else."""
        await self.credentials.field("Name").fill(NAME)
        await self.credentials.field("OAuth client ID").fill(client_id)
        await self.credentials.field("OAuth client secret").fill(client_secret)

    async def add_credentials_and_go_to_parqex(self) -> ConsentPage:
        """Hand over what was filled in; return the page that ParqEx opens."""
        async with self.page.expect_popup() as tab:
            await self.credentials.press("Add")
        return ConsentPage(await tab.value)

    async def finish(self) -> Integration:
        """Leave the dialog after linking; it leads to the integration's page."""
        await self.flow.press("Finish")
        await self.page.wait_for_url("**/config/integrations/integration/parqex*")
        return Integration(self.page)


class Integration:
    """The page of the integration, with one linked account."""

    def __init__(self, page: Page) -> None:
        """Take the page."""
        self.page = page
        self.flow = Flow(page)
        self.account = page.locator("ha-config-entry-row")
        self.devices = self.account.get_by_role("listitem")
        self.attention = page.get_by_text("Attention required")

    async def configure(self) -> Flow:
        """Open the options."""
        await self.account.get_by_role("button", name="Configure").click()
        return self.flow

    async def link_again(self) -> Flow:
        """Follow the notice that the login was lost."""
        await self.page.get_by_role("button", name="Reconfigure").click()
        return self.flow

    async def download_diagnostics(self) -> Path:
        """Download the diagnostics; return the file."""
        async with self.page.expect_download() as download:
            await self._choose("Download diagnostics")
        return await (await download.value).path()

    async def delete(self) -> None:
        """Remove the account, and say yes to the question whether to."""
        await self._choose("Delete")
        await self.page.get_by_role("button", name="Delete", exact=True).last.click()

    async def _choose(self, item: str) -> None:
        """Choose from the account's menu."""
        await self.account.get_by_role("button", name="Menu").first.click()
        await self.account.get_by_role("menuitem", name=item).click()
