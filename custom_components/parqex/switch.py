"""Switches that open and close access points."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import State
from .data import ParqExConfigEntry
from .entity import ParqExControl, async_add_listed, enabled_control, shown_as

# Commands wait for each other in commands.py, per controller.
PARALLEL_UPDATES = 0


ACCESS_POINT = SwitchEntityDescription(
    key=Platform.SWITCH, translation_key="access_point"
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of an account."""
    async_add_listed(
        entry, async_add_entities, "access_points", [(ACCESS_POINT, ParqExSwitch)]
    )


class ParqExSwitch(ParqExControl, SwitchEntity):
    """The control of an access point: on is open.

    It shows what was requested until the service confirms it, for at most a minute.
    """

    def __init__(
        self,
        entry: ParqExConfigEntry,
        listed_id: str,
        description: EntityDescription,
    ) -> None:
        """Initialize with the access point's name alone, unless its cover has that.

        Assist understands no sentence by a name that two entities have.
        """
        super().__init__(entry, listed_id, description)
        if not (
            Platform.COVER in shown_as(entry)
            or enabled_control(self.coordinator.hass, entry, listed_id, Platform.COVER)
        ):
            self._attr_name = None

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is open, or was requested to open."""
        state = self.requested
        return None if state is None else state is State.OPEN

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Open."""
        await self.async_request(State.OPEN)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Close."""
        await self.async_request(State.CLOSED)
