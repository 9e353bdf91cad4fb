"""Switches that open and close access points."""

from datetime import date, timedelta
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant, ServiceResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .access_log import AccessType
from .api import State
from .const import ATTR_CHANNEL, ATTR_OCCURRED_AT, ATTR_USER, DOMAIN
from .data import ParqExConfigEntry
from .entity import ParqExUnexposedEntity, async_add_listed
from .exceptions import SERVICE_ERRORS, history_error

# Commands wait for each other in commands.py, per controller.
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
    """Set up the switches of an account."""
    async_add_listed(
        entry, async_add_entities, "access_points", [(ACCESS_POINT, ParqExSwitch)]
    )


class ParqExSwitch(ParqExUnexposedEntity, SwitchEntity):
    """The control of an access point: on is open.

    It shows what was requested until the service confirms it, for at most a minute.
    """

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is open, or was requested to open."""
        command = self.data.commands.unconfirmed(self._listed_id)
        state = command.state if command else self.access_point.state
        return None if state is None else state is State.OPEN

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Open."""
        await self._async_request(State.OPEN)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Close."""
        await self._async_request(State.CLOSED)

    @override
    async def async_toggle(self, **kwargs: Any) -> None:
        """Open or close, unless nobody knows which of the two that would be."""
        if self.is_on is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="unknown_state",
                translation_placeholders={"access_point": self.access_point_name},
            )
        await super().async_toggle(**kwargs)

    async def _async_request(self, state: State) -> None:
        """Request a state."""
        await self.data.commands.async_send(
            self.access_point, state, self.access_point_name, self._context
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Show what is requested, and by whom: Home Assistant forgets it after 5 s."""
        command = self.data.commands.unconfirmed(self._listed_id)
        if command and command.context:
            self.async_set_context(command.context)
        super()._handle_coordinator_update()

    async def async_get_access_history(
        self, start_date: date | None = None, end_date: date | None = None
    ) -> ServiceResponse:
        """Return the access log, newest first; both dates count, in local time."""
        last = end_date or dt_util.now().date()
        first = start_date or last - DEFAULT_HISTORY
        if first > last:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="dates_reversed"
            )
        try:
            accesses = await self.data.access_log.async_history(
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
