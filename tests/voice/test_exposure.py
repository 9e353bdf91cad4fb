"""Exposure: no assistant knows what the user did not expose."""

import pytest

from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import (
    KNOWN_ASSISTANTS,
    async_expose_entity,
    async_should_expose,
)
from homeassistant.helpers import entity_registry as er
from tests.common import GATE, Home
from tests.conftest import enable_all


@pytest.mark.parametrize("assistant", KNOWN_ASSISTANTS)
async def test_nothing_is_exposed_by_itself(home: Home, assistant: str) -> None:
    """Not by "expose new entities" either: neither what opens nor what shows, now or later."""
    exposed_entities = home.hass.data[DATA_EXPOSED_ENTITIES]
    exposed_entities.async_set_expose_new_entities(assistant, True)
    await enable_all(home.hass, home.entry)
    home.cloud.add_door(home.house.garage, "Cellar")
    await home.advance(30)
    registry = er.async_get(home.hass)
    entities = er.async_entries_for_config_entry(registry, home.entry.entry_id)
    assert {"switch.cellar", "cover.cellar"} < {one.entity_id for one in entities}
    for entity in entities:
        assert not async_should_expose(home.hass, assistant, entity.entity_id)


async def test_the_users_choice_is_never_changed(home: Home) -> None:
    """By no reload, rename or restart."""
    async_expose_entity(home.hass, "conversation", GATE, True)
    home.gate.rename("Drive")
    await home.reload()
    assert async_should_expose(home.hass, "conversation", GATE)
    assert not async_should_expose(home.hass, "cloud.alexa", GATE)
