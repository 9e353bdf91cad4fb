"""When an access point was used last and by whom, and what helps to find trouble."""

from collections.abc import Callable
from dataclasses import dataclass
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

from .access_memory import LastAccess
from .api import AccessPoint, Relationship
from .const import ATTR_OCCURRED_AT
from .coordinator import ParqExConfigEntry
from .entity import (
    ParqExControllerEntity,
    ParqExEntity,
    ParqExEntityDescription,
    ParqExHistoryEntity,
    async_add_access_points,
    async_add_controllers,
)

# Nothing is sent from here.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ParqExSensorEntityDescription(SensorEntityDescription, ParqExEntityDescription):
    """What a sensor shows of an access point."""

    value_fn: Callable[[AccessPoint], str | int | None]


@dataclass(frozen=True, kw_only=True)
class ParqExHistorySensorEntityDescription(
    SensorEntityDescription, ParqExEntityDescription
):
    """What a sensor shows of the last access."""

    value_fn: Callable[[LastAccess], str | datetime | None]
    occurred_at_fn: Callable[[LastAccess], datetime | None] | None = None


SENSORS = (
    ParqExSensorEntityDescription(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=lambda access_point: access_point.battery is not None,
        value_fn=lambda access_point: access_point.battery,
    ),
    ParqExSensorEntityDescription(
        key="relationship",
        translation_key="relationship",
        device_class=SensorDeviceClass.ENUM,
        options=[one.name.lower() for one in Relationship],
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda access_point: (
            access_point.relationship and access_point.relationship.name.lower()
        ),
    ),
)
LAST_ACCESS = ParqExHistorySensorEntityDescription(
    key="last_access",
    translation_key="last_access",
    device_class=SensorDeviceClass.TIMESTAMP,
    value_fn=lambda last: last.occurred_at,
)
LAST_USER = ParqExHistorySensorEntityDescription(
    key="last_user",
    translation_key="last_user",
    value_fn=lambda last: last.user,
    # So that it changes, too, when the same person comes again.
    occurred_at_fn=lambda last: last.user_occurred_at,
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
    of_history = [LAST_ACCESS]
    if entry.runtime_data.access_log.records_names:
        of_history.append(LAST_USER)
    else:
        _async_remove_last_users(hass, entry)
    async_add_access_points(entry, async_add_entities, ParqExHistorySensor, of_history)
    async_add_access_points(entry, async_add_entities, ParqExSensor, SENSORS)
    async_add_controllers(entry, async_add_entities, ParqExLastContact, [LAST_CONTACT])


@callback
def _async_remove_last_users(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Remove the sensors that would name people."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.unique_id.endswith(f"_{LAST_USER.key}"):
            registry.async_remove(entity.entity_id)


class ParqExSensor(ParqExEntity, SensorEntity):
    """A sensor that shows what the service reports of an access point."""

    entity_description: ParqExSensorEntityDescription

    @property
    @override
    def native_value(self) -> str | int | None:
        """Return what the service reports."""
        return self.entity_description.value_fn(self.access_point)


class ParqExHistorySensor(ParqExHistoryEntity, SensorEntity):
    """A sensor that shows something of the last access."""

    entity_description: ParqExHistorySensorEntityDescription

    @property
    @override
    def native_value(self) -> str | datetime | None:
        """Return what the last access says."""
        last = self.coordinator.access_log.last(self._access_point_id)
        return self.entity_description.value_fn(last) if last else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return when that was, where the state does not say it."""
        if (occurred_at_fn := self.entity_description.occurred_at_fn) is None:
            return None
        last = self.coordinator.access_log.last(self._access_point_id)
        occurred_at = occurred_at_fn(last) if last else None
        return {
            ATTR_OCCURRED_AT: occurred_at and dt_util.as_local(occurred_at).isoformat()
        }


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
