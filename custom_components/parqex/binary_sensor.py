"""Binary sensors: open, left open, and whether it closes by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .access_log.clock import TOLERANCE
from .api import AccessPoint, State
from .data import ParqExConfigEntry
from .entity import ParqExAccessPointEntity, ParqExShowAsEntity, async_add_listed

# Nothing is sent from here.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ParqExBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor of an access point."""

    value_fn: Callable[[AccessPoint], bool | None]
    attributes_fn: Callable[[AccessPoint], dict[str, Any] | None] = lambda _: None


DOOR = ParqExBinarySensorDescription(
    key="door",
    device_class=BinarySensorDeviceClass.DOOR,
    value_fn=lambda access_point: (
        None if access_point.state is None else access_point.state is State.OPEN
    ),
)
LEFT_OPEN = BinarySensorEntityDescription(
    key="left_open",
    translation_key="left_open",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
AUTO_CLOSE = ParqExBinarySensorDescription(
    key="auto_close",
    translation_key="auto_close",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    value_fn=lambda access_point: access_point.auto_close,
    # ParqEx does not say in which unit.
    attributes_fn=lambda access_point: {
        "delay": access_point.auto_close_delay if access_point.auto_close else None
    },
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of an account."""
    async_add_listed(
        entry,
        async_add_entities,
        "access_points",
        [
            (DOOR, ParqExDoor),
            (LEFT_OPEN, ParqExLeftOpen),
            (AUTO_CLOSE, ParqExBinarySensor),
        ],
    )


class ParqExBinarySensor(ParqExAccessPointEntity, BinarySensorEntity):
    """What the service reports of an access point; never what was requested."""

    entity_description: ParqExBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the value that the description names."""
        return self.entity_description.value_fn(self.access_point)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return the attributes that the description names."""
        return self.entity_description.attributes_fn(self.access_point)


class ParqExDoor(ParqExShowAsEntity, ParqExBinarySensor):
    """Whether the service reports an access point as open."""


class ParqExLeftOpen(ParqExAccessPointEntity, BinarySensorEntity):
    """Whether an access point has been open for longer than its controller allows."""

    _seen_open_at: datetime | None = None
    _seen_closed_at: datetime | None = None
    _closed_toggled: datetime | None = None
    _seen_toggled: datetime | None = None
    _cancel_alert: CALLBACK_TYPE | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Start to count."""
        await super().async_added_to_hass()
        self.async_on_remove(self._async_cancel_alert)
        self._async_count()

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the time is up, None where there is no such time."""
        if (
            self.access_point.state is State.CLOSED
            and self.access_point.left_open_after
        ):
            return False
        if (alert_at := self._alert_at) is None:
            return None
        return dt_util.utcnow() >= alert_at

    @property
    def _alert_at(self) -> datetime | None:
        """When the time is up, if it is known and the access point is open."""
        seconds = self.access_point.left_open_after
        if (opened_at := self._opened_at) is None or not seconds:
            return None
        return opened_at + timedelta(seconds=seconds)

    @property
    def _opened_at(self) -> datetime | None:
        """When it opened: as the service says, where that is known and can be right.

        Otherwise when it was first seen open.
        """
        seen, written = self._seen_open_at, self._seen_toggled
        # It may still be the time at which it closed.
        if seen is None or written is None or written == self._closed_toggled:
            return seen
        if (toggled := self.data.access_log.clock.known_utc(written)) is None:
            return seen
        earliest = (self._seen_closed_at or toggled) - TOLERANCE
        return toggled if earliest <= toggled <= seen + TOLERANCE else seen

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Count anew where it moved."""
        self._async_count()
        super()._handle_coordinator_update()

    @callback
    def _async_count(self) -> None:
        """Note since when it is open, and schedule the end of the time allowed."""
        if not self.available:
            return
        access_point, now = self.access_point, dt_util.utcnow()
        if access_point.state is not State.OPEN:
            if access_point.state is State.CLOSED:
                self._closed_toggled = access_point.last_toggled
                self._seen_closed_at = now
            self._seen_open_at = self._seen_toggled = None
        else:
            # One answer may lack it.
            toggled = access_point.last_toggled or self._seen_toggled
            if self._seen_open_at is None or self._seen_toggled not in (None, toggled):
                self._seen_open_at = now
            self._seen_toggled = toggled

        self._async_cancel_alert()
        if (alert_at := self._alert_at) and alert_at > now:
            self._cancel_alert = async_track_point_in_utc_time(
                self.hass, self._async_alert, alert_at
            )

    @callback
    def _async_alert(self, _now: datetime) -> None:
        """Show that the time is up."""
        self.async_write_ha_state()

    @callback
    def _async_cancel_alert(self) -> None:
        """Cancel the scheduled alert."""
        if self._cancel_alert:
            self._cancel_alert()
