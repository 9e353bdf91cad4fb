"""What the service reports of access points: open or closed, and open for too long."""

from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .api import AccessPoint, State
from .coordinator import ParqExConfigEntry, ParqExCoordinator
from .entity import ParqExEntity, ParqExStateEntity, async_add_access_points
from .service_time import TOLERANCE

# Nothing is sent from here.
PARALLEL_UPDATES = 0


DOOR = BinarySensorEntityDescription(
    key="door", device_class=BinarySensorDeviceClass.DOOR
)
LEFT_OPEN = BinarySensorEntityDescription(
    key="left_open",
    translation_key="left_open",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
AUTO_CLOSE = BinarySensorEntityDescription(
    key="auto_close",
    translation_key="auto_close",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of every access point."""
    async_add_access_points(entry, async_add_entities, ParqExDoor, DOOR)
    async_add_access_points(entry, async_add_entities, ParqExLeftOpen, LEFT_OPEN)
    async_add_access_points(entry, async_add_entities, ParqExAutoClose, AUTO_CLOSE)


class ParqExDoor(ParqExStateEntity, BinarySensorEntity):
    """Whether the service reports an access point as open; never what was asked for."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what the service reports."""
        state = self.access_point.state
        return None if state is None else state is State.OPEN


class ParqExAutoClose(ParqExEntity, BinarySensorEntity):
    """Whether an access point closes by itself."""

    @property
    @override
    def is_on(self) -> bool:
        """Return its controller's setting."""
        return self.access_point.auto_close

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return after what time; ParqEx does not say in which unit."""
        access_point = self.access_point
        return {
            "delay": access_point.auto_close_delay if access_point.auto_close else None
        }


class ParqExLeftOpen(ParqExEntity, BinarySensorEntity):
    """Whether an access point has been open for longer than its controller allows."""

    def __init__(
        self,
        coordinator: ParqExCoordinator,
        access_point_id: str,
        description: EntityDescription,
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator, access_point_id, description)
        self._opened_at: datetime | None = None
        self._closed_at: datetime | None = None
        self._toggled: datetime | None = None
        self._cancel_alert: CALLBACK_TYPE | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to count."""
        await super().async_added_to_hass()
        self.async_on_remove(self._async_cancel_alert)
        self._async_count()

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the time is up."""
        if self.access_point.state is State.CLOSED:
            return False
        if (alert_at := self._alert_at) is None:
            return None
        return dt_util.utcnow() >= alert_at

    @property
    def _alert_at(self) -> datetime | None:
        """When the time is up, if it is known and the access point is open."""
        seconds = self.access_point.left_open_after
        if self._opened_at is None or not seconds:
            return None
        return self._opened_at + timedelta(seconds=seconds)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Count anew where it moved."""
        self._async_count()
        super()._handle_coordinator_update()

    @callback
    def _async_count(self) -> None:
        """Find out since when it is open, and wake up when the time is up."""
        if not self.available:
            return
        access_point, now = self.access_point, dt_util.utcnow()
        if access_point.state is not State.OPEN:
            self._opened_at = None
            self._closed_at = now if access_point.state is State.CLOSED else None
        elif self._opened_at is None or access_point.last_toggled != self._toggled:
            self._opened_at = self._since(access_point, now)
        self._toggled = access_point.last_toggled

        self._async_cancel_alert()
        if (alert_at := self._alert_at) and alert_at > now:
            self._cancel_alert = async_track_point_in_utc_time(
                self.hass, self._async_alert, alert_at
            )

    def _since(self, access_point: AccessPoint, now: datetime) -> datetime:
        """Return since when it is open: as the service says, where that can be right.

        Else from now, when it was seen open.
        """
        service_time = self.coordinator.service_time
        if access_point.last_toggled and service_time.proven:
            toggled = service_time.to_utc(access_point.last_toggled, now)
            seen_closed = self._closed_at or toggled
            if seen_closed - TOLERANCE <= toggled <= now + TOLERANCE:
                return toggled
        return now

    @callback
    def _async_alert(self, _now: datetime) -> None:
        """Tell that the time is up."""
        self._cancel_alert = None
        self.async_write_ha_state()

    @callback
    def _async_cancel_alert(self) -> None:
        """Wake up no more."""
        if self._cancel_alert:
            self._cancel_alert()
            self._cancel_alert = None
