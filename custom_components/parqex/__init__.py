"""The ParqEx integration: gates, garage doors and other access points."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import UnknownImplementationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    async_get_config_entry_implementation,
)
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType

from . import access_memory, token_copy
from .api import ParqExClient, base_url
from .const import DOMAIN
from .coordinator import ParqExConfigEntry, ParqExCoordinator
from .devices import Devices
from .issues import CREDENTIALS_DELETED, KINDS, async_clear_issue, async_raise_issue
from .services import async_setup_services
from .tokens import AccountTokens, token_lock
from .webhook import async_forget_address, async_setup_webhook

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

# Home Assistant takes 10,000 enabled entities of an account, so what matters most first.
PLATFORMS = [
    Platform.SWITCH,
    Platform.BINARY_SENSOR,
    Platform.EVENT,
    Platform.SENSOR,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ParqExConfigEntry) -> bool:
    """Set up a linked ParqEx account."""
    async with token_lock(hass, entry):
        await token_copy.async_recover(hass, entry)
    try:
        implementation = await async_get_config_entry_implementation(hass, entry)
    except UnknownImplementationError:
        async_raise_issue(hass, entry, CREDENTIALS_DELETED)
        raise
    async_clear_issue(hass, entry, CREDENTIALS_DELETED)
    tokens = AccountTokens(hass, entry, implementation)
    await tokens.async_access_token()

    client = ParqExClient(async_get_clientsession(hass), base_url(), tokens)
    coordinator = ParqExCoordinator(hass, entry, client)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator

    # Before the platforms, so that entities find their device, and under its controller.
    devices = Devices(hass, entry)
    devices.async_set_up()
    entry.async_on_unload(coordinator.async_add_listener(devices.async_update))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    # Not sooner: Home Assistant arms its automations when it has started.
    entry.async_on_unload(async_at_started(hass, coordinator.access_log.async_start))
    async_setup_webhook(hass, entry)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ParqExConfigEntry) -> bool:
    """Unload a linked ParqEx account."""
    # First of all: what is told while nobody listens any more would count as told.
    await entry.runtime_data.access_log.async_stop()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: ParqExConfigEntry, device: DeviceEntry
) -> bool:
    """Let the user delete a device that ParqEx no longer lists, as far as we know.

    Where its list could not be read in full, it may list it later. All that took the
    device for registered then begins anew.
    """
    if entry.state is not ConfigEntryState.LOADED:
        return False
    coordinator = entry.runtime_data

    def is_listed() -> bool:
        return any(
            domain == DOMAIN and coordinator.data.lists(identifier)
            for domain, identifier in device.identifiers
        )

    @callback
    def reload_if_listed() -> None:
        if is_listed() and entry.state is ConfigEntryState.LOADED:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    if is_listed():
        return False
    entry.async_on_unload(coordinator.async_add_listener(reload_if_listed))
    return True


async def async_remove_entry(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Forget what was remembered for a linked ParqEx account."""
    # First of all, since it cannot fail: a repair of what is gone would lead nowhere.
    for kind in KINDS:
        async_clear_issue(hass, entry, kind)
    await access_memory.store(hass, entry.entry_id).async_remove()
    async with token_lock(hass, entry):
        await token_copy.async_forget(hass, entry)
    if webhook_id := entry.options.get(CONF_WEBHOOK_ID):
        await async_forget_address(hass, webhook_id)
