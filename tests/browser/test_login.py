"""A login that ParqEx revokes, and the way to a new one."""

from playwright.async_api import expect

from tests.simulator import Cloud

from .account import LinkedAccount
from .chromium import Watch
from .pages import HomeAssistant
from .pictures import Pictures


async def test_a_lost_login_is_reported_and_linked_again(
    home_assistant: HomeAssistant,
    account_to_spoil: LinkedAccount,
    cloud: Cloud,
    watch: Watch,
    pictures: Pictures,
) -> None:
    """The notice leads to ParqEx and back, and the same devices work again."""
    # Home Assistant's page throws the answer of an action, besides showing it.
    watch.allowed.append("Uncaught: Object")
    page, flow = home_assistant.page, home_assistant.flow
    devices = await account_to_spoil.browser.devices()
    cloud.oauth.revoke(cloud.account("Olivia Ownerby"))
    await home_assistant.open_area("Driveway")
    gate = home_assistant.card("Main gate")
    await gate.toggle()
    message = home_assistant.message
    await expect(message).to_contain_text("ParqEx no longer accepts the login")

    await home_assistant.open_integration()
    attention = page.get_by_text("Attention required")
    await expect(attention).to_be_visible()
    await pictures.take(page, "login-lost")
    await page.get_by_role("button", name="Reconfigure").click()
    await expect(flow.content).to_contain_text("Sign in to ParqEx again")
    async with home_assistant.answering("Allow"):
        await flow.press("Submit")
    await expect(flow.content).to_contain_text("Re-authentication was successful")
    await flow.close()

    await expect(attention).to_have_count(0)
    assert await account_to_spoil.browser.devices() == devices
    await home_assistant.open_area("Driveway")
    await expect(gate.state).to_have_text("Closed")
