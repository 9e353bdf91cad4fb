"""Show on the system health page whether ParqEx can be reached."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .api import base_url
from .const import DOMAIN
from .data import ParqExConfigEntry


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
        entry.runtime_data.coordinator
        for entry in entries
        if entry.state is ConfigEntryState.LOADED
    ]
    answers = [coordinator.answered_at for coordinator in loaded]
    return {
        "api_reachable": system_health.async_check_can_reach_url(hass, str(base_url())),
        "linked_accounts": len(entries),
        "access_points": sum(
            len(coordinator.data.access_points) for coordinator in loaded
        ),
        "last_answer": max((answer for answer in answers if answer), default=None),
    }
