"""A command is sent once, whatever happens around it."""

import asyncio

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_OFF, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from tests.conftest import entry_for, set_up, until
from tests.simulator import Cloud, DemoHouse, Fault

GATE = "switch.main_gate"


@pytest.fixture
def clock() -> None:
    """Let the clock run: answers that come late are part of this."""


@pytest.fixture
async def guest(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, house: DemoHouse
) -> MockConfigEntry:
    """Return the entry of a second account, for whom the gate is the front gate."""
    guest = entry_for(cloud, house.guest)
    guest.add_to_hass(hass)
    await set_up(hass, guest)
    return guest


async def turn(hass: HomeAssistant, service: str, entity_id: str = GATE) -> None:
    """Call a service of a switch as a person would."""
    await hass.services.async_call(
        "switch", service, {ATTR_ENTITY_ID: entity_id}, blocking=True
    )


def sent(cloud: Cloud) -> list[str]:
    """Return the states that were asked for."""
    return [one.json["door_state"] for one in cloud.requests if one.json]


async def test_a_script_that_restarts_sends_it_once(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud
) -> None:
    """Its first run is cancelled while the answer is on its way."""
    sequence = [{"action": "switch.turn_on", "target": {"entity_id": GATE}}]
    script = {"gate": {"mode": "restart", "sequence": sequence}}
    assert await async_setup_component(hass, "script", {"script": script})
    cloud.faults.add("toggle", Fault(after=True, delay=0.2), times=1)
    for _ in range(2):
        await hass.services.async_call(
            "script", SERVICE_TURN_ON, {ATTR_ENTITY_ID: "script.gate"}
        )
        await until(lambda: cloud.commands)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert sent(cloud) == ["OPEN"]


@pytest.mark.parametrize("service", [SERVICE_TURN_ON, SERVICE_TURN_OFF])
async def test_a_press_that_waited_does_not_follow_a_lost_answer(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, service: str
) -> None:
    """Who is told to look at the door first must not see it move by itself."""
    cloud.faults.add("toggle", Fault(after=True, delay=0.2, reset=True), times=1)
    first = hass.async_create_task(turn(hass, SERVICE_TURN_ON))
    await until(lambda: cloud.commands)
    second = hass.async_create_task(turn(hass, service))
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert all(isinstance(one, HomeAssistantError) for one in results)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert sent(cloud) == ["OPEN"]


async def test_a_reload_forgets_no_command(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud
) -> None:
    """Changing an option reloads the account."""
    await turn(hass, SERVICE_TURN_ON)
    await hass.config_entries.async_reload(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await turn(hass, SERVICE_TURN_ON)
    with pytest.raises(HomeAssistantError, match="still moving"):
        await turn(hass, SERVICE_TURN_OFF)
    assert sent(cloud) == ["OPEN"]


async def test_two_accounts_share_what_was_sent(
    hass: HomeAssistant, guest: MockConfigEntry, cloud: Cloud
) -> None:
    """The door is one, whoever asks."""
    await turn(hass, SERVICE_TURN_ON)
    await turn(hass, SERVICE_TURN_ON, "switch.front_gate")
    with pytest.raises(HomeAssistantError, match="still moving"):
        await turn(hass, SERVICE_TURN_OFF, "switch.front_gate")
    assert sent(cloud) == ["OPEN"]


async def test_two_accounts_take_turns_at_a_controller(
    hass: HomeAssistant, guest: MockConfigEntry, cloud: Cloud
) -> None:
    """It takes one command at a time."""
    cloud.faults.add("toggle", Fault(after=True, delay=0.2), times=1)
    first = hass.async_create_task(turn(hass, SERVICE_TURN_ON, "switch.elevator"))
    await until(lambda: cloud.commands)
    second = hass.async_create_task(turn(hass, SERVICE_TURN_ON, "switch.front_gate"))
    garage = turn(hass, SERVICE_TURN_ON, "switch.garage_left")
    await garage
    assert len(cloud.commands) == 2
    await asyncio.gather(first, second)
    assert [one.door_id for one in cloud.commands] == [
        cloud.door("Elevator").id,
        cloud.door("Garage left").id,
        cloud.door("Main gate").id,
    ]


async def test_a_503_says_that_the_door_may_move(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud
) -> None:
    """It may come from behind what was carried out already; so it is looked at."""
    cloud.door("Main gate").travel_seconds = 0
    cloud.faults.add("toggle", Fault(status=503, after=True), times=1)
    with pytest.raises(HomeAssistantError, match="may or may not move"):
        await turn(hass, SERVICE_TURN_ON)
    await hass.async_block_till_done(wait_background_tasks=True)
    state = hass.states.get(GATE)
    assert state
    assert state.state == "on"


async def test_who_is_told_to_wait_sends_nothing_more(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud
) -> None:
    """Neither another command, nor a look while the account is set up again."""
    cloud.faults.add("toggle", Fault(status=429, headers={"Retry-After": "300"}))
    cloud.requests.clear()
    for _ in range(3):
        with pytest.raises(HomeAssistantError, match="asks to wait"):
            await turn(hass, SERVICE_TURN_ON)
    await hass.config_entries.async_reload(linked.entry_id)
    assert [one.endpoint for one in cloud.requests] == ["toggle"]
