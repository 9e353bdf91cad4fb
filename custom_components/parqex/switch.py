"""Open and close access points."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import State
from .coordinator import ParqExConfigEntry
from .entity import ParqExEntity, async_add_access_points

# Commands wait for each other per controller, in the coordinator.
PARALLEL_UPDATES = 0

ACCESS_POINT = SwitchEntityDescription(
    key="switch", translation_key="access_point", name=None
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up a switch for every access point."""
    async_add_access_points(
        entry,
        async_add_entities,
        lambda coordinator, access_point_id: [
            ParqExSwitch(coordinator, access_point_id, ACCESS_POINT)
        ],
    )


class ParqExSwitch(ParqExEntity, SwitchEntity):
    """The control of an access point: on is open.

    It shows what was asked for until the service confirms it, or a minute is over.
    """

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is open, or was asked to open."""
        requested = self.coordinator.commands.requested(self._access_point_id)
        state = requested or self.access_point.state
        return None if state is None else state is State.OPEN

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Open."""
        await self._async_request(State.OPEN)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Close."""
        await self._async_request(State.CLOSED)

    async def _async_request(self, state: State) -> None:
        """Ask for a state."""
        device = self.device_entry
        await self.coordinator.async_command(
            self.access_point,
            (device and (device.name_by_user or device.name)) or self.entity_id,
            state,
        )
