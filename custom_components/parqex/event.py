"""Events: every access to an access point."""

from typing import override

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
    ATTR_OCCURRED_AT,
    ATTR_REQUESTED,
    ATTR_USER,
    EVENT_ACCESS,
)
from .data import ParqExConfigEntry
from .entity import ParqExAccessLogEntity, async_add_listed

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
    """Set up the events of an account."""
    async_add_listed(
        entry, async_add_entities, "access_points", [(ACCESS, ParqExAccessEvent)]
    )


class ParqExAccessEvent(ParqExAccessLogEntity, EventEntity):
    """Who opened or closed an access point, or tried to."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to accesses."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.data.access_log.async_add_access_listener(
                self._listed_id, self._async_publish
            )
        )

    @override
    async def async_get_last_event_data(self) -> EventExtraStoredData | None:
        """Return the last event, without its user where names are not recorded."""
        last = await super().async_get_last_event_data()
        if (
            last
            and last.last_event_attributes
            and not self.data.access_log.records_names
        ):
            last.last_event_attributes[ATTR_USER] = None
        return last

    @callback
    def _async_publish(self, access: Access) -> None:
        """Publish an access: to automations, and to Activity as a sentence."""
        attributes = {
            ATTR_USER: access.user,
            ATTR_CHANNEL: access.channel,
            ATTR_OCCURRED_AT: dt_util.as_local(access.occurred_at).isoformat(),
        }
        # The sentence belongs to what the access point is operated with.
        control = self.enabled_control(Platform.SWITCH) or self.enabled_control(
            Platform.COVER
        )
        context = Context()
        self.hass.bus.async_fire(
            EVENT_ACCESS,
            {
                ATTR_ENTITY_ID: control or self.entity_id,
                ATTR_DEVICE_ID: self.device_entry and self.device_entry.id,
                ATTR_NAME: self.access_point_name,
                "event_type": access.type,
                ATTR_REQUESTED: access.requested.lower(),
                **attributes,
            },
            context=context,
        )
        self.async_set_context(context)
        self._trigger_event(access.type, attributes)
        self.async_write_ha_state()
