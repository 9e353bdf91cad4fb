"""Diagnostics help, and tell nothing of anybody."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.parqex.const import DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from tests.conftest import Advance
from tests.simulator import Cloud, DemoHouse, Fault


@pytest.fixture(autouse=True)
async def diagnostics(hass: HomeAssistant) -> None:
    """Set up what serves the download."""
    assert await async_setup_component(hass, "diagnostics", {})


async def live(hass: HomeAssistant, cloud: Cloud, advance: Advance) -> None:
    """Let enough happen for every field to say something."""
    cloud.door("Main gate").open_as(cloud.visitor("Vera Visitor"))
    await advance(30)
    cloud.door("Main gate").refusal = 428
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            "switch",
            SERVICE_TURN_ON,
            {ATTR_ENTITY_ID: "switch.main_gate"},
            blocking=True,
        )

    def edit(body: Any) -> Any:
        body["devices"][0]["doors"].append(None)
        return body

    cloud.faults.add("sync", Fault(status=500), times=1)
    await advance(30)
    cloud.faults.add("sync", Fault(edit=edit))
    await advance(120)


async def test_an_entry_tells_how_it_goes_and_nothing_private(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    hass_client: ClientSessionGenerator,
) -> None:
    """No name, e-mail address, id, code, address or token."""
    await live(hass, cloud, advance)
    told = await get_diagnostics_for_config_entry(hass, hass_client, linked)
    coordinator: Any = told["coordinator"]
    assert coordinator["skipped_records"] == 1
    assert coordinator["time_zone"] == {"zone": "UTC", "proven": True}
    assert [one.split()[2:] for one in coordinator["last_errors"]] == [
        ["command", "sensor_required"],
        ["look", "cannot_connect"],
    ]
    assert coordinator["shape_of_last_answer"]["devices"][0]["blackbox_code"] == "str"
    assert coordinator["seconds_for_last_answer"] is not None
    controllers: Any = told["controllers"]
    assert [len(one["access_points"]) for one in controllers] == [3, 2]
    assert controllers[0]["access_points"][0]["state"] == "OPEN"
    _tells_nothing_private(told, cloud, linked)


async def test_a_device_tells_of_itself_alone(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    hass_client: ClientSessionGenerator,
) -> None:
    """A controller with its access points, an access point, or nothing any more."""
    await live(hass, cloud, advance)
    devices = dr.async_get(hass)

    async def told_of(identifier: str) -> Any:
        device = devices.async_get_device_by_identifier(
            (DOMAIN, identifier), linked.entry_id
        )
        assert device
        told = await get_diagnostics_for_device(hass, hass_client, linked, device)
        _tells_nothing_private(told, cloud, linked)
        return told["device"]

    assert len((await told_of(house.garage.id))["access_points"]) == 2
    assert (await told_of(cloud.door("Garage left").id))["battery"] == 87
    left = cloud.door("Garage left")
    cloud.remove_door(left)
    await advance(30)
    assert await told_of(left.id) == {}


def _tells_nothing_private(told: Any, cloud: Cloud, entry: MockConfigEntry) -> None:
    """See that nothing secret or personal is there."""
    text = str(told)
    private = (
        cloud.issued_secrets()
        | cloud.personal_data()
        | {door.id for door in cloud.doors}
        | {controller.id for controller in cloud.controllers}
        | {account.id for account in cloud.accounts}
        | {door.name for door in cloud.doors}
        | {entry.title, "127.0.0.1", "http"}
    )
    assert not [one for one in private if one in text]
