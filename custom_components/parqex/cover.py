"""Covers that open and close access points, and the option that enables them."""

from typing import Any, override

from homeassistant.components.cover import CoverEntity, CoverEntityDescription
from homeassistant.components.cover.const import CoverDeviceClass, CoverEntityFeature
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import State
from .const import DOMAIN, SHOW_AS, SHOW_AS_DEFAULT
from .data import ParqExConfigEntry
from .entity import ParqExControl, async_add_listed

# Commands wait for each other in commands.py, per controller.
PARALLEL_UPDATES = 0


# ParqEx does not say which kind it is; the user can, in the entity's settings.
ACCESS_POINT = CoverEntityDescription(
    key=Platform.COVER, name=None, device_class=CoverDeviceClass.GATE
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the covers of an account."""
    async_add_listed(
        entry, async_add_entities, "access_points", [(ACCESS_POINT, ParqExCover)]
    )


class ParqExCover(ParqExControl, CoverEntity):
    """An access point as the service reports it, and on its way there."""

    _attr_supported_features = CoverEntityFeature.OPEN | CoverEntityFeature.CLOSE

    @property
    @override
    def is_closed(self) -> bool | None:
        """Whether it is reported closed."""
        state = self.access_point.state
        return None if state is None else state is State.CLOSED

    @property
    @override
    def is_opening(self) -> bool:
        """Whether it was requested to open, and is not reported open yet."""
        return State.OPEN is self.requested is not self.access_point.state

    @property
    @override
    def is_closing(self) -> bool:
        """Whether it was requested to close, and is not reported closed yet."""
        return State.CLOSED is self.requested is not self.access_point.state

    @override
    async def async_open_cover(self, **kwargs: Any) -> None:
        """Open."""
        await self.async_request(State.OPEN)

    @override
    async def async_close_cover(self, **kwargs: Any) -> None:
        """Close."""
        await self.async_request(State.CLOSED)


@callback
def async_show_as(
    hass: HomeAssistant, entry: ParqExConfigEntry, keys: set[str]
) -> None:
    """Enable the entities of these keys and disable the others, while unloaded.

    What is not as it was given here last was changed by hand, and stays as it is.
    """
    registry = er.async_get(hass)
    integration = er.RegistryEntryDisabler.INTEGRATION
    # What is left of a removed account is enabled when that is linked again.
    known = hass.config_entries.async_get_entry(entry.entry_id)
    enabler = None if known else er.RegistryEntryDisabler.CONFIG_ENTRY
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        key = entity.unique_id.rpartition("_")[2]
        if key not in SHOW_AS["both"]:
            continue
        enable = key in keys
        default = {"enabled": key in SHOW_AS[SHOW_AS_DEFAULT]}
        given = entity.options.get(DOMAIN, default)["enabled"]
        # While the account is disabled, what is enabled has that reason.
        enabled = entity.disabled_by in (None, er.RegistryEntryDisabler.CONFIG_ENTRY)
        as_given = enabled if given else entity.disabled_by is integration
        by_user = entity.disabled_by is er.RegistryEntryDisabler.USER
        if enable is given or not (as_given or by_user):
            continue
        registry.async_update_entity_options(
            entity.entity_id, DOMAIN, {"enabled": enable}
        )
        if as_given and enable:
            registry.async_update_entity(entity.entity_id, disabled_by=enabler)
        elif as_given:
            registry.async_update_entity(entity.entity_id, disabled_by=integration)
            # Unloading left it, as unavailable.
            hass.states.async_remove(entity.entity_id)
