"""Commands to access points: one at a time, never twice, remembered until confirmed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from time import monotonic
from weakref import WeakValueDictionary

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from .api import AccessPoint, ParqExClient, Snapshot, State
from .const import DOMAIN
from .detached import async_outcome

# An access point needs about this long to finish moving (Beam Labs' documentation).
SECONDS_TO_MOVE = 20

# After this long without confirmation the service's report counts again.
SECONDS_TO_CONFIRM = 60


@dataclass(slots=True, eq=False)
class Command:
    """A command that was sent; `accepted_at` is that of `monotonic`."""

    state: State
    answer: asyncio.Task[None] | None = None
    accepted_at: float | None = None

    @property
    def seconds_left(self) -> int:
        """Seconds in which it may not be followed by another one."""
        if self.accepted_at is None:
            return SECONDS_TO_MOVE
        return ceil(self.accepted_at + SECONDS_TO_MOVE - monotonic())


class Sent:
    """What was sent, by whichever account, before and after a reload."""

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self.controllers: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.latest: dict[str, Command] = {}

    def forget_finished(self) -> None:
        """Forget commands that another one may follow."""
        for access_point_id, command in list(self.latest.items()):
            if command.seconds_left <= 0:
                del self.latest[access_point_id]


_SENT: HassKey[Sent] = HassKey(f"{DOMAIN}_commands")


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
        self._sent = hass.data.setdefault(_SENT, Sent())
        self._awaited: dict[str, tuple[Command, CALLBACK_TYPE]] = {}
        self._stopped = False

    @property
    def awaited(self) -> bool:
        """Whether any command waits for its confirmation."""
        return bool(self._awaited)

    def requested(self, access_point_id: str) -> State | None:
        """Return the state that was asked for and is not confirmed yet."""
        if access_point_id not in self._awaited:
            return None
        return self._awaited[access_point_id][0].state

    async def async_send(
        self, access_point: AccessPoint, name: str, state: State
    ) -> None:
        """Ask for a state, unless the access point is on its way there.

        Raises ServiceValidationError while it still moves the other way, and what the
        client raises.
        """
        self._sent.forget_finished()
        command = self._sent.latest.get(access_point.id)
        if command is None:
            command = self._sent.latest[access_point.id] = Command(state)
            # Whoever waits may be cancelled (an automation that restarts), but not
            # what the controller may already have heard.
            command.answer = self._hass.async_create_task(
                self._async_send(access_point, command), f"{DOMAIN} command"
            )
        elif command.state is not state:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="command_still_moving",
                translation_placeholders={
                    "access_point": name,
                    "seconds": str(command.seconds_left),
                },
            )
        if command.accepted_at is None and command.answer:
            await async_outcome(command.answer)
            self._async_await(access_point.id, command)

    async def _async_send(self, access_point: AccessPoint, command: Command) -> None:
        """Send a command in its turn; forget it if it was not accepted."""
        try:
            # Two commands at once to one controller made the service fail.
            turn = self._sent.controllers.setdefault(
                access_point.controller_id, asyncio.Lock()
            )
            async with turn:
                await self._client.async_toggle(access_point.id, command.state)
        except BaseException:
            del self._sent.latest[access_point.id]
            raise
        command.accepted_at = monotonic()
        self._async_await(access_point.id, command)

    @callback
    def _async_await(self, access_point_id: str, command: Command) -> None:
        """Wait for the confirmation of an accepted command."""
        awaited = self._awaited.get(access_point_id)
        if self._stopped or (awaited and awaited[0] is command):
            return
        self._async_end(access_point_id)

        @callback
        def deadline_passed(_now: datetime) -> None:
            self._async_end(access_point_id)
            self._async_changed(access_point_id)

        self._awaited[access_point_id] = (
            command,
            async_call_later(
                self._hass,
                SECONDS_TO_CONFIRM,
                HassJob(deadline_passed, f"{DOMAIN} command", cancel_on_shutdown=True),
            ),
        )
        self._async_changed(access_point_id)

    @callback
    def async_settle(self, snapshot: Snapshot, asked_at: float) -> None:
        """End the wait for what a snapshot confirms.

        `asked_at`: when the snapshot was asked for. What was accepted later, it cannot
        confirm.
        """
        for access_point_id, (command, _) in list(self._awaited.items()):
            access_point = snapshot.access_points.get(access_point_id)
            if (
                access_point
                and access_point.state is command.state
                and command.accepted_at is not None
                and command.accepted_at <= asked_at
            ):
                self._async_end(access_point_id)

    @callback
    def async_stop(self) -> None:
        """Wait for nothing any more."""
        self._stopped = True
        for access_point_id in list(self._awaited):
            self._async_end(access_point_id)

    @callback
    def _async_end(self, access_point_id: str) -> None:
        """Stop waiting for a confirmation."""
        if awaited := self._awaited.pop(access_point_id, None):
            awaited[1]()
