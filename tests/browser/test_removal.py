"""Removing the integration."""

from typing import Any

from playwright.async_api import expect

from scripts.demo_home.browser import DOMAIN
from scripts.demo_home.demo import Demo

from .account import LinkedAccount
from .pages import WEBHOOK, HomeAssistant


async def test_a_removed_account_leaves_nothing_behind(
    home_assistant: HomeAssistant, account: LinkedAccount, demo: Demo
) -> None:
    """No card, device, entity, webhook or file of ours is left, and no notice."""
    await account.have_public_address()
    integration = await home_assistant.open_integration()
    options = await integration.configure()
    await options.choose(WEBHOOK, on=True)
    await options.press("Submit")
    await expect(options.content).to_contain_text("/api/webhook/")
    await options.press("Submit")
    await options.close()
    before = await left_behind(demo, account)
    assert [kind for kind, found in before.items() if not found] == []

    await integration.delete()
    await expect(integration.account).to_have_count(0)
    integrations = await home_assistant.open_integrations()
    await expect(integrations.card).to_have_count(0)
    after = await left_behind(demo, account)
    assert {kind: found for kind, found in after.items() if found} == {}
    assert await notices(demo) == []


async def left_behind(demo: Demo, account: LinkedAccount) -> dict[str, list[Any]]:
    """Return everything of the integration in Home Assistant, by kind."""
    webhooks = await demo.browser.call("webhook/list")
    storage = demo.home.folder / ".storage"
    return {
        "entries": await account.entries(),
        "devices": await account.devices(),
        "entities": await account.entities(),
        "webhooks": [one for one in webhooks if one["domain"] == DOMAIN],
        "files": [one.name for one in storage.glob(f"{DOMAIN}*")],
    }


async def notices(demo: Demo) -> list[Any]:
    """Return the repairs and the dialogs that wait for the user."""
    repairs = await demo.browser.call("repairs/list_issues")
    flows = await demo.browser.call("config_entries/flow/progress")
    return [one for one in repairs["issues"] if one["domain"] == DOMAIN] + [
        one for one in flows if one["handler"] == DOMAIN
    ]
