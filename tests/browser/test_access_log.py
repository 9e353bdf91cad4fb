"""Who used an access point: in the logbook, at the event's card and from the action."""

from playwright.async_api import expect
import pytest

from .account import LinkedAccount
from .pages import Dialog, HomeAssistant
from .pictures import Pictures

VISITORS = {
    "Main gate": "Vera Visitor",
    "Elevator": "Paul Parcel",
    "Garage left": "Fiona Friend",
}
VISITOR = VISITORS["Main gate"]


@pytest.fixture
async def account(account: LinkedAccount) -> LinkedAccount:
    """Enable the events of all access points."""
    await account.browser.enable(*await account.browser.log_entities())
    return account


@pytest.fixture
async def visit(account: LinkedAccount) -> LinkedAccount:
    """Let visitors in, and wait for Home Assistant."""
    names = {name.lower().replace(" ", "_"): one for name, one in VISITORS.items()}
    await account.let_in(**names)
    return account


async def test_the_logbook_says_who_opened_a_gate(
    home_assistant: HomeAssistant, visit: LinkedAccount, pictures: Pictures
) -> None:
    """Home Assistant's own logbook has sentences with names."""
    switches = [await visit.switch(name) for name in VISITORS]
    await home_assistant.open(f"/logbook?entity_id={','.join(switches)}")
    entries = home_assistant.page.locator("ha-logbook .entry")
    for name, visitor in VISITORS.items():
        sentence = f"{name} was opened by {visitor} (ParqEx Web)"
        await expect(entries.filter(has_text=sentence).first).to_be_visible()
    await pictures.take_by_day_and_night(home_assistant.page, "logbook")


async def test_the_card_of_the_event_says_who_opened_a_gate(
    home_assistant: HomeAssistant, visit: LinkedAccount, pictures: Pictures
) -> None:
    """Its dialog has the person and the channel."""
    await home_assistant.open_area("Driveway")
    await home_assistant.card("Access").tile.get_by_role("button").first.click()
    dialog = Dialog(home_assistant.page, "ha-more-info-dialog")
    await dialog.content.get_by_role("button", name="Menu").click()
    await dialog.content.get_by_text("Details", exact=True).click()
    await expect(dialog.content).to_contain_text(VISITOR)
    await expect(dialog.content).to_contain_text("ParqEx Web")
    await pictures.take(dialog.window, "access")


async def test_the_action_answers_who_opened_a_gate(
    home_assistant: HomeAssistant, visit: LinkedAccount, pictures: Pictures
) -> None:
    """The developer tools show the log that the action returns."""
    gate = await visit.switch("Main gate")
    page = home_assistant.page
    await home_assistant.open("/config/developer-tools/action")
    await page.get_by_text("YAML mode").click()
    action, answer = (
        page.locator(".cm-content").first,
        page.locator(".cm-content").nth(1),
    )
    await action.fill(
        f"action: parqex.get_access_history\ntarget:\n  entity_id: {gate}\n"
    )
    await page.get_by_role("button", name="Perform action").click()
    for text in (f"{gate}:", "event_type: opened", f"user: {VISITOR}"):
        await expect(answer).to_contain_text(text)
    await pictures.take(page, "action")
