"""Who opened it: in the logbook, behind the event's card and from the action."""

from playwright.async_api import expect
import pytest

from .account import LinkedAccount
from .pages import HomeAssistant
from .pictures import Pictures

VISITOR = "Vera Visitor"
PARCELS = "Paul Parcel"
FRIEND = "Fiona Friend"
GATE = "Main gate"


@pytest.fixture
async def a_visit(account: LinkedAccount) -> LinkedAccount:
    """Let a visitor in, and Home Assistant notice."""
    await account.let_in(main_gate=VISITOR, elevator=PARCELS, garage_left=FRIEND)
    return account


async def test_the_logbook_says_who_opened_a_gate(
    home_assistant: HomeAssistant, a_visit: LinkedAccount, pictures: Pictures
) -> None:
    """Sentences with names, in Home Assistant's own logbook."""
    activity = await home_assistant.open_activity(
        *[await a_visit.switch(one) for one in (GATE, "Elevator", "Garage left")]
    )
    for sentence in (
        f"{GATE} was opened by {VISITOR} (ParqEx Web)",
        f"Elevator was opened by {PARCELS} (ParqEx Web)",
        f"Garage left was opened by {FRIEND} (ParqEx Web)",
    ):
        await expect(activity.entry(sentence).first).to_be_visible()
    await pictures.take_by_day_and_night(home_assistant.page, "logbook")


async def test_the_card_of_the_event_says_who_opened_a_gate(
    home_assistant: HomeAssistant, a_visit: LinkedAccount, pictures: Pictures
) -> None:
    """Its dialog has the person and the channel."""
    area = await home_assistant.open_area("Driveway")
    dialog = await area.card("Access").open()
    await dialog.show_details()
    await expect(dialog.content).to_contain_text(VISITOR)
    await expect(dialog.content).to_contain_text("ParqEx Web")
    await pictures.take(dialog.window, "access")


async def test_the_action_answers_who_opened_a_gate(
    home_assistant: HomeAssistant, a_visit: LinkedAccount, pictures: Pictures
) -> None:
    """The developer tools show the log that the action returns."""
    gate = await a_visit.switch(GATE)
    actions = await home_assistant.open_actions()
    await actions.perform("parqex.get_access_history", gate)
    await expect(actions.answer).to_contain_text(f"{gate}:")
    await expect(actions.answer).to_contain_text("event_type: opened")
    await expect(actions.answer).to_contain_text(f"user: {VISITOR}")
    await pictures.take(home_assistant.page, "action")
