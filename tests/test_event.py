"""Accesses on the bus, which need no entity, and the event entity."""

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.parqex.const import EVENT_ACCESS
from homeassistant.helpers import device_registry as dr
from tests.common import GATE, Home

ACCESS = "event.main_gate_access"

pytestmark = pytest.mark.usefixtures("log_entities")


async def test_an_access_is_published(home: Home) -> None:
    """To automations and to Activity with the same content and context."""
    events = async_capture_events(home.hass, EVENT_ACCESS)
    device = home.device(home.gate.id)
    dr.async_get(home.hass).async_update_device(device.id, name_by_user="Tor")
    await home.prove_zone()
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(30, times=2)
    attributes = {
        "event_type": "opened",
        "user": "Vera Visitor",
        "channel": "ParqEx Web",
        "occurred_at": "2026-11-02T04:01:04-08:00",
    }
    assert attributes.items() <= home.state(ACCESS).attributes.items()
    (event,) = [one for one in events if one.data["name"] == "Tor"]
    assert event.data == {
        **attributes,
        "entity_id": GATE,
        "device_id": device.id,
        "name": "Tor",
        "requested": "open",
    }
    assert event.context.id == home.state(ACCESS).context.id


async def test_it_is_available_of_what_is_out_of_service(home: Home) -> None:
    """Attempts to use it are logged."""
    home.gate.active = False
    await home.open(name="Elevator")
    assert home.state(ACCESS).state != "unavailable"
