"""What all entities of an access point share."""

from collections.abc import Callable, Collection
from typing import Any, Protocol, override

from homeassistant.components.homeassistant.exposed_entities import KNOWN_ASSISTANTS
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .api import AccessPoint, Controller, Snapshot
from .const import DOMAIN
from .coordinator import ParqExConfigEntry, ParqExCoordinator

# Whoever can be heard by an assistant could open a gate, or ask whether it stands open:
# that is the user's to allow, on Home Assistant's own page.
NOT_EXPOSED: er.EntityOptionsType = {
    assistant: {"should_expose": False} for assistant in KNOWN_ASSISTANTS
}


class ParqExEntity(CoordinatorEntity[ParqExCoordinator]):
    """An entity of one access point."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: ParqExCoordinator,
        access_point_id: str,
        description: EntityDescription,
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator, access_point_id)
        self._access_point_id = access_point_id
        self.entity_description = description
        self._attr_unique_id = self._unique_id_of(description.key)
        self.device_entry = _device(coordinator, access_point_id)

    def _unique_id_of(self, key: str) -> str:
        """Return the unique id of one of the access point's entities.

        Two linked accounts may share a door, each with its own name and rights.
        """
        account_id = self.coordinator.config_entry.unique_id
        return f"{account_id}_{self._access_point_id}_{key}"

    @property
    def access_point(self) -> AccessPoint:
        """The access point as the service reported it last; only while available."""
        return self.coordinator.data.access_points[self._access_point_id]

    @property
    def access_point_name(self) -> str:
        """The name of the access point as its user knows it."""
        device = self.device_entry
        return (device and (device.name_by_user or device.name)) or self.entity_id

    @property
    @override
    def available(self) -> bool:
        """Whether the service reports the access point, and as switched on."""
        access_point = self.coordinator.data.access_points.get(self._access_point_id)
        return (
            super().available and access_point is not None and access_point.in_service
        )


class ParqExStateEntity(ParqExEntity):
    """An entity that shows whether an access point is open, or opens it.

    Every other one Home Assistant keeps from the assistants by itself.
    """

    @override
    def get_initial_entity_options(self) -> er.EntityOptionsType | None:
        """Keep a new entity from the assistants until the user exposes it.

        Here, because this is the one place before anybody asks whether it is exposed,
        and is never looked at again.
        """
        return {**(super().get_initial_entity_options() or {}), **NOT_EXPOSED}


class ParqExHistoryEntity(ParqExEntity):
    """An entity that knows the access log of one access point."""

    @property
    @override
    def available(self) -> bool:
        """Whether ParqEx lets the account see the log."""
        access_point = self.coordinator.data.access_points.get(self._access_point_id)
        return (
            self.coordinator.last_update_success
            and access_point is not None
            and not self.coordinator.access_log.refused(access_point.controller_id)
        )


class ParqExControllerEntity(CoordinatorEntity[ParqExCoordinator]):
    """An entity of one controller."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: ParqExCoordinator,
        controller_id: str,
        description: EntityDescription,
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator, controller_id)
        self._controller_id = controller_id
        self.entity_description = description
        account_id = coordinator.config_entry.unique_id
        self._attr_unique_id = f"{account_id}_{controller_id}_{description.key}"
        self.device_entry = _device(coordinator, controller_id)

    @property
    def controller(self) -> Controller:
        """The controller as the service reported it last; only while available."""
        return self.coordinator.data.controllers[self._controller_id]

    @property
    @override
    def available(self) -> bool:
        """Whether the service reports the controller."""
        return (
            super().available
            and self._controller_id in self.coordinator.data.controllers
        )


def _device(coordinator: ParqExCoordinator, listed_id: str) -> DeviceEntry | None:
    """Return the device that devices.py has registered before any entity is made."""
    return dr.async_get(coordinator.hass).async_get_device_by_identifier(
        (DOMAIN, listed_id), coordinator.config_entry.entry_id
    )


class _EntityClass(Protocol):
    """What makes an entity of an access point or a controller."""

    def __call__(
        self, coordinator: ParqExCoordinator, listed_id: str, description: Any, /
    ) -> Entity: ...


@callback
def async_add_access_points(
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity_class: _EntityClass,
    description: EntityDescription,
    supported_fn: Callable[[AccessPoint], bool] = lambda _: True,
) -> None:
    """Add an entity of every access point that has it, now and when new ones appear."""

    def wanted(snapshot: Snapshot, one_id: str) -> bool:
        """Tell whether an id is that of an access point which has it."""
        access_point = snapshot.access_points.get(one_id)
        return access_point is not None and supported_fn(access_point)

    _async_add(entry, async_add_entities, entity_class, description, wanted)


@callback
def async_add_controllers(
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity_class: _EntityClass,
    description: EntityDescription,
) -> None:
    """Add an entity of every controller, now and when new ones appear."""

    def wanted(snapshot: Snapshot, one_id: str) -> bool:
        """Tell whether an id is that of a controller."""
        return one_id in snapshot.controllers

    _async_add(entry, async_add_entities, entity_class, description, wanted)


@callback
def _async_add(
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity_class: _EntityClass,
    description: EntityDescription,
    wanted_fn: Callable[[Snapshot, str], bool],
) -> None:
    """Add an entity for every id that wants it in a snapshot, now or later."""
    coordinator = entry.runtime_data
    known: set[str] = set()

    @callback
    def add_new(ids: Collection[str]) -> None:
        snapshot = coordinator.data
        if snapshot.complete:
            # Their devices were removed; should they come back, they are new.
            known.difference_update(
                [one_id for one_id in ids if not snapshot.lists(one_id)]
            )
        new = [
            one_id
            for one_id in ids
            if one_id not in known and wanted_fn(snapshot, one_id)
        ]
        if new:
            known.update(new)
            async_add_entities(
                entity_class(coordinator, one_id, description) for one_id in new
            )

    entry.async_on_unload(
        coordinator.async_add_listener(lambda: add_new(coordinator.changed))
    )
    add_new([*coordinator.data.controllers, *coordinator.data.access_points])
