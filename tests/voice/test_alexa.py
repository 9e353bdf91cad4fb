"""Alexa, set up in configuration.yaml."""

from typing import Any, override

from homeassistant.components.alexa.smart_home import AlexaConfig, async_handle_message
from homeassistant.helpers.entityfilter import FILTER_SCHEMA
from tests.conftest import settle

from .conftest import COVER, Surface


class TestAlexa(Surface):
    """It takes an unknown switch for on, needs no PIN, and is told of no refusal."""

    kinds = (
        ("Main gate Switch", ["SWITCH"], {"Power"}),
        ("Main gate", ["GARAGE_DOOR"], {"Mode"}),
        ("Main gate", ["GARAGE_DOOR"], {"Mode"}),
        ("Main gate", ["DOOR"], {"Mode", "Power"}),
    )
    closed = ("position.closed", "OK"), ("OFF", "OK")
    opening = ("position.opening", "OK"), ("ON", "OK")
    opened = ("position.open", "OK"), ("ON", "OK")
    unknown = ("position.unknown", "OK"), ("ON", "OK")
    unavailable = (None, "UNREACHABLE"), ("ON", "UNREACHABLE")
    done = refused = skipped = "Response"

    async def ask(self, name: str, entity_id: str = "", **payload: str) -> Any:
        """Send a directive."""
        settings = {"filter": FILTER_SCHEMA({}), "locale": "en-US"}
        config = AlexaConfig(self.home.hass, settings)
        await config.async_initialize()
        namespace, _, name = name.rpartition(".")
        header = {"namespace": f"Alexa{namespace}", "name": name, "messageId": "1"}
        header |= {"payloadVersion": "3", "instance": "cover.position"}
        directive: dict[str, Any] = {"header": header, "payload": payload}
        if entity_id:
            directive["endpoint"] = {"endpointId": entity_id.replace(".", "#")}
        message = {"directive": directive}
        answer = await async_handle_message(self.home.hass, config, message)
        await settle(self.home.hass)
        return answer

    @override
    async def kind(self, entity_id: str) -> Any:
        answer = await self.ask(".Discovery.Discover")
        endpoints = {
            it["endpointId"]: it for it in answer["event"]["payload"]["endpoints"]
        }
        endpoint = endpoints[entity_id.replace(".", "#")]
        interfaces = " ".join(it["interface"] for it in endpoint["capabilities"])
        controllers = {
            it for it in ("Mode", "Power") if f"{it}Controller" in interfaces
        }
        return endpoint["friendlyName"], endpoint["displayCategories"], controllers

    @override
    async def see(self, entity_id: str) -> Any:
        answer = await self.ask(".ReportState", entity_id)
        values = {it["name"]: it["value"] for it in answer["context"]["properties"]}
        shown = values.get("mode", values.get("powerState"))
        return shown, values["connectivity"]["value"]

    @override
    async def turn(self, entity_id: str, to_open: bool) -> str:
        if entity_id == COVER:
            mode = f"position.{'open' if to_open else 'closed'}"
            answer = await self.ask(".ModeController.SetMode", COVER, mode=mode)
        else:
            name = f".PowerController.Turn{'On' if to_open else 'Off'}"
            answer = await self.ask(name, entity_id)
        return str(answer["event"]["header"]["name"])
