"""Triggers: an access point was used."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast, override

import voluptuous as vol

from homeassistant.const import (
    ATTR_DEVICE_ID,
    ATTR_NAME,
    CONF_EXCLUDE,
    CONF_OPTIONS,
    CONF_TARGET,
)
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .access_log import AccessType
from .const import (
    ATTR_CHANNEL,
    ATTR_EVENT_TYPE,
    ATTR_OCCURRED_AT,
    ATTR_USER,
    EVENT_ACCESS,
)

CONF_NOT_OLDER_THAN = "not_older_than"
CONF_PERSON = "person"

# What failed moves nothing, so it is found only when the log is fetched anyway.
NOT_OLDER_THAN = dict.fromkeys(AccessType, timedelta(minutes=5))
NOT_OLDER_THAN[AccessType.FAILED] = timedelta(minutes=20)


def _plain(text: str | None) -> str:
    """Return how a name is compared."""
    return (text or "").strip().casefold()


_TEXT = vol.All(cv.string, _plain)

_SCHEMA = vol.Schema(
    {
        vol.Optional(CONF_TARGET, default={}): dict,
        vol.Required(CONF_OPTIONS, default={}): {
            vol.Optional(ATTR_EVENT_TYPE, default=[*AccessType]): vol.All(
                cv.ensure_list, vol.Length(min=1), [vol.Coerce(AccessType)]
            ),
            # Empty is anyone, and any channel.
            vol.Optional(CONF_PERSON, default=""): _TEXT,
            vol.Optional(ATTR_CHANNEL, default=""): _TEXT,
            vol.Optional(CONF_NOT_OLDER_THAN): cv.positive_time_period,
        },
    }
)


class AccessedTrigger(Trigger):
    """Trigger for accesses to the targeted access points; without a target, to all."""

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate the target and the options."""
        return cast("ConfigType", _SCHEMA(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Initialize with the target and the options."""
        super().__init__(hass, config)
        self._target = config.target or {}
        self._options = config.options or {}

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action for each access that matches."""

        @callback
        def accessed(event: Event[dict[str, Any]]) -> None:
            access = event.data
            if self._matches(access) and self._targets(access[ATTR_DEVICE_ID]):
                run_action(access, f"access to {access[ATTR_NAME]}", event.context)

        return self._hass.bus.async_listen(EVENT_ACCESS, accessed)

    def _matches(self, access: Mapping[str, Any]) -> bool:
        """Return whether an access is what the options ask for."""
        options, event_type = self._options, access[ATTR_EVENT_TYPE]
        age = dt_util.utcnow() - datetime.fromisoformat(access[ATTR_OCCURRED_AT])
        return (
            event_type in options[ATTR_EVENT_TYPE]
            and options[CONF_PERSON] in ("", _plain(access[ATTR_USER]))
            and options[ATTR_CHANNEL] in ("", _plain(access[ATTR_CHANNEL]))
            and age <= (options.get(CONF_NOT_OLDER_THAN) or NOT_OLDER_THAN[event_type])
        )

    @callback
    def _targets(self, device_id: str | None) -> bool:
        """Return whether the device is targeted now: by itself, its area, an entity."""
        if not any(self._target.values()):
            return True
        # Home Assistant itself excludes only the entities: the device has others.
        excluded = self._target.get(CONF_EXCLUDE, {})
        return device_id in self._devices(self._target) - self._devices(excluded)

    @callback
    def _devices(self, target: Mapping[str, Any]) -> set[str]:
        """Return the devices that a target has something of."""
        selected = async_extract_referenced_entity_ids(
            self._hass, TargetSelection({**target})
        )
        registry = er.async_get(self._hass)
        entities = map(
            registry.async_get, selected.referenced | selected.indirectly_referenced
        )
        return selected.referenced_devices | {
            entity.device_id for entity in entities if entity and entity.device_id
        }


TRIGGERS: dict[str, type[Trigger]] = {"accessed": AccessedTrigger}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of the integration."""
    return TRIGGERS
