"""Voice: nothing is operated that the user did not expose."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

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
from tests.conftest import Advance, enable_all
from tests.simulator import Cloud, DemoHouse

GATE = "switch.main_gate"


@pytest.fixture(autouse=True)
async def conversation(hass: HomeAssistant) -> None:
    """Set up Home Assistant's own conversation engine, before any entity is there.

    Its user has every assistant take in what is new.
    """
    for component in ("homeassistant", "intent", "conversation"):
        assert await async_setup_component(hass, component, {})
    for assistant in KNOWN_ASSISTANTS:
        hass.data[DATA_EXPOSED_ENTITIES].async_set_expose_new_entities(assistant, True)


async def say(hass: HomeAssistant, words: str) -> str:
    """Say something to Assist; return its answer."""
    result = await async_converse(hass, words, None, Context(), language="en")
    answer: str = result.response.speech["plain"]["speech"]
    return answer


@pytest.mark.parametrize("assistant", KNOWN_ASSISTANTS)
async def test_nothing_is_exposed_by_itself(
    hass: HomeAssistant, linked: MockConfigEntry, assistant: str
) -> None:
    """Neither what opens a gate nor what tells whether it is open."""
    await enable_all(hass, linked)
    entities = er.async_entries_for_config_entry(er.async_get(hass), linked.entry_id)
    assert entities
    assert not [
        one.entity_id
        for one in entities
        if async_should_expose(hass, assistant, one.entity_id)
    ]


async def test_a_new_access_point_is_not_exposed_either(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """When it appears later."""
    cloud.add_door(house.garage, "Cellar")
    await advance(30)
    assert not async_should_expose(hass, "conversation", "switch.cellar")


async def test_what_is_not_exposed_cannot_be_opened_by_voice(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud
) -> None:
    """Whoever says so."""
    await say(hass, "turn on the main gate")
    assert not cloud.commands


async def test_what_is_exposed_can_be_opened_by_voice(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """And only that."""
    async_expose_entity(hass, "conversation", GATE, True)
    assert await say(hass, "turn on the main gate")
    assert [one.door_id for one in cloud.commands] == [cloud.door("Main gate").id]
    await advance(4)
    assert cloud.door("Main gate").state == "OPEN"


async def test_the_users_choice_is_never_changed(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud
) -> None:
    """By no reload, rename or restart."""
    async_expose_entity(hass, "conversation", GATE, True)
    await hass.config_entries.async_reload(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert async_should_expose(hass, "conversation", GATE)
    assert not async_should_expose(hass, "cloud.alexa", GATE)
