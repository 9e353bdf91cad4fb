"""A blueprint, imported by its address, and an automation made from it."""

from collections.abc import AsyncGenerator
import re

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, expect
import pytest

from scripts.demo_home.home import HOST, ROOT
from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import Dialog, HomeAssistant, ParqEx
from .pictures import Pictures

DOOR = "Garage left"
BLUEPRINT = "ParqEx: close at night"

# What the Home Assistant app sends from a new phone.
PHONE = {
    "app_id": "io.homeassistant.companion",
    "app_name": "Home Assistant",
    "app_version": "1",
    "device_name": "Phone of Olivia",
    "device_id": "phone",
    "manufacturer": "",
    "model": "",
    "os_name": "",
    "os_version": "",
    "supports_encryption": False,
}


@pytest.fixture
async def blueprint_address() -> AsyncGenerator[str]:
    """Return where Home Assistant can fetch the blueprint, as from GitHub."""
    site = web.Application()
    site.router.add_static("/", ROOT / "blueprints")
    async with TestServer(site, host=HOST) as server:
        yield str(server.make_url("/automation/parqex/close_at_night.yaml"))


async def pick(page: Page, picker: str, name: str) -> None:
    """Choose from a picker: open it, search, and take the first that is found."""
    await page.get_by_text(picker).click()
    await page.get_by_placeholder("Search").last.fill(name)
    await page.locator("ha-combo-box-item").filter(has_text=name).first.click()


async def test_an_automation_from_an_imported_blueprint_closes_a_garage(
    home_assistant: HomeAssistant,
    account: LinkedAccount,
    cloud: Cloud,
    parqex: ParqEx,
    blueprint_address: str,
    pictures: Pictures,
) -> None:
    """Imported, filled in, saved and run, "close at night" closes what is open."""
    page = home_assistant.page
    registrations = "/api/mobile_app/registrations"
    await account.browser.ask("POST", registrations, json=PHONE)
    cloud.door(DOOR).open_by_hand()
    await account.refresh()
    await home_assistant.open("/config/blueprint/dashboard")
    await page.get_by_role("button", name="Import blueprint").click()
    dialog = Dialog(page, "ha-dialog-import-blueprint")
    await dialog.fill("Blueprint address", blueprint_address)
    await dialog.press("Preview")
    await expect(dialog.content).to_contain_text(BLUEPRINT)
    await dialog.press("Import blueprint")
    await expect(dialog.window).to_have_count(0)

    await page.get_by_role("row", name=BLUEPRINT).click()
    await pick(page, "Select an entity", DOOR)
    await pick(page, "Select a device", "Phone of Olivia")
    await pictures.take(page, "blueprint")
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.wait_for_url(re.compile(r"/automation/edit/\d+"))

    await page.get_by_role("button", name="Menu").last.click()
    await page.get_by_role("menuitem", name="Run actions").click()
    await expect(parqex.door(DOOR)).to_have_attribute("data-state", "CLOSED")
