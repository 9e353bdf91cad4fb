"""Every entity there is, with everything a person sees of it."""

import pytest
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.parqex import PLATFORMS
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from tests.common import Home
from tests.conftest import enable_all


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_all_entities(
    home: Home, snapshot: SnapshotAssertion, platform: Platform
) -> None:
    """Name, state, attributes and category, after one access."""
    hass, entry_id = home.hass, home.entry.entry_id
    await enable_all(hass, home.entry)
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(30)
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry_id):
        if entity.domain != platform:
            registry.async_remove(entity.entity_id)
    await snapshot_platform(hass, registry, snapshot, entry_id)


async def test_what_is_disabled_by_default(home: Home) -> None:
    """What few need; the others are there at once."""
    registry = er.async_get(home.hass)
    entities = er.async_entries_for_config_entry(registry, home.entry.entry_id)
    disabled = {one.entity_id for one in entities if one.disabled_by}
    doors = ("elevator", "garage_left", "garage_right", "main_gate", "pedestrian_door")
    assert disabled == {
        *(f"binary_sensor.{door}_closes_by_itself" for door in doors),
        *(f"sensor.{door}_relation" for door in doors),
        *(f"event.{door}_access" for door in doors),
        *(f"sensor.{door}_last_access" for door in doors),
        *(f"sensor.{door}_last_user" for door in doors),
        *(f"cover.{door}" for door in doors),
        "sensor.parqex_controller_garage_left_garage_right_last_contact",
        "sensor.parqex_controller_main_gate_pedestrian_door_elevator_last_contact",
    }
    assert len(entities) == 5 * 9 + 2 + 1
