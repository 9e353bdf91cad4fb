"""When an access point was used last, and by whom."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .access_memory import LastAccess
from .const import ATTR_OCCURRED_AT
from .coordinator import ParqExConfigEntry
from .entity import ParqExHistoryEntity, async_add_access_points

# Nothing is sent from here.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ParqExHistorySensorDescription(SensorEntityDescription):
    """What a sensor shows of the last access."""

    value_fn: Callable[[LastAccess], str | datetime | None]
    occurred_at_fn: Callable[[LastAccess], datetime | None] | None = None


LAST_ACCESS = ParqExHistorySensorDescription(
    key="last_access",
    translation_key="last_access",
    device_class=SensorDeviceClass.TIMESTAMP,
    value_fn=lambda last: last.occurred_at,
)
LAST_USER = ParqExHistorySensorDescription(
    key="last_user",
    translation_key="last_user",
    value_fn=lambda last: last.user,
    # So that it changes, too, when the same person comes again.
    occurred_at_fn=lambda last: last.user_occurred_at,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of every access point."""
    descriptions = [LAST_ACCESS]
    if entry.runtime_data.access_log.records_names:
        descriptions.append(LAST_USER)
    else:
        _async_remove_last_users(hass, entry)
    async_add_access_points(
        entry,
        async_add_entities,
        lambda coordinator, access_point_id: [
            ParqExHistorySensor(coordinator, access_point_id, description)
            for description in descriptions
        ],
    )


@callback
def _async_remove_last_users(hass: HomeAssistant, entry: ParqExConfigEntry) -> None:
    """Remove the sensors that would name people."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.unique_id.endswith(f"_{LAST_USER.key}"):
            registry.async_remove(entity.entity_id)


class ParqExHistorySensor(ParqExHistoryEntity, SensorEntity):
    """A sensor that shows something of the last access."""

    entity_description: ParqExHistorySensorDescription

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
