"""Events: every access to an access point."""

from functools import partial
from typing import Any, override

from homeassistant.components.event import (
    EventEntity,
    EventEntityDescription,
    EventExtraStoredData,
)
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_NAME, Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .access_log import Access, AccessType
from .const import (
    ATTR_CHANNEL,
    ATTR_EVENT_TYPE,
    ATTR_OCCURRED_AT,
    ATTR_REQUESTED,
    ATTR_USER,
    EVENT_ACCESS,
)
from .data import ParqExConfigEntry
from .entity import (
    ParqExAccessLogEntity,
    async_add_listed,
    device_of,
    enabled_control,
    name_of,
)

# Nothing is sent from here.
PARALLEL_UPDATES = 0


ACCESS = EventEntityDescription(
    key="access", translation_key="access", event_types=[*AccessType]
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events of an account: on the bus, and as entities."""
    access_log = entry.runtime_data.access_log
    entry.async_on_unload(
        access_log.async_add_access_listener(partial(_async_fire, hass, entry))
    )
    async_add_listed(
        entry,
        async_add_entities,
        "access_points",
        [(ACCESS, ParqExAccessEvent)],
        access_log.was_fetched,
    )


@callback
def _async_fire(
    hass: HomeAssistant, entry: ParqExConfigEntry, access: Access, context: Context
) -> None:
    """Fire an access: for the trigger, and for Activity as a sentence."""
    device = device_of(hass, entry, access.access_point_id)
    # The sentence belongs to what the access point is operated with.
    controls = (
        enabled_control(hass, entry, access.access_point_id, platform)
        for platform in (Platform.SWITCH, Platform.COVER)
    )
    hass.bus.async_fire(
        EVENT_ACCESS,
        {
            ATTR_ENTITY_ID: next(filter(None, controls), None),
            ATTR_DEVICE_ID: device and device.id,
            ATTR_NAME: name_of(device),
            ATTR_EVENT_TYPE: access.type,
            ATTR_REQUESTED: access.requested.lower(),
            **_attributes(access),
        },
        context=context,
    )


def _attributes(access: Access) -> dict[str, Any]:
    """Return who did it, how and when."""
    return {
        ATTR_USER: access.user,
        ATTR_CHANNEL: access.channel,
        ATTR_OCCURRED_AT: dt_util.as_local(access.occurred_at).isoformat(),
    }


class ParqExAccessEvent(ParqExAccessLogEntity, EventEntity):
    """Who opened or closed an access point, or tried to."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to accesses."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.data.access_log.async_add_access_listener(
                self._async_publish, self._listed_id
            )
        )

    @override
    async def async_get_last_event_data(self) -> EventExtraStoredData | None:
        """Restore nothing: the last access, shown again, would look like a new one."""
        return None

    @callback
    def _async_publish(self, access: Access, context: Context) -> None:
        """Publish an access, as the event on the bus does."""
        self.async_set_context(context)
        self._trigger_event(access.type, _attributes(access))
        self.async_write_ha_state()
