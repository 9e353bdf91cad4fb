"""The trigger "Access point used": found in the automation editor, saved, and started."""

from contextlib import suppress

from playwright.async_api import expect

from scripts.demo_home.demo import Demo
from scripts.demo_home.wait import until

from .account import SECONDS_TO_LOG, LinkedAccount
from .pages import Dialog, HomeAssistant

AUTOMATION = "/api/config/automation/config/parqex"
NAME = "Access point used"


async def test_an_automation_starts_when_a_visitor_comes(
    home_assistant: HomeAssistant, account: LinkedAccount, demo: Demo
) -> None:
    """At the gate and not at the elevator, which is excluded where that is possible."""
    browser, page = account.browser, home_assistant.page
    devices = {one["name"]: one["id"] for one in await browser.devices()}
    target: dict[str, object] = {"device_id": [devices["Main gate"]]}
    if not demo.home.version.startswith("2026.10."):
        gate, elevator = devices["Main gate"], devices["Elevator"]
        exclude = {"device_id": [elevator]}
        target = {"device_id": [gate, elevator], "exclude": exclude}
    trigger = {
        "trigger": "parqex.accessed",
        "target": target,
        "options": {"event_type": ["opened"], "not_older_than": {"minutes": 2}},
    }
    says = {"message": "{{ trigger.name }} {{ trigger.user }}"}
    action = {"action": "persistent_notification.create", "data": says}
    automation = {"alias": "Came", "triggers": [trigger], "actions": [action]}
    await browser.ask("POST", AUTOMATION, json=automation)
    await account.let_in(elevator="Paul Parcel", main_gate="Vera Visitor")

    async def messages() -> list[str]:
        return [
            it["message"] for it in await browser.call("persistent_notification/get")
        ]

    async def there() -> bool:
        return bool(await messages())

    await until(there, SECONDS_TO_LOG, "The automation does not start")
    assert await messages() == ["Main gate Vera Visitor"]

    await home_assistant.open("/config/automation/edit/parqex")
    await page.get_by_role("button", name="Add trigger").click()
    add = Dialog(page, "add-automation-element-dialog")
    await add.content.get_by_placeholder("Search").fill(NAME)
    await expect(add.content.get_by_text(NAME).first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(add.window).to_have_count(0)
    # The page knows its options now. In its middle are its targets, to be pressed, too.
    heading = page.get_by_role("heading", name=NAME)

    async def options_are_shown() -> bool:
        """Press again if the dialog, while it faded, took the click."""
        await heading.click(position={"x": 5, "y": 5})
        shown = page.get_by_text("Event type", exact=True).first
        with suppress(AssertionError):
            await expect(shown).to_be_visible(timeout=5000)
        return await shown.is_visible()

    await until(options_are_shown, 30, "The options of the trigger do not show")
    for option in ("Event type", "Person", "Channel", "Not older than"):
        await expect(page.get_by_text(option, exact=True).first).to_be_visible()
    await browser.ask("DELETE", AUTOMATION)
