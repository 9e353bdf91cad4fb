"""The options dialog."""

from typing import Any

import pytest

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
from tests.common import Home
from tests.dialogs import PUBLIC, choose, submit, turn_on


@pytest.fixture(autouse=True)
async def public(home: Home) -> None:
    """Give Home Assistant a public address."""
    await home.hass.config.async_update(external_url=PUBLIC)


async def test_dialog_shows_the_address_and_the_email(home: Home) -> None:
    """Also later, unchanged; nobody can guess it."""
    flow = await choose(home.hass, home.entry, webhook=True)
    shown: Any = flow["description_placeholders"]
    path = shown["address"].removeprefix(f"{PUBLIC}/api/webhook/")
    assert path == shown["address"][-64:]
    assert shown["support_email"] == "support@parqex.com"
    assert shown["address"] in shown["email"]
    await submit(home.hass, flow)
    assert await turn_on(home.hass, home.entry) == shown["address"]


@pytest.mark.parametrize("url", [None, "http://home.example.com"])
async def test_webhook_needs_a_public_address_to_be_turned_on(
    home: Home, url: str | None
) -> None:
    """The dialog can go on without it."""
    await home.hass.config.async_update(external_url=url)
    flow = await choose(home.hass, home.entry, webhook=True)
    assert flow["step_id"] == "init"
    assert flow["errors"] == {"base": "not_reachable"}
    assert home.entry.state is ConfigEntryState.LOADED
    flow = await submit(home.hass, flow, record_names=False, webhook=False)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert dict(home.entry.options) == {"show_as": "switches", "record_names": False}


async def test_other_options_are_saved_without_a_public_address(home: Home) -> None:
    """A webhook that is on stays on, and keeps its address."""
    await turn_on(home.hass, home.entry)
    before = dict(home.entry.options)
    await home.hass.config.async_update(external_url=None)
    flow = await choose(home.hass, home.entry, names=False, webhook=True)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert dict(home.entry.options) == {**before, "record_names": False}


@pytest.mark.parametrize("left_open", [False, True])
async def test_webhook_is_turned_off(home: Home, left_open: bool) -> None:
    """The next address is another one: somebody may know the old one."""
    address = await turn_on(home.hass, home.entry)
    if left_open:
        await home.hass.config_entries.options.async_init(home.entry.entry_id)
    flow = await choose(home.hass, home.entry, webhook=False)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert dict(home.entry.options) == {"show_as": "switches", "record_names": True}
    assert await turn_on(home.hass, home.entry) != address
