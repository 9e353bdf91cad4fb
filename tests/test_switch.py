"""The switch: what it shows, and what it sends."""

import asyncio
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.switch.const import DOMAIN as SWITCH
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_OFF, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.conftest import Advance, until
from tests.simulator import Cloud, DemoHouse, Fault

GATE = "switch.main_gate"


def shown(hass: HomeAssistant, entity_id: str = GATE) -> str:
    """Return the state of a switch."""
    state = hass.states.get(entity_id)
    assert state
    return state.state


def syncs(cloud: Cloud) -> int:
    """Return how often the devices were asked for."""
    return sum(one.endpoint == "sync" for one in cloud.requests)


async def turn(hass: HomeAssistant, service: str, entity_id: str = GATE) -> None:
    """Call a service of a switch as a person would."""
    await hass.services.async_call(
        SWITCH, service, {ATTR_ENTITY_ID: entity_id}, blocking=True
    )


async def test_every_access_point_is_a_switch(
    hass: HomeAssistant, linked: MockConfigEntry
) -> None:
    """All controllers count, not only the first."""
    assert {
        state.entity_id: state.state for state in hass.states.async_all("switch")
    } == {
        "switch.main_gate": "off",
        "switch.pedestrian_door": "off",
        "switch.elevator": "off",
        "switch.garage_left": "off",
        "switch.garage_right": "off",
    }


async def test_it_shows_what_the_service_reports(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Whoever opened it."""
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert shown(hass) == "on"
    cloud.door("Main gate").close_by_hand()
    await advance(30)
    assert shown(hass) == "off"


@pytest.mark.parametrize("state", ["MOVING", "", None, 7])
async def test_an_unknown_state_is_unknown(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    state: Any,
) -> None:
    """Neither open nor closed is claimed."""

    def edit(body: Any) -> Any:
        body["devices"][0]["doors"][0]["state"] = state
        return body

    cloud.faults.add("sync", Fault(edit=edit))
    await advance(30)
    assert shown(hass) == "unknown"
    assert shown(hass, "switch.elevator") == "off"


@pytest.mark.parametrize("what", ["door", "controller", "registration"])
async def test_what_is_out_of_service_is_unavailable(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    what: str,
) -> None:
    """Until ParqEx switches it on again."""
    holder = cloud.door("Main gate") if what == "door" else house.entrance
    flag = "registered" if what == "registration" else "active"
    setattr(holder, flag, False)
    await advance(30)
    assert shown(hass) == "unavailable"
    assert shown(hass, "switch.garage_left") == "off"
    setattr(holder, flag, True)
    await advance(30)
    assert shown(hass) == "off"


async def test_opening_and_closing_sends_one_command_each(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """And the door moves."""
    gate = cloud.door("Main gate")
    await turn(hass, SERVICE_TURN_ON)
    await advance(4)
    assert gate.state == "OPEN"
    await advance(20)
    await turn(hass, SERVICE_TURN_OFF)
    await advance(4)
    assert gate.state == "CLOSED"
    assert [(one.door_id, one.state) for one in cloud.commands] == [
        (gate.id, "OPEN"),
        (gate.id, "CLOSED"),
    ]


async def test_it_shows_the_wish_until_the_service_confirms_it(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """The service is asked every 2 s for it, and every 30 s afterwards."""
    await turn(hass, SERVICE_TURN_ON)
    assert shown(hass) == "on"
    cloud.requests.clear()
    await advance(2)
    assert (shown(hass), cloud.door("Main gate").state) == ("on", "CLOSED")
    await advance(2)
    assert (shown(hass), cloud.door("Main gate").state) == ("on", "OPEN")
    assert syncs(cloud) == 2

    await advance(28)
    assert syncs(cloud) == 2
    await advance(2)
    assert syncs(cloud) == 3

    cloud.door("Main gate").close_by_hand()
    await advance(30)
    assert shown(hass) == "off"


async def test_after_a_minute_the_report_counts_again(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """A door that does not move is not shown as open for ever."""
    cloud.door("Main gate").stuck = True
    await turn(hass, SERVICE_TURN_ON)
    cloud.requests.clear()
    for _ in range(29):
        await advance(2)
        assert shown(hass) == "on"
    assert syncs(cloud) == 29
    await advance(2)
    assert shown(hass) == "off"
    cloud.requests.clear()
    await advance(2)
    await advance(28)
    assert syncs(cloud) == 1


async def test_what_was_asked_before_the_command_confirms_nothing(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An answer that is already under way shows the state of before."""
    cloud.requests.clear()
    cloud.faults.add("sync", Fault(after=True, delay=0.1), times=1)
    look = hass.async_create_task(linked.runtime_data.async_refresh())
    await until(lambda: cloud.requests)
    cloud.door("Main gate").open_by_hand()
    freezer.tick(1)
    await turn(hass, SERVICE_TURN_OFF)
    await look
    cloud.requests.clear()
    await advance(2)
    assert syncs(cloud) == 1
    assert (shown(hass), cloud.door("Main gate").state) == ("off", "OPEN")
    await advance(2)
    assert (shown(hass), cloud.door("Main gate").state) == ("off", "CLOSED")


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (400, "refused the command"),
        (401, "refused the command"),
        (404, "Check its power and network"),
        (428, "needs a door sensor"),
        (501, "does not support"),
    ],
)
async def test_a_refusal_says_what_to_do(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    refusal: int,
    words: str,
) -> None:
    """In plain words, without a second try, and the switch claims nothing."""
    house.entrance.refusal = refusal
    with pytest.raises(HomeAssistantError, match=words) as caught:
        await turn(hass, SERVICE_TURN_ON)
    assert "Main gate" in str(caught.value)
    assert shown(hass) == "off"
    assert sum(one.endpoint == "toggle" for one in cloud.requests) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(status=403), "may not operate Main gate"),
        (Fault(status=429), "asks to wait"),
        (Fault(status=500), "may or may not move"),
        (Fault(reset=True, after=True), "may or may not move"),
        (Fault(status=200, body="<html>"), "may or may not move"),
        (Fault(status=401), "no longer accepts the login"),
    ],
)
async def test_a_failure_says_what_is_known(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    fault: Fault,
    words: str,
) -> None:
    """Whether the door may move in spite of it."""
    cloud.faults.add("toggle", fault)
    with pytest.raises(HomeAssistantError, match=words):
        await turn(hass, SERVICE_TURN_ON)
    assert shown(hass) == "off"
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_lost_answer_is_looked_into_at_once(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """The door moved, though nobody confirmed the command."""
    gate = cloud.door("Main gate")
    gate.travel_seconds = 0
    cloud.faults.add("toggle", Fault(reset=True, after=True), times=1)
    with pytest.raises(HomeAssistantError):
        await turn(hass, SERVICE_TURN_ON)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass) == "on"
    assert len(cloud.commands) == 1


async def test_asking_again_for_the_same_does_nothing(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """For 20 s, in which the door may still move."""
    await turn(hass, SERVICE_TURN_ON)
    await advance(19)
    await turn(hass, SERVICE_TURN_ON)
    assert len(cloud.commands) == 1
    await advance(1)
    await turn(hass, SERVICE_TURN_ON)
    assert len(cloud.commands) == 2


async def test_asking_for_the_opposite_is_refused_while_it_moves(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """With the time to wait."""
    await turn(hass, SERVICE_TURN_ON)
    await advance(5)
    with pytest.raises(HomeAssistantError, match="Try again in 15 seconds"):
        await turn(hass, SERVICE_TURN_OFF)
    assert shown(hass) == "on"
    await turn(hass, SERVICE_TURN_ON, "switch.elevator")
    await advance(15)
    await turn(hass, SERVICE_TURN_OFF)
    assert len(cloud.commands) == 3


async def test_a_refused_command_may_be_repeated_at_once(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, house: DemoHouse
) -> None:
    """Only accepted ones make the access point move."""
    house.entrance.unplugged = True
    with pytest.raises(HomeAssistantError, match="unplug it"):
        await turn(hass, SERVICE_TURN_ON)
    house.entrance.unplugged = False
    await turn(hass, SERVICE_TURN_ON)
    assert len(cloud.commands) == 1


async def test_one_call_for_all_opens_each_once(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Controllers are not kept waiting for each other, their doors are."""
    await turn(hass, SERVICE_TURN_ON, "all")
    assert sorted(one.door_id for one in cloud.commands) == sorted(
        door.id for door in cloud.doors
    )
    await advance(4)
    assert {state.state for state in hass.states.async_all("switch")} == {"on"}


async def test_commands_to_one_controller_go_one_after_the_other(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The second leaves when the first is answered; another controller's does not wait."""

    def asked() -> list[str]:
        return [one.json["door_id"] for one in cloud.requests if one.json]

    gate, elevator = cloud.door("Main gate"), cloud.door("Elevator")
    cloud.faults.add("toggle", Fault(delay=1), times=1)
    first = hass.async_create_task(turn(hass, SERVICE_TURN_ON))
    await until(asked)
    second = hass.async_create_task(turn(hass, SERVICE_TURN_ON, "switch.elevator"))
    await turn(hass, SERVICE_TURN_ON, "switch.garage_left")
    assert asked() == [gate.id, cloud.door("Garage left").id]
    freezer.tick(2)
    await asyncio.gather(first, second)
    assert asked()[-1] == elevator.id
