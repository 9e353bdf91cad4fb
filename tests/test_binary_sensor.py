"""What the service reports, and never what was merely asked for."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.conftest import Advance, set_up
from tests.simulator import Cloud, DemoHouse, Fault

DOOR = "binary_sensor.main_gate_door"
LEFT_OPEN = "binary_sensor.main_gate_left_open"


def shown(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity."""
    state = hass.states.get(entity_id)
    assert state
    return state.state


async def test_the_door_shows_no_wishes(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """The switch shows what was asked for, the door what is."""
    await hass.services.async_call(
        "switch", SERVICE_TURN_ON, {ATTR_ENTITY_ID: "switch.main_gate"}, blocking=True
    )
    assert (shown(hass, "switch.main_gate"), shown(hass, DOOR)) == ("on", "off")
    await advance(2)
    assert shown(hass, DOOR) == "off"
    await advance(2)
    assert shown(hass, DOOR) == "on"


async def test_home_assistants_own_door_triggers_work(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """A door that is open for a while starts an automation."""
    heard = async_capture_events(hass, "it_is_open")
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "triggers": {
                    "trigger": "door.opened",
                    "target": {"entity_id": DOOR},
                    "options": {"for": {"minutes": 5}},
                },
                "actions": {"event": "it_is_open"},
            }
        },
    )
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    await advance(299)
    assert not heard
    await advance(2)
    assert len(heard) == 1


async def test_left_open_comes_to_the_second(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """And not at the next look; closing ends it."""
    house.entrance.time_before_door_open_alert = 100
    gate = cloud.door("Main gate")
    cloud.door("Elevator").open_by_hand()
    await advance(30)
    gate.open_by_hand()
    await advance(30)
    assert shown(hass, LEFT_OPEN) == "off"
    await advance(69)
    assert shown(hass, LEFT_OPEN) == "off"
    cloud.requests.clear()
    cloud.faults.add("sync", Fault(hang="headers"))
    await advance(1)
    assert shown(hass, LEFT_OPEN) == "on"
    cloud.faults.clear()
    gate.close_by_hand()
    await linked.runtime_data.async_refresh()
    assert shown(hass, LEFT_OPEN) == "off"


async def test_left_open_survives_a_restart(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """It counts from when the door opened, which the service remembers."""
    house.entrance.time_before_door_open_alert = 600
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    await hass.config_entries.async_unload(linked.entry_id)
    await advance(500)
    await set_up(hass, linked)
    assert shown(hass, LEFT_OPEN) == "off"
    await advance(71)
    assert shown(hass, LEFT_OPEN) == "on"
    await hass.config_entries.async_reload(linked.entry_id)
    assert shown(hass, LEFT_OPEN) == "on"


async def test_a_time_that_cannot_be_trusted_yet_raises_no_alarm(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    advance: Advance,
) -> None:
    """Open for a minute in New York is not open for four hours in Greenwich."""
    cloud.time_zone = "America/New_York"
    cloud.door("Main gate").open_by_hand()
    await advance(60)
    await set_up(hass, entry)
    assert shown(hass, LEFT_OPEN) == "off"
    await advance(901)
    assert shown(hass, LEFT_OPEN) == "on"


def _edit(**fields: Any) -> Fault:
    def edit(body: Any) -> Any:
        for key, value in fields.items():
            holder = body["devices"][0]
            (holder if key in holder else holder["doors"][0])[key] = value
        return body

    return Fault(edit=edit)


@pytest.mark.parametrize(
    "last_toggled", [None, "soon", "2026-10-02 12:00:00", "2027-11-02 12:00:00"]
)
async def test_a_time_that_cannot_be_right_is_not_counted_from(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    last_toggled: Any,
) -> None:
    """But from when the door was seen open."""
    cloud.door("Elevator").open_by_hand()
    await advance(30)
    cloud.door("Main gate").open_by_hand()
    cloud.faults.add("sync", _edit(last_toggled=last_toggled))
    await advance(30)
    await advance(899)
    assert shown(hass, LEFT_OPEN) == "off"
    await advance(1)
    assert shown(hass, LEFT_OPEN) == "on"


@pytest.mark.parametrize("seconds", [0, None, "never"])
async def test_without_a_limit_nobody_knows(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    seconds: Any,
) -> None:
    """A closed door is not left open all the same."""
    cloud.faults.add("sync", _edit(time_before_door_open_alert=seconds))
    await advance(30)
    assert shown(hass, LEFT_OPEN) == "off"
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert shown(hass, LEFT_OPEN) == "unknown"


async def test_a_door_that_moved_there_and_back_begins_anew(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """Though every look saw it open."""
    house.entrance.time_before_door_open_alert = 60
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await advance(30)
    gate.close_by_hand()
    gate.open_by_hand()
    await advance(29)
    await advance(1)
    assert shown(hass, LEFT_OPEN) == "off"
    await advance(30)
    assert shown(hass, LEFT_OPEN) == "on"


async def test_nothing_is_known_while_it_is_unknown_or_unavailable(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """And counting begins anew afterwards."""
    cloud.faults.add("sync", _edit(state="MOVING"), times=1)
    await advance(30)
    assert (shown(hass, DOOR), shown(hass, LEFT_OPEN)) == ("unknown", "unknown")
    cloud.faults.add("sync", Fault(status=500), times=1)
    await advance(30)
    assert shown(hass, LEFT_OPEN) == "unavailable"
    await advance(timedelta(minutes=2).total_seconds())
    assert (shown(hass, DOOR), shown(hass, LEFT_OPEN)) == ("off", "off")
