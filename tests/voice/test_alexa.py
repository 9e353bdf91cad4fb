"""Alexa, as Home Assistant answers it."""

from typing import Any

import pytest

from homeassistant.components.alexa.smart_home import AlexaConfig, async_handle_message
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entityfilter import FILTER_SCHEMA
from tests.common import GATE, Home
from tests.conftest import settle

from .gate import BOTH, CLOSE, COVER, OPEN, report


async def ask(home: Home, name: str, entity_id: str = "", **payload: str) -> Any:
    """Send a directive, set up in configuration.yaml without a filter."""
    config = AlexaConfig(home.hass, {"filter": FILTER_SCHEMA({}), "locale": "en-US"})
    await config.async_initialize()
    namespace, _, name = name.rpartition(".")
    header = {"namespace": namespace, "name": name, "messageId": "1"}
    header |= {"payloadVersion": "3", "correlationToken": "1"}
    directive: dict[str, Any] = {"header": header, "payload": payload}
    if payload:
        header["instance"] = "cover.position"
    if entity_id:
        directive["endpoint"] = {"endpointId": entity_id.replace(".", "#")}
    answer = await async_handle_message(home.hass, config, {"directive": directive})
    await settle(home.hass)
    return answer


async def command(home: Home, entity_id: str, state: str) -> str:
    """Open or close; return the kind of the answer."""
    if entity_id == COVER:
        mode = f"position.{state}"
        answer = await ask(home, "Alexa.ModeController.SetMode", COVER, mode=mode)
    else:
        name = {"open": "TurnOn", "closed": "TurnOff"}[state]
        answer = await ask(home, f"Alexa.PowerController.{name}", GATE)
    return str(answer["event"]["header"]["name"])


@pytest.mark.parametrize(
    ("kind", "category", "controllers"),
    [
        ("gate", "GARAGE_DOOR", {"Mode"}),
        ("garage", "GARAGE_DOOR", {"Mode"}),
        ("door", "DOOR", {"Mode", "Power"}),
    ],
)
async def test_what_it_is(
    both: Home, kind: str, category: str, controllers: set[str]
) -> None:
    """Whatever the page for exposing says: configuration.yaml has its own list."""
    er.async_get(both.hass).async_update_entity(COVER, device_class=kind)
    await settle(both.hass)
    answer = await ask(both, "Alexa.Discovery.Discover")
    endpoints = {
        one["endpointId"].replace("#", "."): (
            one["friendlyName"],
            one.get("displayCategories"),
            {
                interface.removeprefix("Alexa.").removesuffix("Controller")
                for it in one["capabilities"]
                if (interface := it["interface"]).endswith("Controller")
            },
        )
        for one in answer["event"]["payload"]["endpoints"]
    }
    assert endpoints[COVER] == ("Main gate", [category], controllers)
    assert endpoints[GATE] == ("Main gate Switch", ["SWITCH"], {"Power"})


@pytest.mark.parametrize(
    ("state", "cover", "switch", "reachable"),
    [
        ("closed", "position.closed", "OFF", "OK"),
        ("open", "position.open", "ON", "OK"),
        ("unknown", "position.unknown", "ON", "OK"),
        ("unavailable", None, "ON", "UNREACHABLE"),
    ],
)
async def test_whether_it_is_open(
    both: Home, state: str, cover: str | None, switch: str, reachable: str
) -> None:
    """Of a switch, unknown is on."""
    await report(both, state)
    reported = []
    for entity_id in BOTH:
        answer = await ask(both, "Alexa.ReportState", entity_id)
        values = {it["name"]: it["value"] for it in answer["context"]["properties"]}
        assert values["connectivity"] == {"value": reachable}
        reported.append(values.get("mode", values.get("powerState")))
    assert reported == [cover, switch]


@pytest.mark.parametrize("entity_id", BOTH)
async def test_open_and_close(both: Home, entity_id: str) -> None:
    """Home Assistant asks for no PIN, also while the state is unknown."""
    assert await command(both, entity_id, "open") == "Response"
    await both.advance(30)
    assert await command(both, entity_id, "closed") == "Response"
    await report(both, "unknown")
    assert await command(both, entity_id, "open") == "Response"
    assert both.sent == OPEN + CLOSE + OPEN


@pytest.mark.parametrize("entity_id", BOTH)
async def test_a_refusal(both: Home, entity_id: str) -> None:
    """Alexa is not told."""
    both.house.entrance.refusal = 428
    assert await command(both, entity_id, "open") == "Response"
    assert both.sent == OPEN
    await report(both, "unavailable")
    assert await command(both, entity_id, "open") == "Response"
    assert both.sent == OPEN
