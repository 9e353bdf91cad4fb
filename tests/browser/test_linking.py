"""Linking a ParqEx account, as a new user does it."""

from playwright.async_api import expect

from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import HomeAssistant
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
    integrations = await home_assistant.open_integrations()
    await integrations.add()
    application = cloud.application
    await integrations.fill_in_credentials(
        application.client_id, application.client_secret
    )
    await pictures.take(integrations.credentials.window, "credentials")
    consent = await integrations.add_credentials_and_go_to_parqex()

    await consent.deny()
    flow = integrations.flow
    await expect(flow.content).to_contain_text(
        "Account linking rejected: access_denied"
    )
    await flow.close()
    assert await no_account.entries() == []

    consent = await integrations.add_and_go_to_parqex()
    await consent.allow()
    assert await flow.devices() == DEVICES
    await flow.give_new_area(DEVICES.index("Main gate"), "Driveway")
    await pictures.take(flow.window, "linked")
    integration = await integrations.finish()
    await expect(integration.account).to_contain_text("Olivia Ownerby")
    await expect(integration.devices).to_have_count(len(DEVICES))
    await pictures.take_by_day_and_night(home_assistant.page, "devices")
    assert (await no_account.areas())["Main gate"] == "Driveway"
