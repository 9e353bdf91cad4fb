"""Keep Home Assistant's devices as ParqEx lists them."""

from collections.abc import Iterable
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .api import AccessPoint, Controller, Snapshot
from .const import DOMAIN, MANUFACTURER
from .coordinator import ParqExConfigEntry

# A controller has no name of its own; it is called by what it opens.
MAX_NAMES = 3


class Devices:
    """The controllers and access points of an account in the device registry."""

    def __init__(self, hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
        """Take the entry whose devices these are."""
        self._registry = dr.async_get(hass)
        self._entry = entry
        self._registered = {
            identifier
            for device in dr.async_entries_for_config_entry(
                self._registry, entry.entry_id
            )
            for _, identifier in device.identifiers
        }
        # What an incomplete snapshot lacks is not known to be gone.
        self._complete = Snapshot({}, {})

    @callback
    def async_set_up(self) -> None:
        """Register what is listed, remove what is not."""
        snapshot = self._entry.runtime_data.data
        self._async_update([*snapshot.controllers, *snapshot.access_points])

    @callback
    def async_update(self) -> None:
        """Register what is new or renamed, remove what is no longer listed."""
        self._async_update(self._entry.runtime_data.changed)

    @callback
    def _async_update(self, changed: Iterable[str]) -> None:
        """Bring up to date what has changed since the last complete snapshot."""
        snapshot = self._entry.runtime_data.data
        for controller_id in self._controllers_to_register(changed, snapshot):
            if controller := snapshot.controllers.get(controller_id):
                self._async_register(
                    controller,
                    snapshot.access_points_of(controller_id),
                    # Half a list of access points makes no name.
                    rename=snapshot.complete or self._async_is_new(controller),
                )
        if snapshot.complete:
            self._complete = snapshot
            # Everything listed is registered by now.
            listed = len(snapshot.controllers) + len(snapshot.access_points)
            if len(self._registered) != listed:
                self._async_remove_others(
                    {*snapshot.controllers, *snapshot.access_points}
                )

    def _controllers_to_register(
        self, changed: Iterable[str], snapshot: Snapshot
    ) -> dict[str, None]:
        """Return the ids of controllers that are to look different; most only moved."""
        found: dict[str, None] = {}
        before, now = self._complete, snapshot
        for one_id in changed:
            controllers = before.controllers.get(one_id), now.controllers.get(one_id)
            if _look(controllers[0]) != _look(controllers[1]):
                found[one_id] = None
            points = before.access_points.get(one_id), now.access_points.get(one_id)
            if _look(points[0]) != _look(points[1]):
                found.update((one.controller_id, None) for one in points if one)
        return found

    @callback
    def _async_is_new(self, controller: Controller) -> bool:
        """Tell whether a controller is not registered yet."""
        return not self._registry.async_get_device_by_identifier(
            (DOMAIN, controller.id), self._entry.entry_id
        )

    @callback
    def _async_register(
        self, controller: Controller, access_points: list[AccessPoint], rename: bool
    ) -> None:
        """Register a controller and, under it, its access points."""
        device = self._registry.async_get_or_create(
            config_entry_id=self._entry.entry_id,
            identifiers={(DOMAIN, controller.id)},
            manufacturer=MANUFACTURER,
            model="Access controller",
            sw_version=controller.software_version,
            **(_controller_name(access_points) if rename else {}),
        )
        self._registered.add(controller.id)
        # No area is suggested: ParqEx does not say where an access point is, and Home
        # Assistant would put a guess into every entity id.
        for access_point in access_points:
            self._registry.async_get_or_create(
                config_entry_id=self._entry.entry_id,
                identifiers={(DOMAIN, access_point.id)},
                manufacturer=MANUFACTURER,
                model="Access point",
                via_device_id=device.id,
                **_access_point_name(access_point),
            )
            self._registered.add(access_point.id)

    @callback
    def _async_remove_others(self, listed: set[str]) -> None:
        """Remove the devices that ParqEx no longer lists, entities and all."""
        for identifier in self._registered - listed:
            if device := self._registry.async_get_device_by_identifier(
                (DOMAIN, identifier), self._entry.entry_id
            ):
                self._registry.async_remove_device(device.id)
        self._registered &= listed


def _look(one: Controller | AccessPoint | None) -> tuple[Any, ...] | None:
    """Return what the device registry holds of a controller or an access point."""
    match one:
        case Controller():
            return (one.software_version,)
        case AccessPoint():
            return one.controller_id, one.number, one.name
    return None


def _controller_name(access_points: list[AccessPoint]) -> dict[str, Any]:
    """Name a controller after what it opens."""
    names = [access_point.name for access_point in access_points if access_point.name]
    if not names:
        return {"translation_key": "controller"}
    listed = ", ".join(names[:MAX_NAMES]) + (", …" if len(names) > MAX_NAMES else "")
    return {
        "translation_key": "controller_of",
        "translation_placeholders": {"access_points": listed},
    }


def _access_point_name(access_point: AccessPoint) -> dict[str, Any]:
    """Name an access point as its user did, or by its place on the controller."""
    if access_point.name:
        return {"name": access_point.name}
    return {
        "translation_key": "access_point",
        "translation_placeholders": {"number": str(access_point.number or "?")},
    }
