"""Voice: exposing a door to Assist, and typing to it."""

from playwright.async_api import expect

from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import HomeAssistant, ParqEx
from .pictures import Pictures

DOOR = "Pedestrian door"


async def test_a_door_opens_through_assist_once_it_is_exposed(
    home_assistant: HomeAssistant,
    account: LinkedAccount,
    cloud: Cloud,
    parqex: ParqEx,
    pictures: Pictures,
) -> None:
    """Assist does not know it until the user exposes it; then it opens."""
    exposed = await home_assistant.open_exposed()
    await expect(exposed.row(DOOR)).to_have_count(0)
    assist = await home_assistant.open_assist()
    await assist.say(f"turn on the {DOOR}")
    await expect(assist.content).to_contain_text(f"{DOOR} is not exposed")
    assert cloud.door(DOOR).id not in {one.door_id for one in cloud.commands}

    exposed = await home_assistant.open_exposed()
    await exposed.expose(DOOR)
    await expect(exposed.row(DOOR)).to_be_visible()
    assist = await home_assistant.open_assist()
    await assist.say(f"turn on the {DOOR}")
    await expect(assist.content).to_contain_text("Turned on the switch")
    await pictures.take(assist.window, "assist")
    await expect(parqex.door(DOOR)).to_have_attribute("data-state", "OPEN")
