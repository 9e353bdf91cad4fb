"""Removing the integration."""

from typing import Any

from playwright.async_api import expect

from scripts.demo_home.browser import DOMAIN
from scripts.demo_home.demo import Demo

from .account import LinkedAccount
from .pages import NAME, HomeAssistant
from .test_options import PUBLIC_ADDRESS


async def test_a_removed_account_leaves_nothing_behind(
    home_assistant: HomeAssistant, account: LinkedAccount, demo: Demo
) -> None:
    """No card, device, entity, webhook, file or notice of ours is left."""
    page, options = home_assistant.page, home_assistant.flow
    await account.set_public_address(PUBLIC_ADDRESS)
    await home_assistant.turn_webhook_on()
    await expect(options.content).to_contain_text("/api/webhook/")
    await options.press("Submit")
    await options.close()
    before = await left_behind(demo)
    assert [kind for kind, found in before.items() if not found] == ["notices"]

    await home_assistant.choose_from_menu("Delete")
    await page.get_by_role("button", name="Delete", exact=True).last.click()
    await expect(home_assistant.account).to_have_count(0)
    await home_assistant.open_integrations()
    cards = page.locator("ha-integration-card").filter(has_text=NAME)
    await expect(cards).to_have_count(0)
    after = await left_behind(demo)
    assert {kind: found for kind, found in after.items() if found} == {}


async def left_behind(demo: Demo) -> dict[str, list[Any]]:
    """Return everything of the integration in Home Assistant, by kind."""
    webhooks = await demo.browser.call("webhook/list")
    repairs = await demo.browser.call("repairs/list_issues")
    flows = await demo.browser.call("config_entries/flow/progress")
    storage = demo.home.folder / ".storage"
    return {
        "entries": await demo.browser.entries(),
        "devices": await demo.browser.devices(),
        "entities": await demo.browser.entities(),
        "webhooks": [one for one in webhooks if one["domain"] == DOMAIN],
        "files": [one.name for one in storage.glob(f"{DOMAIN}*")],
        "notices": [one for one in repairs["issues"] if one["domain"] == DOMAIN]
        + [one for one in flows if one["handler"] == DOMAIN],
    }
