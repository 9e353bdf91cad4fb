"""Diagnostics help, and name nobody and nothing."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.parqex.const import DOMAIN
from custom_components.parqex.data import process_state
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from tests.common import Home, refused
from tests.conftest import settle
from tests.dialogs import PUBLIC, turn_on


@pytest.fixture(autouse=True)
async def diagnostics(hass: HomeAssistant) -> None:
    """Set up what serves the download."""
    assert await async_setup_component(hass, "diagnostics", {})


async def live(home: Home) -> None:
    """Let enough happen for every field to have a value."""
    await home.advance(30)
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(30)
    home.gate.refusal = 428
    with refused("sensor"):
        await home.turn("turn_on")

    def edit(body: Any) -> Any:
        body["devices"][0]["doors"].append(None)
        return body

    home.fail("sync", 1, status=500)
    await home.advance(30)
    home.fail("sync", edit=edit)
    await home.advance(120)


def check_private(home: Home, shown: Any) -> None:
    """See that no name, e-mail address, id, code, address or token is shown."""
    private = {
        *home.cloud.issued_secrets(),
        *home.cloud.personal_data(),
        *home.cloud.ids(),
        *(door.name for door in home.cloud.doors),
        home.entry.title,
        "127.0.0.1",
        "http",
    }
    assert not [one for one in private if one in str(shown)]


async def test_an_account(
    home: Home, hass_client: ClientSessionGenerator, snapshot: SnapshotAssertion
) -> None:
    """How fetching goes, the access log, and what is listed."""
    await live(home)
    shown: Any = await get_diagnostics_for_config_entry(
        home.hass, hass_client, home.entry
    )
    assert shown == snapshot
    check_private(home, shown)


async def test_seconds_from_a_webhook_to_the_list(
    home: Home, hass_client: ClientSessionGenerator
) -> None:
    """From the last call before the list shows something else, if that is it."""
    await home.hass.config.async_update(external_url=PUBLIC)
    address = (await turn_on(home.hass, home.entry)).removeprefix(PUBLIC)
    client = await hass_client()
    await client.post(address)
    await home.advance(3)
    await client.post(address)
    await settle(home.hass)
    home.gate.open_by_hand()
    await home.advance(5)
    await client.post(address)
    await home.advance(600)
    await home.close()
    shown: Any = await get_diagnostics_for_config_entry(
        home.hass, hass_client, home.entry
    )
    assert shown["seconds_from_webhook_to_list"] == [5.0]


async def test_seconds_to_confirm(
    home: Home, hass_client: ClientSessionGenerator
) -> None:
    """From the answer to a command to the list that shows its state, in tenths."""
    await home.turn("turn_on")
    await home.advance(2.13, times=3)
    shown: Any = await get_diagnostics_for_config_entry(
        home.hass, hass_client, home.entry
    )
    assert shown["seconds_to_confirm"] == [4.3]


async def test_a_device(home: Home, hass_client: ClientSessionGenerator) -> None:
    """A controller with its access points, an access point, or nothing any more."""
    await live(home)
    left, registry = home.cloud.door("Garage left"), dr.async_get(home.hass)

    async def shown_of(listed_id: str) -> Any:
        device = registry.async_get_device_by_identifier(
            (DOMAIN, listed_id), home.entry.entry_id
        )
        assert device
        shown = await get_diagnostics_for_device(
            home.hass, hass_client, home.entry, device
        )
        check_private(home, shown)
        return shown["device"]

    assert len((await shown_of(home.house.garage.id))["access_points"]) == 2
    assert (await shown_of(left.id))["battery"] == 87
    home.cloud.remove_door(left)
    await home.advance(30)
    assert await shown_of(left.id) == {}


@pytest.mark.parametrize(
    ("failing", "state"),
    [
        *((("sync", 500), "setup_retry"), (("sync", 401), "setup_error")),
        *((("token", 400), "setup_error"), ("unloaded", "not_loaded")),
        ("disabled", "not_loaded"),
    ],
)
async def test_an_account_that_is_not_loaded(
    home: Home, hass_client: ClientSessionGenerator, failing: Any, state: str
) -> None:
    """Finding 46: its state is shown, and that of its devices."""
    hass, entry = home.hass, home.entry
    device = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)[0]
    if failing == "unloaded":
        await home.unload()
    elif failing == "disabled":
        disabler = ConfigEntryDisabler.USER
        await hass.config_entries.async_set_disabled_by(entry.entry_id, disabler)
    else:
        home.fail(failing[0], status=failing[1])
        home.cloud.oauth.expire(home.house.owner)
        await home.reload()
    shown: Any = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    service = process_state(hass).dialect.report()
    assert shown == {"state": state, "webhook": False, "service": service}
    shown = await get_diagnostics_for_device(hass, hass_client, entry, device)
    assert shown == {"state": state}
