"""Opening and closing from a card, with the doors of the cloud in another tab."""

from playwright.async_api import expect

from .account import LinkedAccount
from .pages import HomeAssistant, ParqEx

# Home Assistant refreshes every 30 seconds while no command is under way.
MILLISECONDS_TO_REFRESH = 45_000


async def test_a_gate_opens_from_its_card_and_the_card_follows_a_hand(
    home_assistant: HomeAssistant, account: LinkedAccount, parqex: ParqEx
) -> None:
    """The card shows the request at once, then the door, then a movement by hand."""
    await home_assistant.open_area("Driveway")
    gate, door = home_assistant.card("Main gate"), home_assistant.card("Main gate Door")
    real = parqex.door("Main gate")
    await expect(gate.state).to_have_text("Closed")
    await expect(real).to_have_attribute("data-state", "CLOSED")

    await gate.toggle()
    await expect(gate.state).to_have_text("Open")
    await expect(real).to_have_attribute("data-moving-to", "OPEN")
    await expect(real).to_have_attribute("data-state", "OPEN")
    await expect(door.state).to_have_text("Open")

    await parqex.move_by_hand("Close", "Main gate")
    await expect(real).to_have_attribute("data-state", "CLOSED")
    await expect(gate.state).to_have_text("Closed", timeout=MILLISECONDS_TO_REFRESH)
    await expect(door.state).to_have_text("Closed")
