"""Language models, with the tools of Assist's API."""

from typing import Any, override

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.llm import LLMContext, ToolInput, async_get_api
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
from tests.common import GATE

from .conftest import BOTH, COVER, Surface

NAMES = {COVER: "Main gate", GATE: "Main gate Switch"}


class TestLanguageModel(Surface):
    """It is told the state, and that a command failed, but not why."""

    kinds = (
        ("switch", None),
        ("cover", {"device_class": "gate"}),
        ("cover", {"device_class": "garage"}),
        ("cover", {"device_class": "door"}),
    )
    closed = "closed", "off"
    opening = "opening", "on"
    opened = "open", "on"
    unknown = "unknown", "unknown"
    unavailable = "unavailable", "unavailable"
    done, refused, skipped = "action_done", "Failed to call turn_on", "action_done"

    @override
    async def set_up(self) -> None:
        assert await async_setup_component(self.home.hass, "conversation", {})
        for entity_id in BOTH:
            async_expose_entity(self.home.hass, "conversation", entity_id, True)

    async def use(self, tool: str, **arguments: Any) -> Any:
        """Use a tool."""
        context = LLMContext("test", Context(), "en", "conversation", None)
        api = await async_get_api(self.home.hass, "assist", context)
        return (await api.async_call_tool(ToolInput(tool, arguments))).data

    async def entity(self, entity_id: str) -> Any:
        """Return what it is told of an entity."""
        answer = await self.use("homeassistant__GetLiveContext")
        told: Any = parse_yaml(answer["result"].partition("\n")[2])
        return {it["names"]: it for it in told}[NAMES[entity_id]]

    @override
    async def kind(self, entity_id: str) -> Any:
        it = await self.entity(entity_id)
        return it["domain"], it.get("attributes")

    @override
    async def see(self, entity_id: str) -> Any:
        return (await self.entity(entity_id))["state"]

    @override
    async def turn(self, entity_id: str, to_open: bool) -> str:
        tool = f"intent__HassTurn{'On' if to_open else 'Off'}"
        try:
            answer = await self.use(tool, name=NAMES[entity_id])
        except HomeAssistantError as err:
            return str(err).partition(" for")[0]
        return str(answer["response_type"])

    async def test_only_what_is_exposed(self) -> None:
        """Is told of and operated."""
        async_expose_entity(self.home.hass, "conversation", COVER, False)
        assert "No matching entities are exposed" in await self.turn(COVER, True)
        assert not self.home.sent
