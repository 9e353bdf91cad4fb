"""Voice: exposing a door to Assist, and typing to it."""

import re

from playwright.async_api import expect

from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import Dialog, HomeAssistant, ParqEx
from .pictures import Pictures

DOOR = "Pedestrian door"


async def say(home_assistant: HomeAssistant, text: str, answer: str) -> Dialog:
    """Type something to Assist, and wait for the answer."""
    await home_assistant.open("/home/overview")
    page = home_assistant.page
    await page.get_by_role("button", name="Assist (A)").click()
    assist = Dialog(page, "ha-voice-command-dialog")
    box = assist.content.get_by_role("textbox")
    await box.fill(text)
    await box.press("Enter")
    await expect(assist.content).to_contain_text(answer)
    return assist


async def test_a_door_opens_through_assist_once_it_is_exposed(
    home_assistant: HomeAssistant,
    account: LinkedAccount,
    cloud: Cloud,
    parqex: ParqEx,
    pictures: Pictures,
) -> None:
    """Assist does not know it until the user exposes it; then it opens."""
    page, text = home_assistant.page, f"turn on the {DOOR}"
    await say(home_assistant, text, f"{DOOR} is not exposed")
    assert cloud.door(DOOR).id not in {one.door_id for one in cloud.commands}

    await home_assistant.open("/config/voice-assistants/expose")
    row = page.get_by_role("table").get_by_role("row").filter(has_text=DOOR)
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="Expose entities").click()
    dialog = Dialog(page, "dialog-expose-entity")
    await dialog.content.get_by_role("textbox").fill(DOOR)
    # Its other entities are found too, by the name of their device.
    entities = dialog.content.locator("ha-check-list-item")
    await entities.filter(has_text=re.compile(rf"^\s*{DOOR}")).click()
    await dialog.press("Expose 1 entity")
    await expect(dialog.window).to_have_count(0)
    await expect(row).to_be_visible()

    assist = await say(home_assistant, text, "Turned on the switch")
    await pictures.take(assist.window, "assist")
    await expect(parqex.door(DOOR)).to_have_attribute("data-state", "OPEN")
