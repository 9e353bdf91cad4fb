"""When an access point was used last and by whom, and what helps to find trouble."""

from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api import Relationship
from .const import ATTR_OCCURRED_AT
from .coordinator import ParqExConfigEntry
from .entity import (
    ParqExControllerEntity,
    ParqExEntity,
    ParqExHistoryEntity,
    async_add_access_points,
    async_add_controllers,
)

# Nothing is sent from here.
PARALLEL_UPDATES = 0


LAST_ACCESS = SensorEntityDescription(
    key="last_access",
    translation_key="last_access",
    device_class=SensorDeviceClass.TIMESTAMP,
)
LAST_USER = SensorEntityDescription(key="last_user", translation_key="last_user")
BATTERY = SensorEntityDescription(
    key="battery",
    device_class=SensorDeviceClass.BATTERY,
    native_unit_of_measurement=PERCENTAGE,
    state_class=SensorStateClass.MEASUREMENT,
    entity_category=EntityCategory.DIAGNOSTIC,
)
RELATIONSHIP = SensorEntityDescription(
    key="relationship",
    translation_key="relationship",
    device_class=SensorDeviceClass.ENUM,
    options=[one.name.lower() for one in Relationship],
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)
LAST_CONTACT = SensorEntityDescription(
    key="last_contact",
    translation_key="last_contact",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of every access point and controller."""
    async_add_access_points(entry, async_add_entities, ParqExLastAccess, LAST_ACCESS)
    if entry.runtime_data.access_log.records_names:
        async_add_access_points(entry, async_add_entities, ParqExLastUser, LAST_USER)
    else:
        _async_remove_last_users(hass, entry)
    async_add_access_points(
        entry,
        async_add_entities,
        ParqExBattery,
        BATTERY,
        supported_fn=lambda access_point: access_point.battery is not None,
    )
    async_add_access_points(entry, async_add_entities, ParqExRelationship, RELATIONSHIP)
    async_add_controllers(entry, async_add_entities, ParqExLastContact, LAST_CONTACT)


@callback
def _async_remove_last_users(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Remove the sensors that would name people."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.unique_id.endswith(f"_{LAST_USER.key}"):
            registry.async_remove(entity.entity_id)


class ParqExLastAccess(ParqExHistoryEntity, SensorEntity):
    """When an access point was used last."""

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return what the log says."""
        last = self.coordinator.access_log.last(self._access_point_id)
        return last.occurred_at if last else None


class ParqExLastUser(ParqExHistoryEntity, SensorEntity):
    """Who used an access point last."""

    @property
    @override
    def native_value(self) -> str | None:
        """Return what the log says."""
        last = self.coordinator.access_log.last(self._access_point_id)
        return last.user if last else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return when that was: so it changes, too, when the same person comes again."""
        last = self.coordinator.access_log.last(self._access_point_id)
        occurred_at = last.user_occurred_at if last else None
        return {
            ATTR_OCCURRED_AT: occurred_at and dt_util.as_local(occurred_at).isoformat()
        }


class ParqExBattery(ParqExEntity, SensorEntity):
    """What is left of the battery of an access point's Bluetooth sensor."""

    @property
    @override
    def native_value(self) -> int | None:
        """Return what the service reports."""
        return self.access_point.battery


class ParqExRelationship(ParqExEntity, SensorEntity):
    """What the linked account is to an access point."""

    @property
    @override
    def native_value(self) -> str | None:
        """Return what the service reports."""
        relationship = self.access_point.relationship
        return relationship.name.lower() if relationship else None


class ParqExLastContact(ParqExControllerEntity, SensorEntity):
    """When a controller last had something to say."""

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the time, once it is known in which zone the service writes it."""
        last_contact = self.controller.last_contact
        service_time = self.coordinator.service_time
        if last_contact is None or not service_time.proven:
            return None
        return service_time.to_utc(last_contact, dt_util.utcnow())
