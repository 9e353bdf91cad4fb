"""The ParqEx integration: gates, garage doors and other access points."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    async_get_config_entry_implementation,
)

from .api import ParqExClient, base_url
from .coordinator import ParqExConfigEntry, ParqExCoordinator
from .devices import Devices
from .tokens import AccountTokens

PLATFORMS = [Platform.SWITCH]


async def async_setup_entry(hass: HomeAssistant, entry: ParqExConfigEntry) -> bool:
    """Set up a linked ParqEx account."""
    implementation = await async_get_config_entry_implementation(hass, entry)
    tokens = AccountTokens(hass, entry, implementation)
    await tokens.async_access_token()

    client = ParqExClient(async_get_clientsession(hass), base_url(), tokens)
    coordinator = ParqExCoordinator(hass, entry, client)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator

    # Before the platforms, so that entities find their device, and under its controller.
    devices = Devices(hass, entry)
    devices.async_update()
    entry.async_on_unload(coordinator.async_add_listener(devices.async_update))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ParqExConfigEntry) -> bool:
    """Unload a linked ParqEx account."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
