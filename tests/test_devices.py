"""Devices come, go and are renamed as ParqEx lists them."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.parqex.commands import Sent
from custom_components.parqex.const import DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from tests.conftest import Advance, set_up
from tests.simulator import Cloud, DemoHouse, Fault


def device(
    hass: HomeAssistant, entry: MockConfigEntry, identifier: str
) -> dr.DeviceEntry:
    """Return the device of a controller or an access point."""
    found = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, identifier), entry.entry_id
    )
    assert found
    return found


def names(hass: HomeAssistant, entry: MockConfigEntry) -> set[str | None]:
    """Return the names of all devices."""
    return {
        one.name
        for one in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    }


async def test_access_points_stand_under_their_controller(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, house: DemoHouse
) -> None:
    """A controller is called by what it opens."""
    controller = device(hass, linked, house.garage.id)
    assert controller.name == "ParqEx controller (Garage left, Garage right)"
    assert controller.manufacturer == "ParqEx"
    assert controller.sw_version == "0"
    for name in ("Garage left", "Garage right"):
        access_point = device(hass, linked, cloud.door(name).id)
        assert access_point.name == name
        assert access_point.via_device_id == controller.id


async def test_names_follow_the_user(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """The access point's and its controller's, but not the entity id."""
    cloud.door("Garage left").rename("Bicycles")
    await advance(30)
    assert device(hass, linked, cloud.door("Bicycles").id).name == "Bicycles"
    assert (
        device(hass, linked, house.garage.id).name
        == "ParqEx controller (Bicycles, Garage right)"
    )
    state = hass.states.get("switch.garage_left")
    assert state
    assert state.name == "Bicycles"


async def test_many_names_are_cut_short(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """A controller can have a hundred access points."""
    cloud.add_door(house.entrance, "Roof")
    await advance(30)
    assert (
        device(hass, linked, house.entrance.id).name
        == "ParqEx controller (Main gate, Pedestrian door, Elevator, …)"
    )


async def test_what_has_no_name_is_called_by_its_place(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """Rather than left out."""
    cloud.add_controller(house.owner)
    for door in house.garage.doors:
        door.rename(" ")
    await set_up(hass, entry)
    assert names(hass, entry) >= {
        "ParqEx controller",
        "Access point 1",
        "Access point 2",
    }


async def test_a_new_access_point_appears_without_a_reload(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """Also one of a new controller."""
    cloud.add_door(house.garage, "Cellar")
    cloud.add_door(cloud.add_controller(house.owner), "Boat house")
    await advance(30)
    for entity_id in ("switch.cellar", "switch.boat_house"):
        state = hass.states.get(entity_id)
        assert state
        assert state.state == "off"
    assert "ParqEx controller (Boat house)" in names(hass, linked)


async def test_what_is_no_longer_listed_is_removed_and_may_come_back(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """Device, entity and all."""
    elevator = cloud.door("Elevator")
    cloud.remove_door(elevator)
    cloud.remove_controller(house.garage)
    await advance(30)
    assert names(hass, linked) == {
        "ParqEx controller (Main gate, Pedestrian door)",
        "Main gate",
        "Pedestrian door",
    }
    entities = er.async_entries_for_config_entry(er.async_get(hass), linked.entry_id)
    assert {one.entity_id for one in entities if one.domain == "switch"} == {
        "switch.main_gate",
        "switch.pedestrian_door",
    }
    assert not [one for one in entities if ".elevator" in one.entity_id]
    house.entrance.doors.append(elevator)
    await advance(30)
    state = hass.states.get("switch.elevator")
    assert state
    assert state.state == "off"


async def test_what_was_removed_while_home_assistant_was_away_goes_too(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud
) -> None:
    """At the first good answer."""
    await hass.config_entries.async_unload(linked.entry_id)
    cloud.remove_door(cloud.door("Elevator"))
    await set_up(hass, linked)
    assert "Elevator" not in names(hass, linked)


def _empty(body: Any) -> Any:
    body["devices"] = []
    return body


def _without_doors(body: Any) -> Any:
    for controller in body["devices"]:
        controller["doors"] = []
    return body


def _partly_unreadable(body: Any) -> Any:
    del body["devices"][0]["doors"]
    return body


@pytest.mark.parametrize("edit", [_empty, _without_doors, _partly_unreadable])
async def test_an_empty_or_unreadable_answer_removes_nothing(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    caplog: pytest.LogCaptureFixture,
    edit: Any,
) -> None:
    """What it does not list is unavailable until the next good answer."""
    before = names(hass, linked) - {None}
    cloud.faults.add("sync", Fault(edit=edit), times=1)
    await advance(30)
    gate = hass.states.get("switch.main_gate")
    assert gate
    assert gate.state == STATE_UNAVAILABLE
    assert len(names(hass, linked)) == len(before)
    await advance(30)
    assert {state.state for state in hass.states.async_all("switch")} == {"off"}
    assert names(hass, linked) == before
    assert "does not generate unique IDs" not in caplog.text


async def test_a_device_can_be_deleted_once_it_is_no_longer_listed(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """Not before: it would come back."""
    assert await async_setup_component(hass, "config", {})
    browser = await hass_ws_client(hass)
    for listed in (cloud.door("Elevator").id, house.entrance.id):
        found = device(hass, linked, listed)
        assert not (await browser.remove_device(found.id))["success"]
    elevator = device(hass, linked, cloud.door("Elevator").id)
    cloud.faults.add("sync", Fault(edit=_partly_unreadable))
    await advance(30)
    assert (await browser.remove_device(elevator.id))["success"]
    assert "Elevator" not in names(hass, linked)


@pytest.mark.parametrize("edit", [_empty, _without_doors, _partly_unreadable])
async def test_a_deleted_device_comes_back_if_it_is_listed_after_all(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
    edit: Any,
) -> None:
    """Entities and all, and at once, however many it were."""
    assert await async_setup_component(hass, "config", {})
    browser = await hass_ws_client(hass)
    registry = dr.async_get(hass)
    before = names(hass, linked)
    entities = {state.entity_id for state in hass.states.async_all()}
    cloud.faults.add("sync", Fault(edit=edit), times=2)
    await advance(30)
    answers = [
        await browser.remove_device(one.id)
        for one in dr.async_entries_for_config_entry(registry, linked.entry_id)
    ]
    assert len([answer for answer in answers if answer["success"]]) > 1
    caplog.clear()
    await advance(30)
    assert not hass.states.get("switch.main_gate")
    cloud.requests.clear()
    await advance(30)
    assert names(hass, linked) == before
    assert {state.entity_id for state in hass.states.async_all()} == entities
    assert {state.state for state in hass.states.async_all("switch")} == {"off"}
    assert device(hass, linked, cloud.door("Main gate").id).via_device_id
    assert [one.endpoint for one in cloud.requests].count("sync") == 2
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


async def test_no_device_is_deleted_while_nobody_knows_what_is_listed(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """The account is not set up."""
    assert await async_setup_component(hass, "config", {})
    browser = await hass_ws_client(hass)
    elevator = device(hass, linked, cloud.door("Elevator").id)
    await hass.config_entries.async_unload(linked.entry_id)
    assert not (await browser.remove_device(elevator.id))["success"]


async def test_nothing_is_remembered_of_what_is_gone(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    hass_storage: dict[str, Any],
) -> None:
    """Access points and controllers that come and go do not fill the memory."""
    coordinator = linked.runtime_data
    (sent,) = [one for one in hass.data.values() if isinstance(one, Sent)]
    for _ in range(3):
        controller = cloud.add_controller(house.owner)
        door = cloud.add_door(controller, "Side door", travel_seconds=0)
        await advance(30)
        door.open_as(cloud.visitor("Vera Visitor"))
        await advance(30)
        await hass.services.async_call(
            "switch",
            "turn_off",
            {ATTR_ENTITY_ID: "switch.side_door"},
            blocking=True,
        )
        await advance(30)
        assert coordinator.access_log.last(door.id)
        cloud.remove_controller(controller)
        await advance(30)
        assert coordinator.access_log.last(door.id) is None
    await hass.services.async_call(
        "switch", "turn_on", {ATTR_ENTITY_ID: "switch.main_gate"}, blocking=True
    )
    assert list(sent.latest) == [cloud.door("Main gate").id]
    assert not sent.controllers
    listed = {*coordinator.data.access_points, *coordinator.data.controllers}
    assert coordinator._listeners_of.keys() <= listed
    assert coordinator.access_log._listeners.keys() <= listed
    assert coordinator.access_log._readings._readings.keys() <= listed
    await hass.config_entries.async_unload(linked.entry_id)
    saved = hass_storage[f"parqex.access_log.{linked.entry_id}"]["data"]
    assert {*saved["last"], *saved["read"]} <= listed
    assert "Vera" not in str(saved)
