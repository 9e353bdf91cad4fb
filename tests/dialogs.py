"""The options dialog, as a person uses it."""

from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from tests.conftest import settle

PUBLIC = "https://home.example.com"


async def choose(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    *,
    webhook: bool,
    names: bool = True,
    **more: str,
) -> ConfigFlowResult:
    """Open the options and submit them."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    return await submit(hass, flow, record_names=names, webhook=webhook, **more)


async def submit(
    hass: HomeAssistant, flow: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Submit an open dialog."""
    options = hass.config_entries.options
    flow = await options.async_configure(flow["flow_id"], user_input)
    await settle(hass)
    return flow


def address_in(flow: ConfigFlowResult) -> str:
    """Return the address that a dialog shows."""
    shown: Any = flow["description_placeholders"]
    return str(shown["address"])


async def turn_on(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Turn the webhook on; return its address."""
    flow = await choose(hass, entry, webhook=True)
    await submit(hass, flow)
    assert entry.options["webhook_id"]
    return address_in(flow)
