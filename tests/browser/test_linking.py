"""Linking a ParqEx account, as a new user does it."""

from playwright.async_api import expect

from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import NAME, Dialog, HomeAssistant
from .pictures import Pictures

DEVICES = [
    "ParqEx controller (Main gate, Pedestrian door, Elevator)",
    "Main gate",
    "Pedestrian door",
    "Elevator",
    "ParqEx controller (Garage left, Garage right)",
    "Garage left",
    "Garage right",
]


async def test_a_new_user_links_an_account_after_denying_it_first(
    home_assistant: HomeAssistant,
    no_account: LinkedAccount,
    cloud: Cloud,
    pictures: Pictures,
) -> None:
    """Credentials, Deny, once more, Allow; then every device is there to get an area."""
    page, flow = home_assistant.page, home_assistant.flow
    await home_assistant.open("/config/integrations/dashboard")
    await home_assistant.add_integration()
    credentials = Dialog(page, "dialog-add-application-credential")
    await credentials.fill("Name", NAME)
    await credentials.fill("OAuth client ID", cloud.application.client_id)
    await credentials.fill("OAuth client secret", cloud.application.client_secret)
    await pictures.take(credentials.window, "credentials")
    async with home_assistant.answering("Deny"):
        await credentials.press("Add")
    await expect(flow.content).to_contain_text("linking rejected: access_denied")
    await flow.close()
    assert await no_account.browser.entries() == []

    async with home_assistant.answering("Allow"):
        await home_assistant.add_integration()
    await expect(flow.content).to_contain_text("is linked")
    fields = flow.content.locator(".device > ha-input").get_by_role("textbox")
    await expect(fields).to_have_count(len(DEVICES))
    assert [await field.input_value() for field in await fields.all()] == DEVICES
    gate = flow.content.locator("ha-area-picker").nth(DEVICES.index("Main gate"))
    await gate.click()
    await page.get_by_placeholder("Search").last.fill("Driveway")
    await page.get_by_text("Add new area 'Driveway'").click()
    await page.get_by_role("button", name="Create", exact=True).click()
    await pictures.take(flow.window, "linked")
    await flow.press("Finish")
    await page.wait_for_url("**/config/integrations/integration/parqex*")
    await expect(home_assistant.account).to_contain_text("Olivia Ownerby")
    devices = home_assistant.account.get_by_role("listitem")
    await expect(devices).to_have_count(len(DEVICES))
    await pictures.take_by_day_and_night(page, "devices")
    [in_area] = [one for one in await no_account.browser.devices() if one["area_id"]]
    assert in_area["name"] == "Main gate"
