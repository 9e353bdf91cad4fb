"""Devices come, go and are renamed as ParqEx lists them."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from tests.common import Home, errors
from tests.conftest import link


def devices(home: Home) -> list[dr.DeviceEntry]:
    """Return all devices."""
    registry = dr.async_get(home.hass)
    return dr.async_entries_for_config_entry(registry, home.entry.entry_id)


def names(home: Home) -> set[str | None]:
    """Return the names of all devices."""
    return {one.name for one in devices(home)}


async def test_access_points_stand_under_their_controller(home: Home) -> None:
    """A controller is named after what it opens."""
    controller = home.device(home.house.garage.id)
    assert controller.name == "ParqEx controller (Garage left, Garage right)"
    assert (controller.manufacturer, controller.sw_version) == ("ParqEx", "0")
    for name in ("Garage left", "Garage right"):
        access_point = home.device(home.cloud.door(name).id)
        assert (access_point.name, access_point.via_device_id) == (name, controller.id)


async def test_names_follow_the_user(home: Home) -> None:
    """The access point's and its controller's, cut short; else there is a number.

    Those of new ones, too, without a reload.
    """
    home.cloud.door("Garage left").rename("Bicycles")
    home.cloud.add_door(home.house.entrance, "Roof")
    home.cloud.add_door(home.cloud.add_controller(home.house.owner), " ")
    await home.advance(30)
    assert {
        "ParqEx controller",
        "Access point 1",
        "Bicycles",
        "ParqEx controller (Bicycles, Garage right)",
        "ParqEx controller (Main gate, Pedestrian door, Elevator, …)",
    } <= names(home)
    assert home.state("switch.garage_left").name == "Bicycles"
    assert home.shown("switch.roof") == home.shown("switch.access_point_1") == "off"


@pytest.mark.parametrize("loaded", [True, False])
async def test_what_is_not_listed_is_removed_and_may_come_back(
    home: Home, caplog: pytest.LogCaptureFixture, loaded: bool
) -> None:
    """Devices and entities, also what went while the account was not loaded."""
    if not loaded:
        await home.unload()
    elevator = home.cloud.door("Elevator")
    home.cloud.remove_door(elevator)
    home.cloud.remove_controller(home.house.garage)
    if not loaded:
        await home.reload()
    await home.advance(30)
    assert names(home) == {
        "ParqEx controller (Main gate, Pedestrian door)",
        "Main gate",
        "Pedestrian door",
    }
    assert {state.entity_id for state in home.hass.states.async_all("switch")} == {
        "switch.main_gate",
        "switch.pedestrian_door",
    }
    for _ in range(3):
        home.house.entrance.doors.append(elevator)
        await home.coordinator.async_refresh()
        home.cloud.remove_door(elevator)
        await home.coordinator.async_refresh()
    home.house.entrance.doors.append(elevator)
    await home.advance(30)
    assert home.shown("switch.elevator") == "off"
    assert not errors(caplog)


async def test_an_access_point_moves_to_another_controller(home: Home) -> None:
    """And the old one goes in the same moment."""
    new = home.cloud.add_controller(home.house.owner)
    left = home.cloud.door("Garage left")
    left.controller.doors.remove(left)
    left.controller = new
    new.doors.append(left)
    home.cloud.remove_controller(home.house.garage)
    await home.advance(30)
    assert home.device(left.id).via_device_id == home.device(new.id).id
    assert home.shown("switch.garage_left") == "off"


async def test_an_access_point_may_have_its_controllers_id(home: Home) -> None:
    """Finding 8: they share a device, and the account works."""
    left = home.cloud.door("Garage left")
    await home.unload()
    left.id = home.house.garage.id
    await home.reload()
    assert home.switches == {"off"}
    left.open_by_hand()
    await home.advance(30)
    assert home.switches == {"on", "off"}
    assert home.device(left.id).via_device_id is None


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


def _one_for_another(body: Any) -> Any:
    body["devices"][0] = body["devices"][1]
    return body


@pytest.mark.parametrize(
    "edit", [_empty, _without_doors, _partly_unreadable, _one_for_another]
)
async def test_an_incomplete_answer_removes_nothing(
    home: Home,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
    edit: Any,
) -> None:
    """Finding 4: soon all is as it was, also what the user deleted meanwhile."""
    assert await async_setup_component(home.hass, "config", {})
    before = names(home)
    entity_ids = {state.entity_id for state in home.hass.states.async_all()}
    home.fail("sync", 1, edit=edit)
    await home.advance(30)
    assert home.shown() == "unavailable"
    await home.advance(30)
    assert (names(home), home.switches) == (before, {"off"})

    home.fail("sync", 2, edit=edit)
    await home.advance(30)
    browser = await hass_ws_client(home.hass)
    answers = [await browser.remove_device(one.id) for one in devices(home)]
    assert len([answer for answer in answers if answer["success"]]) > 1
    caplog.clear()
    await home.advance(30)
    assert home.shown() is None
    home.cloud.requests.clear()
    await home.advance(30)
    assert (names(home), home.switches) == (before, {"off"})
    assert {state.entity_id for state in home.hass.states.async_all()} == entity_ids
    assert home.device(home.gate.id).via_device_id
    assert home.syncs == 2
    assert not errors(caplog)
    home.fail("sync", 1, edit=edit)
    await home.reload()
    assert names(home) == before


@pytest.mark.parametrize("loaded", [True, False])
async def test_a_device_that_may_be_listed_cannot_be_deleted(
    home: Home, hass_ws_client: WebSocketGenerator, loaded: bool
) -> None:
    """It would come back; and while the account is not loaded, it is not known."""
    assert await async_setup_component(home.hass, "config", {})
    browser = await hass_ws_client(home.hass)
    if not loaded:
        await home.unload()
    for listed_id in (home.gate.id, home.house.entrance.id):
        answer = await browser.remove_device(home.device(listed_id).id)
        assert not answer["success"]
        assert "in the ParqEx app first" in answer["error"]["message"]


@pytest.mark.parametrize("what", ["renamed", "added"])
async def test_a_controllers_name_follows_what_changed_in_an_incomplete_list(
    home: Home, what: str
) -> None:
    """Docs: what is added or renamed in ParqEx is so here; a controller is named so."""
    if what == "renamed":
        home.cloud.door("Garage left").rename("Bicycles")
        wanted = "ParqEx controller (Bicycles, Garage right)"
    else:
        home.cloud.add_door(home.house.garage, "Cellar")
        wanted = "ParqEx controller (Garage left, Garage right, Cellar)"
    home.fail("sync", 1, edit=_partly_unreadable)
    await home.advance(30)
    await home.advance(30, times=4)
    assert wanted in names(home)


def name_for(home: Home, entry: MockConfigEntry) -> str:
    """Return the name of the main gate's device of an account."""
    return str(home.device(home.house.entrance.doors[0].id, entry).name)


@pytest.mark.parametrize("first", ["owner", "guest"])
async def test_a_door_that_is_renamed_in_parqex_is_still_told_apart(
    home: Home, guest: MockConfigEntry, first: str
) -> None:
    """Docs: one that two accounts have by the same name is numbered for the second.

    Whichever of the two accounts is refreshed first.
    """
    gate, entries = home.gate, (home.entry, guest)
    assert name_for(home, guest) == "Front gate"
    gate.names.clear()
    await home.advance(30)
    assert [name_for(home, it) for it in entries] == ["Main gate", "Main gate (2)"]
    await home.reload()
    assert home.device(gate.id).name == "Main gate"
    gate.rename("Yard")
    coordinators = [home.coordinator, guest.runtime_data.coordinator]
    for one in coordinators if first == "owner" else reversed(coordinators):
        await one.async_refresh()
    await home.advance(30, times=10)
    assert {name_for(home, it) for it in entries} == {"Yard", "Yard (2)"}


async def test_the_first_account_linked_again_is_told_apart(
    home: Home, guest: MockConfigEntry
) -> None:
    """Also after the other one was reloaded."""
    home.gate.names.clear()
    await home.advance(30)
    await home.remove()
    again = await link(home.hass, home.cloud, home.house.owner)
    assert name_for(home, again) != name_for(home, guest)
    await home.hass.config_entries.async_reload(guest.entry_id)
    await home.advance(30)
    assert name_for(home, again) != name_for(home, guest)
