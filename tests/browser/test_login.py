"""A login that ParqEx takes back, and the way to a new one."""

from playwright.async_api import expect

from tests.simulator import Cloud

from .account import LinkedAccount
from .chromium import Watch
from .pages import HomeAssistant
from .pictures import Pictures


async def test_a_lost_login_is_told_and_linked_again(
    home_assistant: HomeAssistant,
    account_to_spoil: LinkedAccount,
    cloud: Cloud,
    watch: Watch,
    pictures: Pictures,
) -> None:
    """The notice leads to ParqEx and back, and the same devices work again."""
    # Home Assistant's page throws what an action answers, besides showing it.
    watch.allow("Uncaught: Object")
    devices = await account_to_spoil.devices()
    cloud.oauth.revoke(cloud.account("Olivia Ownerby"))
    area = await home_assistant.open_area("Driveway")
    gate = area.card("Main gate")
    await gate.toggle()
    await expect(area.message).to_contain_text("ParqEx no longer accepts the login")

    integration = await home_assistant.open_integration()
    await expect(integration.attention).to_be_visible()
    await pictures.take(home_assistant.page, "login-lost")
    flow = await integration.link_again()
    await expect(flow.content).to_contain_text("no longer accepts the login")
    consent = await flow.submit_and_go_to_parqex()
    await consent.allow()
    await expect(flow.content).to_contain_text("Re-authentication was successful")
    await flow.close()

    await expect(integration.attention).to_have_count(0)
    assert await account_to_spoil.devices() == devices
    await home_assistant.open_area("Driveway")
    await expect(gate.state).to_have_text("Off")
