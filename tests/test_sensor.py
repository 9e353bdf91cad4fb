"""Sensors beside the access log."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.conftest import Advance, enable_all, entry_for, set_up
from tests.simulator import Cloud, DemoHouse

CONTACT = "sensor.parqex_controller_garage_left_garage_right_last_contact"


def shown(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the state of an entity, None if there is none."""
    state = hass.states.get(entity_id)
    return state.state if state else None


async def test_a_battery_is_shown_where_there_is_one(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Also when the sensor is paired later, and unknown when it is gone."""
    assert shown(hass, "sensor.garage_left_battery") == "87"
    assert shown(hass, "sensor.garage_right_battery") is None
    right = cloud.door("Garage right")
    right.bluetooth_sensor_mac_address = "a4c138000002"
    right.bluetooth_sensor_battery_level = 12
    await advance(30)
    assert shown(hass, "sensor.garage_right_battery") == "12"
    right.bluetooth_sensor_mac_address = "000000000000"
    await advance(30)
    assert shown(hass, "sensor.garage_right_battery") == "unknown"


async def test_an_owner_is_told_from_a_guest(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, house: DemoHouse
) -> None:
    """As ParqEx says it."""
    guest = entry_for(cloud, house.guest)
    guest.add_to_hass(hass)
    await set_up(hass, guest)
    for entry in (linked, guest):
        await enable_all(hass, entry)
    assert shown(hass, "sensor.main_gate_relation") == "owner"
    assert shown(hass, "sensor.front_gate_relation") == "has_access"


async def test_a_controllers_last_contact_waits_for_the_zone(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
) -> None:
    """A time that may be hours off is not shown."""
    cloud.time_zone = "America/New_York"
    await enable_all(hass, linked)
    assert shown(hass, CONTACT) == "unknown"
    await advance(60)
    cloud.door("Garage left").open_by_hand()
    await advance(30)
    assert shown(hass, CONTACT) == "2026-11-02T12:01:00+00:00"
