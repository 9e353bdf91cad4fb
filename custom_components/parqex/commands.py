"""Send commands to access points, and follow them until the service confirms them."""

import asyncio
from collections import deque
from contextlib import suppress
from functools import partial
from time import monotonic

from homeassistant.core import Context, HomeAssistant, callback

from .api import (
    AccessPoint,
    CannotConnect,
    Forbidden,
    InvalidAnswer,
    ParqExClient,
    State,
)
from .const import DOMAIN
from .coordinator import ParqExCoordinator
from .data import Command, ParqExConfigEntry, Request, account_state, async_outcome
from .exceptions import (
    AUTH_ERRORS,
    SERVICE_ERRORS,
    NotSent,
    StateUnknown,
    StillMoving,
    command_error,
)
from .issues import MAY_NOT, async_clear_issue, async_raise_issue

# A command that could not be sent by then is not sent: people have given up on it. What
# is reported open is closed after the shorter time, whether the list comes or not.
SECONDS_TO_SEND, SECONDS_TO_ASK = 20, 5

# Within this time the service should confirm a command. It is refreshed after each pause,
# the longer one where it asked to wait not long ago.
SECONDS_TO_CONFIRM, PAUSE, SLOW_PAUSE = 60, 2, 10


class Commands:
    """The commands of one account: one at a time for each controller."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ParqExConfigEntry,
        client: ParqExClient,
        coordinator: ParqExCoordinator,
    ) -> None:
        """Initialize with the client and the coordinator."""
        self.seconds_to_confirm: deque[float] = deque(maxlen=20)
        self._hass = hass
        self._entry = entry
        self._client = client
        self._coordinator = coordinator
        self._sent = account_state(hass, entry.entry_id).commands
        self._sent_or_answered = asyncio.Event()
        self._stopped = False

    @callback
    def async_start(self) -> None:
        """Follow commands, also those sent before a reload."""
        self._entry.async_on_unload(
            self._coordinator.async_add_listener(self._async_confirm)
        )
        for access_point_id, command in self._sent.items():
            if not command.answer.done():
                answered = partial(self._async_answered, access_point_id, command)
                command.answer.add_done_callback(answered)
        self._async_confirm()
        self._entry.async_create_background_task(
            self._hass, self._async_follow(), f"{DOMAIN} commands"
        )

    @callback
    def async_stop(self) -> None:
        """Send nothing any more."""
        self._stopped = True

    def unconfirmed(self, access_point_id: str) -> Command | None:
        """Return the command that was accepted and is not confirmed yet."""
        command = self._sent.get(access_point_id)
        return command.unconfirmed if command else None

    @property
    def followed(self) -> dict[str, float]:
        """By id of the access points whose command is not confirmed, until when it is."""
        return {
            one_id: one.followed_until
            for one_id, command in self._sent.items()
            for one in (command, command.before)
            if one and one.is_followed
        }

    async def async_send(
        self,
        access_point: AccessPoint,
        state: State,
        name: str,
        context: Context | None,
    ) -> None:
        """Request a state; `name` is the access point's in errors.

        Returns once the service has accepted it. Raises HomeAssistantError with a
        sentence for people. A caller that is cancelled calls off what is not sent yet.
        """
        request = Request(access_point, state, name, context, monotonic())
        try:
            command = await self._async_send_in_time(request)
            if command and not command.confirmed:
                await async_outcome(command.answer)
        except SERVICE_ERRORS as err:
            if isinstance(err, AUTH_ERRORS):
                # A refresh that fails so makes Home Assistant ask for a new login.
                await self._coordinator.async_refresh()
            raise command_error(err, name) from err

    async def _async_send_in_time(self, request: Request) -> Command | None:
        """Return the command as sent, or the one sent before that does the same.

        None where the service reports the state and there is nothing to send.
        """
        try:
            async with asyncio.timeout(SECONDS_TO_SEND):
                self._check(request)
                # A token may have to be renewed first; that takes time, too.
                await self._client.async_prepare_toggle()
                return await self._async_send_in_turn(request)
        except TimeoutError:
            raise NotSent("its turn did not come in time") from None

    async def _async_send_in_turn(self, request: Request) -> Command | None:
        """Send a command when its turn has come and it is still needed."""
        access_point, closes = request.access_point, request.state is State.CLOSED
        turn_at, in_vain, was_closed = request.asked_at, False, False
        while True:
            self._check(request)
            if command := self._under_way(request):
                return command
            reported = self._reported(access_point.id)
            was_closed |= reported is State.CLOSED
            if busy := self._busy(access_point.controller_id):
                # Two commands at once to one controller made the service fail.
                await asyncio.wait([busy])
                turn_at = monotonic()
                continue
            sent, is_open = self._sent.get(access_point.id), reported is State.OPEN
            opens_again = is_open and sent is not None and sent.seconds_to_move > 0
            is_fresh = self._coordinator.requested_at >= turn_at
            if is_fresh or in_vain or not (closes or opens_again):
                break
            # Since the last refresh, somebody may have closed it by hand.
            asked_at = monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_TO_ASK if is_open else None):
                    await self._coordinator.async_ask()
            in_vain = self._coordinator.requested_at < asked_at
        if is_open if closes else not opens_again:
            return self._async_send_now(request)
        # An opener that knows only one impulse does the opposite.
        if not is_fresh:
            await self._client.async_prepare_toggle()  # it may know why
            raise NotSent("the service could not be asked first")
        if reported is None:
            if was_closed:
                raise StateUnknown("it was closed a moment ago")
            # Of some access points the service never says more.
            return self._async_send_now(request)
        if sent and sent.is_followed:  # it may still begin to open
            raise StillMoving(request.name, sent.seconds_to_confirm)
        return None

    def _check(self, request: Request) -> float:
        """Return the seconds left to send a command; raise NotSent if it is too late."""
        if self._stopped or self._hass.is_stopping:
            raise NotSent("the account is being unloaded")
        if (seconds := request.asked_at + SECONDS_TO_SEND - monotonic()) <= 0:
            raise NotSent("its turn did not come in time")
        return seconds

    def _under_way(self, request: Request) -> Command | None:
        """Return a command that does what is requested; raise StillMoving if it may not."""
        command = self._sent.get(request.access_point.id)
        if command is None or command.seconds_to_move <= 0:
            return None
        if command.does(request):
            return command
        reported = self._reported(request.access_point.id)
        if command.state is request.state and command.confirmed and reported:
            # It may have been undone by hand.
            return None
        raise StillMoving(request.name, command.seconds_to_move)

    @callback
    def _async_send_now(self, request: Request) -> Command:
        """Send a command, in a task that nobody cancels: it may have been heard."""
        access_point = request.access_point
        command = Command(
            access_point.controller_id,
            request.state,
            self._reported(access_point.id),
            request.context,
            monotonic(),
            self._sent.get(access_point.id),
        )
        self._sent[access_point.id] = command
        command.answer = self._hass.async_create_task(
            self._async_toggle(command, request), f"{DOMAIN} command"
        )
        answered = partial(self._async_answered, access_point.id, command)
        command.answer.add_done_callback(answered)
        self._coordinator.async_hurry()
        return command

    async def _async_toggle(self, command: Command, request: Request) -> None:
        """Send a command and note what comes of it."""
        access_point_id, followed = request.access_point.id, True
        try:
            await self._client.async_toggle(
                access_point_id, command.state, partial(self._check, request)
            )
            command.accepted = True
        except SERVICE_ERRORS as err:
            # After these it may have been carried out all the same.
            followed = isinstance(err, (CannotConnect, InvalidAnswer))
            raise
        finally:
            command.answered_at = monotonic()
            if followed:
                command.followed_until = command.answered_at + SECONDS_TO_CONFIRM
                command.before = command.wish_before
            elif command.before:
                self._sent[access_point_id] = command.before
            else:
                del self._sent[access_point_id]

    @callback
    def _async_answered(
        self, access_point_id: str, command: Command, answer: asyncio.Task[None]
    ) -> None:
        """Notify of an answer, and show or clear the issue that it is about."""
        if answer.cancelled():
            return
        if err := answer.exception():
            if isinstance(err, SERVICE_ERRORS):
                self._coordinator.record_error("command", err)
            if isinstance(err, Forbidden):
                async_raise_issue(self._hass, self._entry, MAY_NOT[command.state])
        else:
            async_clear_issue(self._hass, self._entry, MAY_NOT[command.state])
        if not self._stopped:
            self._sent_or_answered.set()
            self._coordinator.async_notify([access_point_id])

    async def _async_follow(self) -> None:
        """Refresh often while a command is followed; nothing else confirms it."""
        while True:
            while followed := self.followed:
                pause = SLOW_PAUSE if self._coordinator.is_slow else PAUSE
                seconds = min(followed.values()) - monotonic()
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await asyncio.sleep(pause)
                        if not self._coordinator.login_rejected:
                            await self._coordinator.async_refresh()
                self._coordinator.async_notify({*followed, *self._sent})
            await self._sent_or_answered.wait()
            self._sent_or_answered.clear()

    @callback
    def _async_confirm(self) -> None:
        """End the wait for what a snapshot confirms, and forget what is over.

        A snapshot that was asked for before a command was answered confirms nothing.
        """
        if not self._coordinator.last_update_success:
            return
        for access_point_id, command in tuple(self._sent.items()):
            reported = self._reported(access_point_id)
            for sent in filter(None, (command, command.before)):
                if sent.is_confirmed_by(reported, self._coordinator.requested_at):
                    seconds = round(monotonic() - (sent.answered_at or 0), 1)
                    self.seconds_to_confirm.append(seconds)
                    sent.confirmed = True
            if not command.is_followed and command.seconds_to_move <= 0:
                del self._sent[access_point_id]
                self._coordinator.async_notify([access_point_id])

    def _reported(self, access_point_id: str) -> State | None:
        """Return the state that the service reported last."""
        access_point = self._coordinator.data.access_points.get(access_point_id)
        return access_point.state if access_point else None

    def _busy(self, controller_id: str) -> asyncio.Task[None] | None:
        """Return the task of the command that a controller is to answer."""
        for command in self._sent.values():
            if command.controller_id == controller_id and not command.answer.done():
                return command.answer
        return None
