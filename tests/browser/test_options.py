"""The options: an address for ParqEx to call, and names that are not recorded."""

from playwright.async_api import expect

from scripts.demo_home.demo import Demo
from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import HomeAssistant
from .pictures import Pictures

NAMES = "Record who used access points"
WEBHOOK = "Let ParqEx announce what moves"
EXTERNAL_URL = "https://home.example.com"


async def test_the_webhook_shows_the_address_to_hand_to_parqex(
    home_assistant: HomeAssistant,
    account_to_spoil: LinkedAccount,
    demo: Demo,
    pictures: Pictures,
) -> None:
    """Without a public address the form says so; with one, it shows what to send."""
    await demo.browser.call("config/core/update", external_url=None)
    integration = await home_assistant.open_integration()
    options = await integration.configure()
    await options.choose(WEBHOOK, on=True)
    await options.press("Submit")
    await expect(options.content).to_contain_text("no address right now")

    await demo.browser.call("config/core/update", external_url=EXTERNAL_URL)
    await options.press("Submit")
    await expect(options.content).to_contain_text(f"{EXTERNAL_URL}/api/webhook/")
    await expect(options.content).to_contain_text("support@parqex.com")
    await options.press("Submit")
    await options.close()
    [entry] = await account_to_spoil.entries()
    assert entry["state"] == "loaded"


async def test_names_are_not_recorded_once_they_are_turned_off(
    home_assistant: HomeAssistant,
    account_to_spoil: LinkedAccount,
    cloud: Cloud,
    pictures: Pictures,
) -> None:
    """A visit is told without the name, and no sensor has one."""
    integration = await home_assistant.open_integration()
    options = await integration.configure()
    await pictures.take(home_assistant.page, "options")
    await options.choose(NAMES, on=False)
    await options.press("Submit")
    await options.close()

    await account_to_spoil.let_in("Nora Nameless", "Garage right")
    activity = await home_assistant.open_activity()
    await expect(activity.entry("Garage right was opened (ParqEx Web)")).to_be_visible()
    await expect(activity.entry("Nora")).to_have_count(0)
