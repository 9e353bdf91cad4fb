"""Open and close access points."""

from datetime import date, timedelta
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .access_memory import AccessType
from .api import State
from .const import ATTR_CHANNEL, ATTR_OCCURRED_AT, ATTR_USER, DOMAIN
from .coordinator import ParqExConfigEntry
from .entity import ParqExStateEntity, async_add_access_points
from .exceptions import SERVICE_ERRORS, history_error

# Commands wait for each other per controller, in the coordinator.
PARALLEL_UPDATES = 0

# Today and the six days before.
DEFAULT_HISTORY = timedelta(days=6)


ACCESS_POINT = SwitchEntityDescription(
    key="switch", translation_key="access_point", name=None
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ParqExConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up a switch for every access point."""
    async_add_access_points(entry, async_add_entities, ParqExSwitch, ACCESS_POINT)


class ParqExSwitch(ParqExStateEntity, SwitchEntity):
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
        await self.coordinator.async_command(
            self.access_point, self.access_point_name, state
        )

    async def async_get_access_history(
        self, start_date: date | None = None, end_date: date | None = None
    ) -> ServiceResponse:
        """Return who used it, newest first; both dates count, in local time."""
        last = end_date or dt_util.now().date()
        first = start_date or last - DEFAULT_HISTORY
        if first > last:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="dates_reversed"
            )
        try:
            accesses = await self.coordinator.access_log.async_history(
                self.access_point,
                dt_util.start_of_local_day(first),
                dt_util.start_of_local_day(last + timedelta(days=1)),
            )
        except SERVICE_ERRORS as err:
            raise history_error(err, self.access_point_name) from err
        return {
            "events": [
                {
                    "event_type": access.type,
                    ATTR_OCCURRED_AT: dt_util.as_local(access.occurred_at).isoformat(),
                    ATTR_USER: access.user,
                    ATTR_CHANNEL: access.channel,
                    "success": access.type is not AccessType.FAILED,
                }
                for access in accesses
            ]
        }
