"""Exposure: no assistant knows what the user did not expose."""

import pytest

from homeassistant.components.conversation import async_converse
from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import (
    KNOWN_ASSISTANTS,
    async_expose_entity,
    async_should_expose,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from tests.common import GATE, Home
from tests.conftest import enable_all


@pytest.fixture(autouse=True)
async def conversation(hass: HomeAssistant) -> None:
    """Set up Assist for a user who exposes every new entity to every assistant."""
    for component in ("homeassistant", "intent", "conversation"):
        assert await async_setup_component(hass, component, {})
    for assistant in KNOWN_ASSISTANTS:
        hass.data[DATA_EXPOSED_ENTITIES].async_set_expose_new_entities(assistant, True)


async def say(home: Home, words: str) -> None:
    """Say something to Assist, which answers."""
    result = await async_converse(home.hass, words, None, Context(), language="en")
    assert result.response.speech["plain"]["speech"]


@pytest.mark.parametrize("assistant", KNOWN_ASSISTANTS)
async def test_nothing_is_exposed_by_itself(home: Home, assistant: str) -> None:
    """Neither what opens a gate nor what shows whether it is open, now or later."""
    await enable_all(home.hass, home.entry)
    home.cloud.add_door(home.house.garage, "Cellar")
    await home.advance(30)
    registry = er.async_get(home.hass)
    entities = er.async_entries_for_config_entry(registry, home.entry.entry_id)
    assert "switch.cellar" in {entity.entity_id for entity in entities}
    for entity in entities:
        assert not async_should_expose(home.hass, assistant, entity.entity_id)


@pytest.mark.parametrize("exposed", [True, False])
async def test_only_what_is_exposed_can_be_opened_by_voice(
    home: Home, exposed: bool
) -> None:
    """By its name."""
    if exposed:
        async_expose_entity(home.hass, "conversation", GATE, True)
    await say(home, "turn on the main gate")
    assert home.sent == [("Main gate", "OPEN")] * exposed


async def test_the_users_choice_is_never_changed(home: Home) -> None:
    """By no reload, rename or restart."""
    async_expose_entity(home.hass, "conversation", GATE, True)
    home.gate.rename("Drive")
    await home.reload()
    assert async_should_expose(home.hass, "conversation", GATE)
    assert not async_should_expose(home.hass, "cloud.alexa", GATE)
