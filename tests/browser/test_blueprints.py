"""An automation from a blueprint, made on Home Assistant's form.

Home Assistant itself fetches what is imported by link, from the internet. Here the
blueprints lie in its folder from the start, as a user without internet puts them there.
"""

from playwright.async_api import expect

from scripts.demo_home.browser import Browser
from scripts.demo_home.demo import Demo
from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import HomeAssistant, ParqEx
from .pictures import Pictures

DOOR = "Garage left"
PHONE = "Phone of Olivia"


async def test_an_automation_from_a_blueprint_closes_a_garage(
    home_assistant: HomeAssistant,
    account: LinkedAccount,
    demo: Demo,
    cloud: Cloud,
    parqex: ParqEx,
    pictures: Pictures,
) -> None:
    """Filled in, saved and run, "close at night" closes what is open."""
    await add_phone(demo.browser)
    cloud.door(DOOR).open_by_hand()
    await account.look()
    blueprints = await home_assistant.open_blueprints()
    automation = await blueprints.use("ParqEx: close at night")
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
