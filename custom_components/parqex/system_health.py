"""Say whether ParqEx can be reached, and how much there is of it."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .api import base_url
from .const import DOMAIN
from .coordinator import ParqExConfigEntry


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register what the system health page shows."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the system health page shows."""
    entries: list[ParqExConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    loaded = [
        entry.runtime_data
        for entry in entries
        if entry.state is ConfigEntryState.LOADED
    ]
    answers = [one.last_update_success_time for one in loaded]
    return {
        "api_reachable": system_health.async_check_can_reach_url(hass, str(base_url())),
        "linked_accounts": len(entries),
        "access_points": sum(len(one.data.access_points) for one in loaded),
        "last_answer": min((one for one in answers if one), default=None),
    }
