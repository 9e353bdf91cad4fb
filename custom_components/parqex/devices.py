"""Keep Home Assistant's devices as ParqEx lists them."""

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
        self._seen: Snapshot | None = None

    @callback
    def async_update(self) -> None:
        """Register what is new or renamed, remove what is no longer listed."""
        snapshot = self._entry.runtime_data.data
        if snapshot is self._seen:
            return
        self._seen = snapshot
        for controller in snapshot.controllers.values():
            self._async_register(
                controller,
                snapshot.access_points_of(controller.id),
                # Half a list of access points makes no name.
                rename=snapshot.complete or self._async_is_new(controller),
            )
        if snapshot.complete:
            self._async_remove_others({*snapshot.controllers, *snapshot.access_points})

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

    @callback
    def _async_remove_others(self, listed: set[str]) -> None:
        """Remove the devices that ParqEx no longer lists, entities and all."""
        for device in dr.async_entries_for_config_entry(
            self._registry, self._entry.entry_id
        ):
            if not any(
                domain == DOMAIN and identifier in listed
                for domain, identifier in device.identifiers
            ):
                self._registry.async_remove_device(device.id)


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
