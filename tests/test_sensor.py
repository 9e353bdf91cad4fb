"""Sensors beside the access log."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import Home
from tests.conftest import enable_all

CONTACT = "sensor.parqex_controller_garage_left_garage_right_last_contact"


async def test_a_battery_is_shown_where_there_is_one(home: Home) -> None:
    """Also when the sensor is paired later, and unknown when it is gone."""
    battery, right = "sensor.garage_right_battery", home.cloud.door("Garage right")
    assert home.shown("sensor.garage_left_battery") == "87"
    assert home.shown(battery) is None
    right.bluetooth_sensor_mac_address = "a4c138000002"
    right.bluetooth_sensor_battery_level = 12
    await home.advance(30)
    assert home.shown(battery) == "12"
    right.bluetooth_sensor_mac_address = "000000000000"
    await home.advance(30)
    assert home.shown(battery) == "unknown"


async def test_an_owner_differs_from_a_guest(
    home: Home, guest: MockConfigEntry
) -> None:
    """As ParqEx lists it."""
    for entry in (home.entry, guest):
        await enable_all(home.hass, entry)
    assert home.shown("sensor.main_gate_relation") == "owner"
    assert home.shown("sensor.front_gate_relation") == "has_access"


@pytest.mark.parametrize("time_zone", ["UTC", "America/New_York"])
async def test_last_contact_waits_for_the_zone(home: Home, time_zone: str) -> None:
    """A time that may be hours off is not shown."""
    home.cloud.time_zone = time_zone
    await enable_all(home.hass, home.entry)
    assert home.shown(CONTACT) == "unknown"
    await home.prove_zone()
    assert home.shown(CONTACT) == "2026-11-02T12:00:00+00:00"
