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

ACTION = """\
action: parqex.get_access_history
target:
  entity_id: switch.main_gate
"""


@pytest.fixture
async def a_visit(account: LinkedAccount) -> None:
    """Let a visitor in, and Home Assistant notice."""
    await account.let_in(main_gate=VISITOR, elevator=PARCELS, garage_left=FRIEND)


async def test_the_logbook_says_who_opened_a_gate(
    home_assistant: HomeAssistant, a_visit: None, pictures: Pictures
) -> None:
    """Sentences with names, in Home Assistant's own logbook."""
    activity = await home_assistant.open_activity(
        "switch.main_gate", "switch.elevator", "switch.garage_left"
    )
    for sentence in (
        f"{GATE} was opened by {VISITOR} (ParqEx Web)",
        f"Elevator was opened by {PARCELS} (ParqEx Web)",
        f"Garage left was opened by {FRIEND} (ParqEx Web)",
    ):
        await expect(activity.entry(sentence)).to_be_visible()
    await pictures.take_by_day_and_night(home_assistant.page, "logbook")


async def test_the_card_of_the_event_says_who_opened_a_gate(
    home_assistant: HomeAssistant, a_visit: None, pictures: Pictures
) -> None:
    """Its dialog has the person and the channel."""
    area = await home_assistant.open_area("Driveway")
    dialog = await area.card("Access").open()
    await dialog.show_details()
    await expect(dialog.content).to_contain_text(VISITOR)
    await expect(dialog.content).to_contain_text("ParqEx Web")
    await pictures.take(dialog.window, "access")


async def test_the_action_answers_who_opened_a_gate(
    home_assistant: HomeAssistant, a_visit: None, pictures: Pictures
) -> None:
    """The developer tools show the log that the action returns."""
    actions = await home_assistant.open_actions()
    await actions.perform(ACTION)
    await expect(actions.answer).to_contain_text("switch.main_gate:")
    await expect(actions.answer).to_contain_text("event_type: opened")
    await expect(actions.answer).to_contain_text(f"user: {VISITOR}")
    await pictures.take(home_assistant.page, "action")
