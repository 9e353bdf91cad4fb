"""The options: an address for ParqEx to call, and names that are not recorded."""

from playwright.async_api import expect

from tests.simulator import Cloud

from .account import PUBLIC_ADDRESS, LinkedAccount
from .pages import RECORD_NAMES, WEBHOOK, HomeAssistant
from .pictures import Pictures


async def test_the_webhook_shows_the_address_to_hand_to_parqex(
    home_assistant: HomeAssistant,
    account_to_spoil: LinkedAccount,
    pictures: Pictures,
) -> None:
    """Without a public address the form says so; with one, it shows what to send."""
    await account_to_spoil.have_no_public_address()
    integration = await home_assistant.open_integration()
    options = await integration.configure()
    await options.choose(WEBHOOK, on=True)
    await options.press("Submit")
    await expect(options.content).to_contain_text("no address right now")

    await account_to_spoil.have_public_address()
    await options.press("Submit")
    await expect(options.content).to_contain_text(f"{PUBLIC_ADDRESS}/api/webhook/")
    await expect(options.content).to_contain_text("support@parqex.com")
    await pictures.take(options.window, "webhook")
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
    await expect(options.content).to_contain_text("names remembered so far are dropped")
    await pictures.take(options.window, "options")
    await options.choose(RECORD_NAMES, on=False)
    await options.press("Submit")
    await options.close()

    await account_to_spoil.let_in(garage_right="Nora Nameless")
    activity = await home_assistant.open_activity()
    await expect(activity.entry("Garage right was opened (ParqEx Web)")).to_be_visible()
    await expect(activity.entry("Nora")).to_have_count(0)
