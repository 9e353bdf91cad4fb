"""Keep the device registry as ParqEx lists controllers and access points."""

from collections.abc import Iterable
from itertools import chain, count
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .api import AccessPoint, Controller, Snapshot
from .const import DOMAIN, MANUFACTURER
from .coordinator import ParqExCoordinator
from .data import ParqExConfigEntry

# A controller has no name of its own; it is named after what it opens.
MAX_NAMES = 3


class Devices:
    """The devices of one account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ParqExConfigEntry,
        coordinator: ParqExCoordinator,
    ) -> None:
        """Initialize with the coordinator whose snapshots the registry follows."""
        self._registry = dr.async_get(hass)
        self._entry_id = entry.entry_id
        self._coordinator = coordinator
        # An incomplete snapshot does not prove that what it lacks is gone.
        self._last_listed: dict[str, Controller | AccessPoint] = {}

    @callback
    def async_start(self) -> None:
        """Register what is listed now, remove what is not, and follow changes."""
        snapshot = self._coordinator.data
        self._async_register([*snapshot.controllers, *snapshot.access_points])
        if snapshot.complete:
            self._async_remove_others()
        self._coordinator.config_entry.async_on_unload(
            self._coordinator.async_add_listener(self._async_update)
        )

    @callback
    def _async_update(self) -> None:
        """Register what is new or renamed, remove what is no longer listed."""
        change = self._coordinator.change
        if change.now is change.before:
            return
        if change.now.complete and not change.before.complete:
            # What that lacked may be gone, and half a list of access points makes no name.
            self._last_listed.clear()
            self._async_register([*change.now.controllers, *change.now.access_points])
        else:
            self._async_register(change.ids)
        if change.proves_removals:
            self._async_remove_others()

    @callback
    def _async_register(self, changed: Iterable[str]) -> None:
        """Register the controllers of what looks different in the registry."""
        snapshot = self._coordinator.data
        controllers: dict[str, None] = {}
        for listed_id in changed:
            before = self._last_listed.get(listed_id)
            now = snapshot.controllers.get(listed_id) or snapshot.access_points.get(
                listed_id
            )
            if now is None:
                # It may have named its controller.
                if snapshot.complete and isinstance(before, AccessPoint):
                    controllers[before.controller_id] = None
            elif _registered_fields(before) != _registered_fields(now):
                controllers.update(
                    (
                        one.controller_id if isinstance(one, AccessPoint) else one.id,
                        None,
                    )
                    for one in (before, now)
                    if one
                )
        for controller_id in controllers:
            if controller := snapshot.controllers.get(controller_id):
                self._async_register_controller(controller, snapshot)

    @callback
    def _async_register_controller(
        self, controller: Controller, snapshot: Snapshot
    ) -> None:
        """Register a controller and, under it, its access points."""
        access_points = snapshot.access_points_of(controller.id)
        is_new = not self._registry.async_get_device_by_identifier(
            (DOMAIN, controller.id), self._entry_id
        )
        device = self._registry.async_get_or_create(
            config_entry_id=self._entry_id,
            identifiers={(DOMAIN, controller.id)},
            manufacturer=MANUFACTURER,
            model="Access controller",
            sw_version=controller.software_version,
            # Half a list of access points makes no name.
            **(_controller_name(access_points) if snapshot.complete or is_new else {}),
        )
        self._last_listed[controller.id] = controller
        # No area is suggested: ParqEx does not say where an access point is, and Home
        # Assistant would put a guess into every entity id.
        for access_point in access_points:
            # A device can't be reached through itself.
            via: dict[str, Any] = (
                {"via_device_id": device.id} if access_point.id != controller.id else {}
            )
            self._registry.async_get_or_create(
                config_entry_id=self._entry_id,
                identifiers={(DOMAIN, access_point.id)},
                manufacturer=MANUFACTURER,
                model="Access point",
                **via,
                **self._access_point_name(access_point),
            )
            self._last_listed[access_point.id] = access_point

    def _access_point_name(self, access_point: AccessPoint) -> dict[str, Any]:
        """Return the name its user gave it, or its position on the controller.

        Where another account has it by the same name, it is numbered, since the
        account's own name would get into states and entity ids.
        """
        if not (name := access_point.name):
            return {
                "translation_key": "access_point",
                "translation_placeholders": {"number": str(access_point.number or "?")},
            }
        identifier, others = (DOMAIN, access_point.id), set()
        for entry in self._coordinator.hass.config_entries.async_entries(DOMAIN):
            if entry.entry_id != self._entry_id:
                other = self._registry.async_get_device_by_identifier(
                    identifier, entry.entry_id
                )
                others.add(other and other.name)
        numbered = (f"{name} ({number})" for number in count(2))
        return {
            "name": next(one for one in chain([name], numbered) if one not in others)
        }

    @callback
    def _async_remove_others(self) -> None:
        """Remove devices that a complete snapshot does not list, with their entities."""
        snapshot = self._coordinator.data
        for listed_id in [one for one in self._last_listed if not snapshot.lists(one)]:
            del self._last_listed[listed_id]
        devices = dr.async_entries_for_config_entry(self._registry, self._entry_id)
        for device in devices:
            if not any(
                snapshot.lists(identifier) for _, identifier in device.identifiers
            ):
                self._registry.async_remove_device(device.id)


def _registered_fields(record: Controller | AccessPoint | None) -> tuple[Any, ...]:
    """Return what the device registry holds of a record."""
    match record:
        case Controller():
            return (record.software_version,)
        case AccessPoint():
            return record.controller_id, record.number, record.name
    return ()


def _controller_name(access_points: list[AccessPoint]) -> dict[str, Any]:
    """Return the name of a controller: that of what it opens."""
    names = [access_point.name for access_point in access_points if access_point.name]
    if not names:
        return {"translation_key": "controller"}
    listed = ", ".join(names[:MAX_NAMES]) + (", …" if len(names) > MAX_NAMES else "")
    return {
        "translation_key": "controller_of",
        "translation_placeholders": {"access_points": listed},
    }
