"""Sensors: the last access, and diagnostics."""

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
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .access_log import LastAccess
from .api import AccessPoint, Relationship
from .const import ATTR_OCCURRED_AT
from .data import ParqExConfigEntry
from .entity import (
    ParqExAccessLogEntity,
    ParqExAccessPointEntity,
    ParqExControllerEntity,
    ParqExEntity,
    async_add_listed,
)

# Nothing is sent from here.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ParqExSensorDescription(SensorEntityDescription):
    """A sensor of what the service reports of an access point."""

    value_fn: Callable[[AccessPoint], StateType]


@dataclass(frozen=True, kw_only=True)
class ParqExAccessLogSensorDescription(SensorEntityDescription):
    """A sensor of the last access of an access point."""

    value_fn: Callable[[LastAccess], StateType | datetime]
    attributes_fn: Callable[[LastAccess], dict[str, Any]] | None = None


LAST_ACCESS = ParqExAccessLogSensorDescription(
    key="last_access",
    translation_key="last_access",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda last: last.occurred_at,
)
LAST_USER = ParqExAccessLogSensorDescription(
    key="last_user",
    translation_key="last_user",
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda last: last.user,
    # It changes also when the same person comes again.
    attributes_fn=lambda last: {
        ATTR_OCCURRED_AT: last.user_occurred_at
        and dt_util.as_local(last.user_occurred_at).isoformat()
    },
)
BATTERY = ParqExSensorDescription(
    key="battery",
    device_class=SensorDeviceClass.BATTERY,
    native_unit_of_measurement=PERCENTAGE,
    state_class=SensorStateClass.MEASUREMENT,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda access_point: access_point.battery,
)
RELATIONSHIP = ParqExSensorDescription(
    key="relationship",
    translation_key="relationship",
    device_class=SensorDeviceClass.ENUM,
    options=[relationship.name.lower() for relationship in Relationship],
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    value_fn=lambda access_point: (
        access_point.relationship and access_point.relationship.name.lower()
    ),
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
    """Set up the sensors of an account."""
    access_log = entry.runtime_data.access_log
    of_log: list[tuple[EntityDescription, type[ParqExEntity]]] = [
        (LAST_ACCESS, ParqExAccessLogSensor)
    ]
    if access_log.records_names:
        # An automation that the last access starts may ask for the last user.
        of_log.insert(0, (LAST_USER, ParqExAccessLogSensor))
    else:
        _async_remove_last_users(hass, entry)
    async_add_listed(
        entry, async_add_entities, "access_points", of_log, access_log.was_fetched
    )
    async_add_listed(
        entry, async_add_entities, "access_points", [(RELATIONSHIP, ParqExSensor)]
    )
    async_add_listed(
        entry,
        async_add_entities,
        "access_points",
        [(BATTERY, ParqExSensor)],
        supported_fn=lambda access_point: access_point.battery is not None,
    )
    async_add_listed(
        entry, async_add_entities, "controllers", [(LAST_CONTACT, ParqExLastContact)]
    )


@callback
def _async_remove_last_users(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Remove the sensors that would name people."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.unique_id.endswith(f"_{LAST_USER.key}"):
            registry.async_remove(entity.entity_id)


class ParqExAccessLogSensor(ParqExAccessLogEntity, SensorEntity):
    """When an access point was used last, or by whom."""

    entity_description: ParqExAccessLogSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the value that the description names."""
        last = self.data.access_log.last(self._listed_id)
        return last and self.entity_description.value_fn(last)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return the attributes that the description names."""
        if (attributes_fn := self.entity_description.attributes_fn) is None:
            return None
        last = self.data.access_log.last(self._listed_id)
        return attributes_fn(last) if last else {ATTR_OCCURRED_AT: None}


class ParqExSensor(ParqExAccessPointEntity, SensorEntity):
    """What the service reports of an access point."""

    entity_description: ParqExSensorDescription

    @property
    @override
    def native_value(self) -> StateType:
        """Return the value that the description names."""
        return self.entity_description.value_fn(self.access_point)


class ParqExLastContact(ParqExControllerEntity, SensorEntity):
    """When a controller last reported anything."""

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the time, once it is known in which zone the service writes it."""
        last_contact = self.controller.last_contact
        return last_contact and self.data.access_log.clock.known_utc(last_contact)
