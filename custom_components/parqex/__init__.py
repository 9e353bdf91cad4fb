"""The ParqEx integration: gates, garage doors and other access points."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, UnknownImplementationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.config_entry_oauth2_flow import (
    async_get_config_entry_implementation,
)
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType

from .access_log import AccessLog, async_remove_store
from .api import ParqExClient, base_url
from .commands import Commands
from .const import DOMAIN, SHOW_AS, SHOW_AS_DEFAULT
from .coordinator import ParqExCoordinator
from .cover import async_show_as
from .data import ParqExConfigEntry, ParqExData, account_state, process_state
from .devices import Devices
from .entity import shown_as
from .issues import (
    CREDENTIALS_DELETED,
    async_clear_issue,
    async_clear_issues,
    async_raise_issue,
    async_setup_issues,
)
from .oauth import ParqExSession, TokenStore
from .services import async_setup_services
from .webhook import async_forget_address, async_setup_webhook

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

# Home Assistant takes 10,000 enabled entities of an account, so what matters most first.
PLATFORMS = [
    Platform.SWITCH,
    Platform.COVER,
    Platform.BINARY_SENSOR,
    Platform.EVENT,
    Platform.SENSOR,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, and watch for disabled accounts."""
    async_setup_services(hass)
    async_setup_issues(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ParqExConfigEntry) -> bool:
    """Set up a linked ParqEx account."""
    client = await _async_client(hass, entry)
    coordinator = ParqExCoordinator(hass, entry, client)
    commands = Commands(hass, entry, client, coordinator)
    access_log = AccessLog(hass, entry, client, coordinator)
    await access_log.async_load()
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = ParqExData(coordinator, commands, access_log)

    # The order in which they learn of an update: a command is confirmed before its
    # switch shows the state, and a device is there before its entities.
    commands.async_start()
    Devices(hass, entry, coordinator).async_start()
    access_log.async_setup()
    async_show_as(hass, entry, shown_as(entry))
    # What operates is there before "Left open", which may start what is to close.
    for platforms in (PLATFORMS[:2], PLATFORMS[2:]):
        await hass.config_entries.async_forward_entry_setups(entry, platforms)
    # Home Assistant's automations listen once it has started.
    entry.async_on_unload(async_at_started(hass, access_log.async_start))
    async_setup_webhook(hass, entry)
    return True


async def _async_client(hass: HomeAssistant, entry: ParqExConfigEntry) -> ParqExClient:
    """Return the client of an account, with the newest tokens."""
    await TokenStore(hass, entry).async_restore()
    try:
        implementation = await async_get_config_entry_implementation(hass, entry)
    except UnknownImplementationError:
        async_raise_issue(hass, entry, CREDENTIALS_DELETED)
        raise
    async_clear_issue(hass, entry, CREDENTIALS_DELETED)
    state = process_state(hass)
    rate_limit = account_state(hass, entry.entry_id).rate_limit
    return ParqExClient(
        state.session,
        base_url(),
        ParqExSession(hass, entry, implementation, rate_limit),
        rate_limit,
        state.dialect,
    )


async def async_unload_entry(hass: HomeAssistant, entry: ParqExConfigEntry) -> bool:
    """Unload a linked ParqEx account."""
    data = entry.runtime_data
    # Nothing is sent, fetched or published any more while entities go: they would miss it.
    data.commands.async_stop()
    await data.coordinator.async_shutdown()
    await data.access_log.async_stop()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: ParqExConfigEntry, device: DeviceEntry
) -> bool:
    """Let the user delete a device that ParqEx does not list now.

    Should ParqEx list it again, after an incomplete answer, it is set up anew. Raise
    HomeAssistantError where it may not be deleted.
    """

    def is_listed() -> bool:
        return any(
            domain == DOMAIN and entry.runtime_data.coordinator.data.lists(identifier)
            for domain, identifier in device.identifiers
        )

    @callback
    def reload_if_listed() -> None:
        if is_listed() and entry.state is ConfigEntryState.LOADED:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    if entry.state is not ConfigEntryState.LOADED or is_listed():
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="device_listed",
            translation_placeholders={
                "device": device.name_by_user or device.name or ""
            },
        )
    coordinator = entry.runtime_data.coordinator
    entry.async_on_unload(coordinator.async_add_listener(reload_if_listed))
    return True


async def async_remove_entry(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Remove everything that was stored of a linked ParqEx account."""
    async_clear_issues(hass, entry)
    # Linked again, it gets its entities back as they are, but not its options.
    async_show_as(hass, entry, SHOW_AS[SHOW_AS_DEFAULT])
    await async_remove_store(hass, entry.entry_id)
    await TokenStore(hass, entry).async_remove()
    await async_forget_address(hass, entry)
    process_state(hass).accounts.pop(entry.entry_id, None)
