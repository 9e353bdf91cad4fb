"""A blueprint, imported by its address, and an automation made from it."""

from collections.abc import AsyncGenerator

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import expect
import pytest

from scripts.demo_home.browser import Browser
from scripts.demo_home.demo import Demo
from scripts.demo_home.home import HOST, ROOT
from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import HomeAssistant, ParqEx
from .pictures import Pictures

DOOR = "Garage left"
PHONE = "Phone of Olivia"
BLUEPRINT = "ParqEx: close at night"


@pytest.fixture
async def blueprint_address() -> AsyncGenerator[str]:
    """Return where Home Assistant can fetch the blueprint, as from GitHub."""
    site = web.Application()
    site.router.add_static("/", ROOT / "blueprints")
    async with TestServer(site, host=HOST) as server:
        yield str(server.make_url("/automation/parqex/close_at_night.yaml"))


async def test_an_automation_from_an_imported_blueprint_closes_a_garage(
    home_assistant: HomeAssistant,
    account: LinkedAccount,
    demo: Demo,
    cloud: Cloud,
    parqex: ParqEx,
    blueprint_address: str,
    pictures: Pictures,
) -> None:
    """Imported, filled in, saved and run, "close at night" closes what is open."""
    await add_phone(demo.browser)
    cloud.door(DOOR).open_by_hand()
    await account.look()
    blueprints = await home_assistant.open_blueprints()
    found = await blueprints.preview(blueprint_address)
    await expect(found.content).to_contain_text(BLUEPRINT)
    await found.confirm()

    automation = await blueprints.use(BLUEPRINT)
    await automation.choose_entity(DOOR)
    await automation.choose_device(PHONE)
    await pictures.take(home_assistant.page, "blueprint")
    await automation.save()

    await automation.run()
    await expect(parqex.door(DOOR)).to_have_attribute("data-state", "CLOSED")


async def add_phone(browser: Browser) -> None:
    """Do what the Home Assistant app does on a phone that is new to Home Assistant."""
    phone = {
        "app_id": "io.homeassistant.companion",
        "app_name": "Home Assistant",
        "app_version": "1",
        "device_name": PHONE,
        "device_id": "phone",
        "manufacturer": "",
        "model": "",
        "os_name": "",
        "os_version": "",
        "supports_encryption": False,
    }
    await browser.ask("POST", "/api/mobile_app/registrations", json=phone)
