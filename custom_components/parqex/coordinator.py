"""Fetch everything an account can reach, on a schedule and on request."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
import math
from time import monotonic
from typing import Any, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .api import ParqExClient, RateLimited, Snapshot, SnapshotChange
from .const import DOMAIN, LOGGER, MANUFACTURER
from .data import ParqExConfigEntry
from .exceptions import AUTH_ERRORS, SERVICE_ERRORS, error_key, update_error

POLL_INTERVAL = timedelta(seconds=30)

# What has moved may move again soon, above all close.
FAST_INTERVAL = timedelta(seconds=5)
SECONDS_AT_FAST_PACE = 120.0

# A service that asks to wait is not fetched fast for so long.
SECONDS_AT_SLOW_PACE = 3600.0

# A refresh that fails so soon after a question shows nothing yet: a script goes on.
SECONDS_OF_A_SCRIPT = 20.0

# While ParqEx fails, the time between two fetches doubles up to this.
MAX_RETRY_SECONDS = 120.0
MAX_DOUBLINGS = 6

# This many of the newest errors and times are kept for diagnostics.
MAX_KEPT = 20


class ParqExCoordinator(DataUpdateCoordinator[Snapshot]):
    """Hold the newest snapshot of an account and notify of what changed.

    `change`: the newest snapshot compared with the one before. `requested_at`: when it
    was asked for, by `monotonic`. `answered_at`: when it was there.
    """

    config_entry: ParqExConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: ParqExConfigEntry, client: ParqExClient
    ) -> None:
        """Initialize with the client."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=MANUFACTURER,
            update_interval=POLL_INTERVAL,
        )
        empty = Snapshot({}, {})
        self.change = SnapshotChange(empty, empty, ())
        self.requested_at = 0.0
        self.answered_at: datetime | None = None
        self.failures = 0
        self.last_errors: deque[str] = deque(maxlen=MAX_KEPT)
        self.seconds_for_last_answer: float | None = None
        self.seconds_to_list: deque[float] = deque(maxlen=MAX_KEPT)
        self._called_at = -math.inf
        self._asked_at = -math.inf
        self._fast_until = -math.inf
        self._client = client
        self._next_refresh: asyncio.Task[None] | None = None
        self._was_available = True
        self._listeners_by_id: defaultdict[str, list[CALLBACK_TYPE]] = defaultdict(list)

    @override
    async def async_refresh(self) -> None:
        """Refresh; a refresh that has not begun yet serves all who ask for one."""
        if self._next_refresh is None:
            self._next_refresh = self.config_entry.async_create_background_task(
                self.hass,
                super().async_refresh(),
                f"{DOMAIN} next refresh",
                eager_start=False,
            )
        await asyncio.wait([self._next_refresh])

    async def async_ask(self) -> None:
        """Refresh for a command, whose failure the next refresh is to show.

        What becomes unavailable would be skipped by the rest of a script.
        """
        self._asked_at = monotonic()
        await self.async_refresh()

    @override
    async def async_request_refresh(self) -> None:
        """Refresh soon, in a task of its own, so that no cancelled caller cancels it."""
        task = self.config_entry.async_create_background_task(
            self.hass, super().async_request_refresh(), f"{DOMAIN} requested refresh"
        )
        await asyncio.wait([task])

    @override
    async def _async_refresh(self, *args: Any, **kwargs: Any) -> None:
        """Refresh, one at a time; whoever asks from now on wants another one."""
        self._next_refresh = None
        await super()._async_refresh(*args, **kwargs)
        if self._shutdown_requested:
            self.last_update_success = False

    @override
    async def async_shutdown(self) -> None:
        """Refresh no more; what cannot be unloaded then shows nothing old for ever."""
        await super().async_shutdown()
        self.last_update_success = False
        self.async_notify_all()

    @override
    async def _async_update_data(self) -> Snapshot:
        """Fetch all controllers and access points in one request."""
        requested_at = monotonic()
        try:
            snapshot = await self._client.async_sync()
        except SERVICE_ERRORS as err:
            self.record_error("refresh", err)
            may_wait = (
                self.last_update_success
                and requested_at < self._asked_at + SECONDS_OF_A_SCRIPT
                and requested_at < self.requested_at + MAX_RETRY_SECONDS
                and not isinstance(err, AUTH_ERRORS)
            )
            if may_wait:
                self.change = SnapshotChange(self.data, self.data, ())
                return self.data
            # That nothing was sent while it is to wait is no failure.
            if not (isinstance(err, RateLimited) and err.retry_after):
                self.failures += 1
            raise update_error(err, self._retry_seconds) from err
        self.change = SnapshotChange.between(self.change.now, snapshot)
        if self.change.moved:
            self.async_hurry()
            seconds, self._called_at = monotonic() - self._called_at, -math.inf
            if seconds < SECONDS_AT_FAST_PACE:
                self.seconds_to_list.append(round(seconds, 1))
        is_fast = monotonic() < self._fast_until and not self.is_slow
        self.update_interval = FAST_INTERVAL if is_fast else POLL_INTERVAL
        self.failures = 0
        self.requested_at, self.answered_at = requested_at, dt_util.utcnow()
        self.seconds_for_last_answer = round(monotonic() - requested_at, 3)
        return snapshot

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: str | None = None
    ) -> CALLBACK_TYPE:
        """Add a listener for every update, or for those of one id.

        `context`: the id of an access point or a controller. Listeners for every
        update come first, in the order in which they were added.
        """
        if context is None:
            return super().async_add_listener(update_callback)
        self._listeners_by_id[context].append(update_callback)
        return partial(self._async_remove_listener, context, update_callback)

    @callback
    def _async_remove_listener(
        self, listed_id: str, update_callback: CALLBACK_TYPE
    ) -> None:
        """Remove the listener of an id."""
        listeners = self._listeners_by_id[listed_id]
        listeners.remove(update_callback)
        if not listeners:
            del self._listeners_by_id[listed_id]

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Notify of an update; of every id where ParqEx became available or not."""
        if self._shutdown_requested:
            return  # who would listen is being unloaded
        super().async_update_listeners()
        was_available, self._was_available = (
            self._was_available,
            self.last_update_success,
        )
        if was_available is not self.last_update_success:
            self.async_notify_all()
        else:
            self.async_notify(self.change.ids)

    @callback
    def async_notify_all(self) -> None:
        """Call the listeners of all ids."""
        self.async_notify(tuple(self._listeners_by_id))

    @callback
    def async_notify(self, ids: Iterable[str]) -> None:
        """Call the listeners of these ids: what they show may have changed."""
        for listed_id in ids:
            for update_callback in tuple(self._listeners_by_id.get(listed_id, ())):
                try:
                    update_callback()
                except Exception:
                    self.logger.exception("Unexpected error updating an entity")

    @callback
    def async_hurry(self) -> None:
        """Fetch at the fast pace from the next fetch on: something moves or may move."""
        self._fast_until = monotonic() + SECONDS_AT_FAST_PACE

    @callback
    def async_called(self) -> None:
        """Hurry, since a webhook says that something happened."""
        self._called_at = monotonic()
        self.async_hurry()

    @callback
    def record_error(self, what: str, err: Exception) -> None:
        """Keep the kind of an error for diagnostics."""
        self.last_errors.append(f"{dt_util.utcnow():%F %T} {what} {error_key(err)}")

    @property
    def is_slow(self) -> bool:
        """Whether ParqEx asked to wait not long ago."""
        return monotonic() < self._client.rate_limit.asked_at + SECONDS_AT_SLOW_PACE

    @property
    def login_rejected(self) -> bool:
        """Whether only linking the account again makes the next refresh succeed."""
        return not self.last_update_success and isinstance(
            self.last_exception, ConfigEntryAuthFailed
        )

    @property
    def _retry_seconds(self) -> float:
        """The seconds until the next fetch after a failed one."""
        doublings = min(max(self.failures - 1, 0), MAX_DOUBLINGS)
        return min(POLL_INTERVAL.total_seconds() * 2.0**doublings, MAX_RETRY_SECONDS)
