"""The options: an address for ParqEx to call, and names that are not recorded."""

import re

from playwright.async_api import expect

from .account import LinkedAccount
from .pages import RECORD_NAMES, WEBHOOK, HomeAssistant
from .pictures import Pictures

PUBLIC_ADDRESS = "https://home.example.com"


async def test_the_webhook_shows_the_address_for_parqex(
    home_assistant: HomeAssistant, account_to_spoil: LinkedAccount, pictures: Pictures
) -> None:
    """Without a public address the form says so; with one, it shows what to send."""
    await account_to_spoil.set_public_address(None)
    options = await home_assistant.configure()
    await options.choose(WEBHOOK, on=True)
    await options.press("Submit")
    await expect(options.content).to_contain_text("no address right now")

    await account_to_spoil.set_public_address(PUBLIC_ADDRESS)
    await options.press("Submit")
    await expect(options.content).to_contain_text(f"{PUBLIC_ADDRESS}/api/webhook/")
    email = options.content.get_by_role("link", name="Write this e-mail")
    href = re.compile(r"^mailto:support@parqex\.com\?subject=.+&body=.+/api/webhook/")
    await expect(email).to_have_attribute("href", href)
    await pictures.take(options.window, "webhook")
    await options.press("Submit")
    await options.close()
    [entry] = await account_to_spoil.browser.entries()
    assert entry["state"] == "loaded"


async def test_names_are_not_recorded_once_they_are_turned_off(
    home_assistant: HomeAssistant, account_to_spoil: LinkedAccount, pictures: Pictures
) -> None:
    """The logbook has a visit without the name."""
    options = await home_assistant.configure()
    await expect(options.content).to_contain_text("names remembered so far are dropped")
    await pictures.take(options.window, "options")
    await options.choose(RECORD_NAMES, on=False)
    await options.press("Submit")
    await options.close()

    await account_to_spoil.let_in(garage_right="Nora Nameless")
    await home_assistant.open("/logbook")
    entries = home_assistant.page.locator("ha-logbook .entry")
    sentence = "Garage right was opened (ParqEx Web)"
    await expect(entries.filter(has_text=sentence)).to_be_visible()
    await expect(entries.filter(has_text="Nora")).to_have_count(0)
