"""What the service reports, and never what was merely requested."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from homeassistant.setup import async_setup_component
from tests.common import Home, gate_with
from tests.conftest import set_up

DOOR = "binary_sensor.main_gate_door"
LEFT_OPEN = "binary_sensor.main_gate_left_open"


async def test_home_assistants_own_door_triggers_work(home: Home) -> None:
    """A door that is open for a while starts an automation."""
    events = async_capture_events(home.hass, "it_is_open")
    trigger = {
        "trigger": "door.opened",
        "target": {"entity_id": DOOR},
        "options": {"for": {"minutes": 5}},
    }
    automation = {"triggers": trigger, "actions": {"event": "it_is_open"}}
    config = {"automation": automation}
    assert await async_setup_component(home.hass, "automation", config)
    await home.open()
    await home.advance(299)
    assert not events
    await home.advance(2)
    assert len(events) == 1


async def test_left_open_comes_to_the_second(home: Home) -> None:
    """It does not wait for a fetch; closing ends it."""
    home.house.entrance.time_before_door_open_alert = 100
    await home.prove_zone()
    await home.open()
    await home.advance(69)
    assert home.shown(LEFT_OPEN) == "off"
    home.fail("sync", hang="headers")
    await home.advance(1)
    assert home.shown(LEFT_OPEN) == "on"
    home.cloud.faults.clear()
    await home.close()
    assert home.shown(LEFT_OPEN) == "off"


async def test_left_open_survives_a_restart(home: Home, guest: MockConfigEntry) -> None:
    """Finding 6: also a guest's, who sees no log to learn the zone from."""
    sensors = (LEFT_OPEN, "binary_sensor.front_gate_left_open")
    entries = home.hass.config_entries
    home.house.entrance.time_before_door_open_alert = 600
    await home.advance(30)
    await home.open()
    await entries.async_unload(guest.entry_id)
    await home.unload()
    await home.advance(500)
    await home.reload()
    await set_up(home.hass, guest)
    assert {home.shown(sensor) for sensor in sensors} == {"off"}
    await home.advance(71)
    assert {home.shown(sensor) for sensor in sensors} == {"on"}
    await home.reload()
    assert home.shown(LEFT_OPEN) == "on"


@pytest.mark.parametrize("time_zone", ["UTC", "America/New_York"])
async def test_left_open_counts_from_the_opening_once_the_zone_is_known(
    home: Home, time_zone: str
) -> None:
    """Finding 6: until then from when it was seen open, whatever the hour seems to be."""
    await home.unload()
    home.cloud.time_zone = time_zone
    await home.open(600)
    await home.reload()
    await home.advance(200)
    assert home.shown(LEFT_OPEN) == "off"
    await home.prove_zone()
    await home.advance(39)
    assert home.shown(LEFT_OPEN) == "off"
    await home.advance(1)
    assert home.shown(LEFT_OPEN) == "on"


@pytest.mark.parametrize(
    "last_toggled", [None, "soon", "2026-10-02 12:00:00", "2027-11-02 12:00:00"]
)
async def test_a_time_that_cannot_be_right_is_not_counted_from(
    home: Home, last_toggled: Any
) -> None:
    """Then it counts from when the door was seen open."""
    await home.prove_zone()
    home.gate.open_by_hand()
    home.fail("sync", edit=gate_with(last_toggled=last_toggled))
    await home.advance(30)
    await home.advance(899)
    assert home.shown(LEFT_OPEN) == "off"
    await home.advance(1)
    assert home.shown(LEFT_OPEN) == "on"


async def test_left_open_stays_on_while_a_time_cannot_be_read(home: Home) -> None:
    """Also after a restart, since which it is not open for long enough."""
    await home.prove_zone()
    await home.open(900)
    await home.reload()
    home.fail("sync", 1, edit=gate_with(last_toggled=None))
    for _ in range(3):
        assert home.shown(LEFT_OPEN) == "on"
        await home.advance(30)


async def test_left_open_stays_on_when_a_time_becomes_readable(home: Home) -> None:
    """Whose zone is not known yet, so that it does not say since when it is open."""
    home.gate.open_by_hand()
    home.fail("sync", edit=gate_with(last_toggled=None))
    await home.advance(30)
    await home.advance(900)
    home.cloud.faults.clear()
    for _ in range(2):
        assert home.shown(LEFT_OPEN) == "on"
        await home.advance(30)


@pytest.mark.parametrize("seconds", [0, None, "never"])
async def test_without_a_limit_it_is_unknown(home: Home, seconds: Any) -> None:
    """Open or closed: a change would be a row in Activity at each movement."""
    home.fail("sync", edit=gate_with(time_before_door_open_alert=seconds))
    await home.advance(30)
    assert home.shown(LEFT_OPEN) == "unknown"
    await home.open()
    assert home.shown(LEFT_OPEN) == "unknown"


async def test_a_door_that_moved_there_and_back_begins_anew(home: Home) -> None:
    """Though every fetch saw it open."""
    home.house.entrance.time_before_door_open_alert = 60
    await home.prove_zone()
    await home.open()
    home.gate.close_by_hand()
    await home.open(29)
    await home.advance(1)
    assert home.shown(LEFT_OPEN) == "off"
    await home.advance(30)
    assert home.shown(LEFT_OPEN) == "on"


async def test_nothing_is_claimed_while_it_is_unknown(home: Home) -> None:
    """Or unavailable; a fetch later it is known again."""
    home.fail("sync", 1, edit=gate_with(state="MOVING"))
    await home.advance(30)
    assert (home.shown(DOOR), home.shown(LEFT_OPEN)) == ("unknown", "unknown")
    home.fail("sync", 1, status=500)
    await home.advance(30)
    assert home.shown(LEFT_OPEN) == "unavailable"
    await home.advance(120)
    assert (home.shown(DOOR), home.shown(LEFT_OPEN)) == ("off", "off")


async def test_a_state_that_changes_before_its_time_is_no_problem(home: Home) -> None:
    """The list says MOVING, then OPEN, and only then that it just moved."""
    await home.prove_zone()
    await home.advance(3600)
    written = f"{home.gate.last_toggled:%F %T}"
    home.gate.open_by_hand()
    home.fail("sync", 1, edit=gate_with(state="MOVING", last_toggled=written))
    home.fail("sync", 1, edit=gate_with(last_toggled=written))
    await home.advance(30)
    assert home.shown(LEFT_OPEN) == "unknown"
    await home.advance(5)
    assert home.shown("binary_sensor.main_gate_door") == "on"
    assert home.shown(LEFT_OPEN) == "off"


async def test_a_state_that_always_changes_before_its_time_is_none_either(
    home: Home,
) -> None:
    """The next list has the time; when it opens again, it is that of the closing."""
    home.house.entrance.time_before_door_open_alert = 60
    await home.prove_zone()
    for move, pause in ((home.open, 5), (home.close, 90), (home.open, 5)):
        written = f"{home.gate.last_toggled:%F %T}"
        home.fail("sync", 1, edit=gate_with(last_toggled=written))
        await move()
        assert home.shown(LEFT_OPEN) == "off"
        await home.advance(pause)
