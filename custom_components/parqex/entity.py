"""What all entities of an access point share."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .api import AccessPoint
from .const import DOMAIN
from .coordinator import ParqExConfigEntry, ParqExCoordinator


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
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, access_point_id)})

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


@callback
def async_add_access_points[EntityT: ParqExEntity](
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[ParqExCoordinator, str], Iterable[EntityT]],
) -> None:
    """Add the entities of every access point, now and when new ones appear."""
    coordinator = entry.runtime_data
    known: set[str] = set()

    @callback
    def add_new() -> None:
        snapshot = coordinator.data
        listed = snapshot.access_points.keys()
        if snapshot.complete:
            # Their devices were removed; should they come back, they are new.
            known.intersection_update(listed)
        if new := [one for one in listed if one not in known]:
            known.update(new)
            async_add_entities(
                entity
                for access_point_id in new
                for entity in create(coordinator, access_point_id)
            )

    entry.async_on_unload(coordinator.async_add_listener(add_new))
    add_new()
