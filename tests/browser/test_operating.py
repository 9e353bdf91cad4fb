"""Opening and closing from a card, with the doors of the cloud in another tab."""

from playwright.async_api import expect

from .account import LinkedAccount
from .chromium import Watch
from .pages import HomeAssistant, ParqEx

# Home Assistant looks every 30 seconds while nothing was asked for.
MILLISECONDS_TO_NOTICE = 45_000

OFFLINE = "ParqEx can't reach the controller of Elevator. Check its power and network"


async def test_a_gate_opens_from_its_card_and_the_card_follows_a_hand(
    home_assistant: HomeAssistant,
    account: LinkedAccount,
    parqex: ParqEx,
) -> None:
    """The card tells at once what was asked for; the gate moves; nothing else tells both."""
    area = await home_assistant.open_area("Driveway")
    gate, door = area.card("Main gate"), area.card("Main gate Door")
    await expect(gate.state).to_have_text("Off")
    await expect(parqex.door("Main gate")).to_have_attribute("data-state", "CLOSED")

    await gate.toggle()
    await expect(gate.state).to_have_text("On")
    await expect(parqex.door("Main gate")).to_have_attribute("data-moving-to", "OPEN")
    await expect(parqex.door("Main gate")).to_have_attribute("data-state", "OPEN")
    await expect(door.state).to_have_text("Open")

    await parqex.close_by_hand("Main gate")
    await expect(parqex.door("Main gate")).to_have_attribute("data-state", "CLOSED")
    await expect(gate.state).to_have_text("Off", timeout=MILLISECONDS_TO_NOTICE)
    await expect(door.state).to_have_text("Closed")


async def test_an_unplugged_controller_is_told_in_words(
    home_assistant: HomeAssistant, account: LinkedAccount, parqex: ParqEx, watch: Watch
) -> None:
    """A command that cannot arrive says why, and the card goes back to the truth."""
    # Home Assistant's page throws what an action answers, besides showing it.
    watch.allow("Uncaught: Object")
    await parqex.unplug("ParqEx Gate Controller")
    area = await home_assistant.open_area("Lobby")
    elevator = area.card("Elevator")

    await elevator.toggle()
    await expect(area.message).to_contain_text(OFFLINE)
    await expect(elevator.state).to_have_text("Off")
