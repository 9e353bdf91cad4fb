"""Removing the integration."""

from playwright.async_api import expect

from scripts.demo_home.browser import DOMAIN
from scripts.demo_home.demo import Demo

from .account import LinkedAccount
from .pages import HomeAssistant


async def test_a_removed_account_leaves_nothing_behind(
    home_assistant: HomeAssistant, account: LinkedAccount, demo: Demo
) -> None:
    """No card, device, entity, repair, flow or file of ours is left."""
    integration = await home_assistant.open_integration()
    await integration.delete()
    await expect(integration.account).to_have_count(0)
    integrations = await home_assistant.open_integrations()
    await expect(integrations.card).to_have_count(0)

    assert await account.entries() == []
    assert await account.devices() == []
    assert await account.entities() == []
    issues = await demo.browser.call("repairs/list_issues")
    assert [one for one in issues["issues"] if one["domain"] == DOMAIN] == []
    flows = await demo.browser.call("config_entries/flow/progress")
    assert [one for one in flows if one["handler"] == DOMAIN] == []
    storage = demo.home.folder / ".storage"
    assert [one.name for one in storage.glob(f"{DOMAIN}*")] == []
