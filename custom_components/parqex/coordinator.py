"""Look at ParqEx regularly, and more often while a command waits for confirmation."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from itertools import islice
from time import monotonic
from typing import override
from weakref import WeakKeyDictionary

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import TimestampDataUpdateCoordinator
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .access_log import AccessLog
from .api import (
    AccessPoint,
    Hint,
    ParqExClient,
    RateLimited,
    Snapshot,
    State,
    changed_ids,
)
from .commands import Commands
from .const import DOMAIN, LOGGER, MANUFACTURER
from .doorbell import Doorbell
from .exceptions import SERVICE_ERRORS, command_error, error_key, update_error
from .hints import Hints
from .issues import MAY_NOT, WEBHOOK_SILENT, async_clear_issue, async_raise_issue
from .service_time import ServiceTime

POLL_INTERVAL = timedelta(seconds=30)
CONFIRM_INTERVAL = timedelta(seconds=2)

# While ParqEx's webhook announces whatever moves.
RELAXED_INTERVAL = timedelta(minutes=5)

# While ParqEx fails, the time between two looks doubles up to this.
MAX_RETRY_SECONDS = 120.0

# After these only a look can tell whether a command got there, and if the login holds.
UNCERTAIN = ("cannot_connect", "invalid_answer", "not_authorized")

# The entities of so many access points are told before anything else has its turn.
TOLD_AT_A_TIME = 25

# So many of the last errors are kept for diagnostics.
MAX_ERRORS = 20

# When each account may be asked again, in the time of `monotonic`.
_WAITS: HassKey[WeakKeyDictionary[ConfigEntry, float]] = HassKey(f"{DOMAIN}_waits")

type ParqExConfigEntry = ConfigEntry[ParqExCoordinator]


class ParqExCoordinator(TimestampDataUpdateCoordinator[Snapshot]):
    """Hold the newest snapshot of an account, and send its commands.

    `changed`: the ids of what is not as it was in the last complete snapshot.
    """

    config_entry: ParqExConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: ParqExConfigEntry, client: ParqExClient
    ) -> None:
        """Initialize the coordinator."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=MANUFACTURER,
            update_interval=POLL_INTERVAL,
            always_update=False,
        )
        self.client = client
        self.commands = Commands(hass, client, self._async_command_changed)
        self.service_time = ServiceTime()
        self.access_log = AccessLog(
            hass,
            entry,
            client,
            self.service_time,
            self._async_tell,
            self._async_all_told,
            self._respect_wait,
        )
        self.hints = Hints()
        self._hinted: set[str] = set()
        self._doorbell = Doorbell(hass, entry, self.async_refresh)
        self.failures = 0
        self.last_errors: deque[str] = deque(maxlen=MAX_ERRORS)
        self.seconds_for_last_answer: float | None = None
        self.changed: Collection[str] = ()
        self._news: list[str] = []
        self._told: bool | None = None
        self._untold: dict[str, None] = {}
        self._teller: asyncio.Task[None] | None = None
        self._listeners_of: defaultdict[str, list[CALLBACK_TYPE]] = defaultdict(list)

    @override
    async def _async_setup(self) -> None:
        """Load what was told of the access log before."""
        await self.access_log.async_load()

    @override
    async def _async_update_data(self) -> Snapshot:
        """Fetch everything the account can reach, in one request."""
        asked_at = monotonic()
        try:
            self._respect_wait()
            snapshot = await self.client.async_sync()
        except SERVICE_ERRORS as err:
            self.failures += 1
            self._remember_wait(err)
            self.last_errors.append(f"{dt_util.utcnow():%F %T} look {error_key(err)}")
            raise update_error(err, self._retry_seconds) from err
        self.failures = 0
        self.seconds_for_last_answer = round(monotonic() - asked_at, 3)
        # Nobody needs to hear of what this confirms: entities show it already.
        self.commands.async_settle(snapshot, asked_at)
        hinted, self._hinted = self._hinted, set()
        changed = self._note_news(snapshot)
        moved = self.access_log.async_look(snapshot, changed, hinted)
        self.hints.look(moved, snapshot.access_points)
        self._async_judge_hints()
        self.update_interval = self._pace
        return snapshot

    def _note_news(self, now: Snapshot) -> list[str]:
        """Note what is not as it was; return the ids of its access points."""
        before = self.data or Snapshot({}, {})
        access_points = changed_ids(before.access_points, now.access_points)
        controllers = changed_ids(before.controllers, now.controllers)
        self._news = [*access_points, *controllers]
        if before.complete:
            self.changed = self._news
        else:
            self.changed = dict.fromkeys([*self.changed, *self._news])
        return access_points

    @callback
    def async_hint(self, hint: Hint) -> None:
        """Look at once, and at the access log too, where a hint points at something.

        While ParqEx can't be asked, the next look comes by itself, when it is due.
        """
        target = self.hints.hear(hint, self.data)
        if target is None:
            return
        self._hinted.add(target.controller_id)
        self._async_judge_hints()
        if self.last_update_success:
            self._doorbell.async_ring()

    async def async_command(
        self, access_point: AccessPoint, name: str, state: State
    ) -> None:
        """Ask an access point for a state; `name` is what errors call it.

        Raises HomeAssistantError with a sentence for people.
        """
        try:
            self._respect_wait()
            await self.commands.async_send(access_point, name, state)
        except SERVICE_ERRORS as err:
            key = error_key(err)
            self._remember_wait(err)
            self.last_errors.append(f"{dt_util.utcnow():%F %T} command {key}")
            if key == "forbidden":
                async_raise_issue(self.hass, self.config_entry, MAY_NOT[state])
            if key in UNCERTAIN:
                self.config_entry.async_create_background_task(
                    self.hass, self.async_request_refresh(), f"{DOMAIN} look again"
                )
            raise command_error(err, name) from err
        async_clear_issue(self.hass, self.config_entry, MAY_NOT[state])

    @callback
    def _async_judge_hints(self) -> None:
        """Say so while ParqEx does not announce what moves, though it should."""
        if not self.hints.missing:
            async_clear_issue(self.hass, self.config_entry, WEBHOOK_SILENT)
        elif CONF_WEBHOOK_ID in self.config_entry.options:
            async_raise_issue(self.hass, self.config_entry, WEBHOOK_SILENT)

    def _respect_wait(self) -> None:
        """Raise RateLimited while ParqEx wants to be left alone.

        Home Assistant's own retries of a set-up do not know of it.
        """
        waits = self.hass.data.setdefault(_WAITS, WeakKeyDictionary())
        wait = waits.get(self.config_entry, 0.0) - monotonic()
        if wait > 0:
            raise RateLimited("asked to wait", wait)

    def _remember_wait(self, err: Exception) -> None:
        """Remember until when ParqEx wants to be left alone, also over a reload."""
        if isinstance(err, RateLimited) and err.retry_after:
            waits = self.hass.data.setdefault(_WAITS, WeakKeyDictionary())
            waits[self.config_entry] = monotonic() + err.retry_after

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: str | None = None
    ) -> CALLBACK_TYPE:
        """Listen for updates; with an id as context, only for that one's.

        The id of an access point or a controller.
        """
        if context is None:
            return super().async_add_listener(update_callback)
        self._listeners_of[context].append(update_callback)
        return partial(self._async_remove_listener, context, update_callback)

    @callback
    def _async_remove_listener(
        self, context: str, update_callback: CALLBACK_TYPE
    ) -> None:
        """Tell it nothing any more."""
        listeners = self._listeners_of[context]
        listeners.remove(update_callback)
        if not listeners:
            self._listeners_of.pop(context)

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Tell those whom the change concerns; everybody, if ParqEx came or went."""
        told, self._told = self._told, self.last_update_success
        if told is None:
            # Nobody listens to the first answer; whoever comes later reads all of it.
            return
        super().async_update_listeners()
        came_or_went = told is not self.last_update_success
        news = self._listeners_of if came_or_went else self._news
        self._untold.update(dict.fromkeys(news))
        if self._untold and (self._teller is None or self._teller.done()):
            self._teller = self.config_entry.async_create_background_task(
                self.hass, self._async_tell_untold(), f"{DOMAIN} tell"
            )

    async def _async_tell_untold(self) -> None:
        """Tell the entities of what changed: a few at once, the others in their turn."""
        while self._untold:
            for changed_id in list(islice(self._untold, TOLD_AT_A_TIME)):
                del self._untold[changed_id]
                self._async_tell(changed_id)
            if self._untold:
                await asyncio.sleep(0)

    async def _async_all_told(self) -> bool:
        """Wait until everybody was told whom the newest snapshot concerns.

        Return whether it is the newest indeed: False while ParqEx can't be asked.
        """
        if self._teller:
            await asyncio.wait([self._teller])
        return self.last_update_success

    @override
    async def async_shutdown(self) -> None:
        """Stop looking, and waiting for confirmations."""
        self._doorbell.async_stop()
        self.commands.async_stop()
        await super().async_shutdown()

    @callback
    def _async_tell(self, changed_id: str) -> None:
        """Tell the entities of one access point or controller."""
        for listener in list(self._listeners_of.get(changed_id, ())):
            try:
                listener()
            except Exception:
                self.logger.exception("Unexpected error updating an entity")

    @callback
    def _async_command_changed(self, access_point_id: str) -> None:
        """React to a command that was accepted, or given up waiting for."""
        # At an unchanged pace the next look is due: each command would put it off.
        if self.update_interval != (pace := self._pace):
            self.update_interval = pace
            # After a failed look the next one has its own time, perhaps ParqEx's.
            if self.last_update_success:
                self._schedule_refresh()
        self._async_tell(access_point_id)

    @property
    def _retry_seconds(self) -> float:
        """Seconds until the next look after a failed one."""
        return min(
            # More than 6 would change nothing, and 1024 is more than a float holds.
            self._pace.total_seconds() * 2.0 ** min(self.failures - 1, 6),
            MAX_RETRY_SECONDS,
        )

    @property
    def _pace(self) -> timedelta:
        """How often to look: as often as the commands under way need it.

        And otherwise as rarely as the webhook allows.
        """
        if self.commands.awaited:
            return CONFIRM_INTERVAL
        return RELAXED_INTERVAL if self.hints.reliable else POLL_INTERVAL
