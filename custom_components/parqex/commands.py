"""Commands to access points: one at a time, never twice, remembered until confirmed."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from time import monotonic

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.event import async_call_later

from .api import AccessPoint, ParqExClient, Snapshot, State
from .const import DOMAIN

# An access point needs about this long to finish moving (Beam Labs' documentation).
SECONDS_TO_MOVE = 20

# After this long without confirmation the service's report counts again.
SECONDS_TO_CONFIRM = 60


@dataclass(frozen=True, slots=True)
class Command:
    """An accepted command; the time is that of `monotonic`."""

    state: State
    accepted_at: float


class Commands:
    """Send commands and remember what was accepted.

    A command is *awaited* from the moment it is accepted until the service reports
    the state asked for, or the deadline passes.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        client: ParqExClient,
        async_changed: Callable[[str], None],
    ) -> None:
        """Take the client, and whom to tell the id of an access point whose wish changed."""
        self._hass = hass
        self._client = client
        self._async_changed = async_changed
        self._controllers: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._accepted: dict[str, Command] = {}
        self._deadlines: dict[str, CALLBACK_TYPE] = {}
        self._stopped = False

    @property
    def awaited(self) -> bool:
        """Whether any command waits for its confirmation."""
        return bool(self._deadlines)

    def requested(self, access_point_id: str) -> State | None:
        """Return the state that was asked for and is not confirmed yet."""
        if access_point_id not in self._deadlines:
            return None
        return self._accepted[access_point_id].state

    async def async_send(
        self, access_point: AccessPoint, name: str, state: State
    ) -> None:
        """Ask for a state, unless the access point is on its way there.

        Raises ServiceValidationError while it still moves the other way, and what the
        client raises.
        """
        # Two commands at once to one controller made the service fail.
        async with self._controllers[access_point.controller_id]:
            if (last := self._accepted.get(access_point.id)) and (
                seconds := ceil(last.accepted_at + SECONDS_TO_MOVE - monotonic())
            ) > 0:
                if last.state is state:
                    return
                raise ServiceValidationError(
                    translation_domain=DOMAIN,
                    translation_key="command_still_moving",
                    translation_placeholders={
                        "access_point": name,
                        "seconds": str(seconds),
                    },
                )
            await self._client.async_toggle(access_point.id, state)
            self._async_accepted(access_point.id, state)

    @callback
    def _async_accepted(self, access_point_id: str, state: State) -> None:
        """Remember an accepted command and wait for its confirmation."""
        if self._stopped:
            return
        self._accepted[access_point_id] = Command(state, monotonic())
        self._async_end(access_point_id)

        @callback
        def deadline_passed(_now: datetime) -> None:
            self._async_end(access_point_id)
            self._async_changed(access_point_id)

        self._deadlines[access_point_id] = async_call_later(
            self._hass,
            SECONDS_TO_CONFIRM,
            HassJob(deadline_passed, f"{DOMAIN} command", cancel_on_shutdown=True),
        )
        self._async_changed(access_point_id)

    @callback
    def async_settle(self, snapshot: Snapshot, asked_at: float) -> None:
        """End the wait for what a snapshot confirms.

        `asked_at`: when the snapshot was asked for. What was accepted later, it cannot
        confirm.
        """
        for access_point_id in list(self._deadlines):
            command = self._accepted[access_point_id]
            access_point = snapshot.access_points.get(access_point_id)
            if (
                access_point
                and access_point.state is command.state
                and command.accepted_at <= asked_at
            ):
                self._async_end(access_point_id)

    @callback
    def async_stop(self) -> None:
        """Wait for nothing any more."""
        self._stopped = True
        for access_point_id in list(self._deadlines):
            self._async_end(access_point_id)

    @callback
    def _async_end(self, access_point_id: str) -> None:
        """Stop waiting for a confirmation."""
        if cancel := self._deadlines.pop(access_point_id, None):
            cancel()
