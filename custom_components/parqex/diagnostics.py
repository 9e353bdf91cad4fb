"""What helps to solve a support case, and nothing that names anybody or anything."""

from typing import Any

from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .api import AccessPoint, Controller
from .const import DOMAIN
from .coordinator import ParqExConfigEntry, ParqExCoordinator


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ParqExConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an account."""
    coordinator = entry.runtime_data
    snapshot = coordinator.data
    return {
        "webhook": CONF_WEBHOOK_ID in entry.options,
        "coordinator": _coordinator(coordinator),
        "access_log": coordinator.access_log.diagnostics(),
        "controllers": [
            _controller(coordinator, controller)
            for controller in snapshot.controllers.values()
        ],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: ParqExConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of a controller or an access point."""
    coordinator = entry.runtime_data
    snapshot = coordinator.data
    found: dict[str, Any] = {}
    for domain, identifier in device.identifiers:
        if domain != DOMAIN:
            continue
        if controller := snapshot.controllers.get(identifier):
            found = _controller(coordinator, controller)
        elif access_point := snapshot.access_points.get(identifier):
            found = _access_point(coordinator, access_point)
    return {"coordinator": _coordinator(coordinator), "device": found}


def _coordinator(coordinator: ParqExCoordinator) -> dict[str, Any]:
    """Return how looking at ParqEx goes."""
    answered_at = coordinator.last_update_success_time
    return {
        "last_update_success": coordinator.last_update_success,
        "last_success": answered_at and answered_at.isoformat(),
        "last_errors": list(coordinator.last_errors),
        "failures_in_a_row": coordinator.failures,
        "seconds_for_last_answer": coordinator.seconds_for_last_answer,
        "seconds_between_looks": (
            coordinator.update_interval and coordinator.update_interval.total_seconds()
        ),
        "hints": coordinator.hints.diagnostics(),
        "commands_awaited": coordinator.commands.awaited,
        "skipped_records": coordinator.data.skipped,
        "shape_of_last_answer": coordinator.client.last_shape,
        "time_zone": {
            "zone": str(coordinator.service_time.zone),
            "proven": coordinator.service_time.proven,
        },
    }


def _controller(
    coordinator: ParqExCoordinator, controller: Controller
) -> dict[str, Any]:
    """Return a controller without what tells it from others."""
    return {
        "software_version": controller.software_version,
        "last_contact": controller.last_contact and str(controller.last_contact),
        "access_log_refused": coordinator.access_log.refused(controller.id),
        "access_points": [
            _access_point(coordinator, access_point)
            for access_point in coordinator.data.access_points_of(controller.id)
        ],
    }


def _access_point(
    coordinator: ParqExCoordinator, access_point: AccessPoint
) -> dict[str, Any]:
    """Return an access point without what tells it from others."""
    return {
        "number": access_point.number,
        "named": access_point.name is not None,
        "state": access_point.state,
        "requested": coordinator.commands.requested(access_point.id),
        "last_toggled": access_point.last_toggled and str(access_point.last_toggled),
        "in_service": access_point.in_service,
        "relationship": access_point.relationship,
        "left_open_after": access_point.left_open_after,
        "auto_close": access_point.auto_close,
        "auto_close_delay": access_point.auto_close_delay,
        "battery": access_point.battery,
    }
