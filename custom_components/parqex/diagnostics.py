"""Diagnostics that name nobody and nothing."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .api import AccessPoint, Controller
from .data import ParqExConfigEntry, ParqExData, process_state


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ParqExConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an account."""
    account = {
        "state": entry.state.value,
        "webhook": CONF_WEBHOOK_ID in entry.options,
        "service": process_state(hass).dialect.report(),
    }
    if entry.state is not ConfigEntryState.LOADED:
        return account
    data = entry.runtime_data
    return {
        **account,
        "coordinator": _coordinator(data),
        "access_log": data.access_log.diagnostics(),
        "seconds_to_confirm": list(data.commands.seconds_to_confirm),
        "seconds_from_webhook_to_list": list(data.coordinator.seconds_to_list),
        "controllers": [
            _controller(data, controller)
            for controller in data.coordinator.data.controllers.values()
        ],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: ParqExConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of a controller or an access point."""
    if entry.state is not ConfigEntryState.LOADED:
        return {"state": entry.state.value}
    data = entry.runtime_data
    snapshot = data.coordinator.data
    found: dict[str, Any] = {}
    for _, identifier in device.identifiers:
        if controller := snapshot.controllers.get(identifier):
            found = _controller(data, controller)
        elif access_point := snapshot.access_points.get(identifier):
            found = _access_point(data, access_point)
    return {"coordinator": _coordinator(data), "device": found}


def _coordinator(data: ParqExData) -> dict[str, Any]:
    """Return how fetching from ParqEx goes."""
    coordinator, clock = data.coordinator, data.access_log.clock
    answered_at = coordinator.answered_at
    return {
        "last_update_success": coordinator.last_update_success,
        "last_success": answered_at and answered_at.isoformat(),
        "last_errors": list(coordinator.last_errors),
        "failures_in_a_row": coordinator.failures,
        "seconds_for_last_answer": coordinator.seconds_for_last_answer,
        "commands_followed": len(data.commands.followed),
        "skipped_records": coordinator.data.skipped,
        "time_zone": {"zone": str(clock.zone), "proven": clock.proven},
    }


def _controller(data: ParqExData, controller: Controller) -> dict[str, Any]:
    """Return a controller without what tells it from others."""
    return {
        "software_version": controller.software_version,
        "last_contact": controller.last_contact and str(controller.last_contact),
        "access_log_available": data.access_log.available(controller.id),
        "access_points": [
            _access_point(data, access_point)
            for access_point in data.coordinator.data.access_points_of(controller.id)
        ],
    }


def _access_point(data: ParqExData, access_point: AccessPoint) -> dict[str, Any]:
    """Return an access point without what tells it from others."""
    command = data.commands.unconfirmed(access_point.id)
    return {
        "number": access_point.number,
        "named": access_point.name is not None,
        "state": access_point.state,
        "requested": command and command.state,
        "last_toggled": access_point.last_toggled and str(access_point.last_toggled),
        "in_service": access_point.in_service,
        "relationship": access_point.relationship,
        "left_open_after": access_point.left_open_after,
        "auto_close": access_point.auto_close,
        "auto_close_delay": access_point.auto_close_delay,
        "battery": access_point.battery,
    }
