"""Language models, with what Home Assistant gives them."""

from typing import Any

import pytest

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.llm import LLMContext, ToolInput, async_get_api
from homeassistant.setup import async_setup_component
from tests.common import GATE, Home

from .gate import BOTH, CLOSE, COVER, OPEN, report

NAMES = {COVER: "Main gate", GATE: "Main gate Switch"}


@pytest.fixture(autouse=True)
async def exposed(both: Home) -> None:
    """Expose the cover and the switch."""
    assert await async_setup_component(both.hass, "conversation", {})
    for entity_id in BOTH:
        async_expose_entity(both.hass, "conversation", entity_id, True)


async def use(home: Home, tool: str, **arguments: Any) -> Any:
    """Use a tool of Assist's API."""
    context = LLMContext("test", Context(), "en", "conversation", None)
    api = await async_get_api(home.hass, "assist", context)
    return (await api.async_call_tool(ToolInput(tool, arguments))).data


async def turn(home: Home, on_or_off: str, entity_id: str) -> Any:
    """Use the tool that opens or closes."""
    return await use(home, f"intent__HassTurn{on_or_off}", name=NAMES[entity_id])


@pytest.mark.parametrize(
    ("state", "switch"),
    [("closed", "'off'"), ("open", "'on'")]
    + [(state, state) for state in ("unknown", "unavailable")],
)
async def test_what_it_is_told(both: Home, state: str, switch: str) -> None:
    """The states as they are."""
    await report(both, state)
    told = (await use(both, "homeassistant__GetLiveContext"))["result"]
    assert f"names: Main gate\n  domain: cover\n  state: {state}\n" in told
    assert f"names: Main gate Switch\n  domain: switch\n  state: {switch}\n" in told
    assert "Door" not in told


@pytest.mark.parametrize("entity_id", BOTH)
async def test_open_and_close(both: Home, entity_id: str) -> None:
    """By name, and only what is exposed."""
    for on_or_off in ("On", "Off"):
        done = await turn(both, on_or_off, entity_id)
        assert [it["id"] for it in done["data"]["success"]] == [entity_id]
        await both.advance(30)
    assert both.sent == OPEN + CLOSE
    async_expose_entity(both.hass, "conversation", entity_id, False)
    with pytest.raises(HomeAssistantError, match="exposed"):
        await turn(both, "On", entity_id)


@pytest.mark.parametrize("entity_id", BOTH)
async def test_a_refusal(both: Home, entity_id: str) -> None:
    """It is told that it failed, not why; of what is unavailable, not even that."""
    both.house.entrance.refusal = 428
    with pytest.raises(HomeAssistantError, match="Failed to call turn_on") as failed:
        await turn(both, "On", entity_id)
    assert "sensor" not in str(failed.value)
    assert both.sent == OPEN
    await report(both, "unavailable")
    assert (await turn(both, "On", entity_id))["data"]["success"]
    assert both.sent == OPEN
