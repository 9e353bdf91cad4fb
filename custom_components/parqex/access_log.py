"""Read the access log when something happened, and tell each access once, in order."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .access_history import AccessHistory
from .access_memory import (
    Access,
    AccessMemory,
    AccessType,
    LastAccess,
    has_only_a_date,
    told_apart,
)
from .account_zone import AccountZone
from .api import (
    AccessEvent,
    AccessPoint,
    Forbidden,
    NotAuthorized,
    ParqExClient,
    RateLimited,
    Refused,
    Snapshot,
    State,
)
from .const import CONF_RECORD_NAMES, DOMAIN, LOGGER
from .exceptions import SERVICE_ERRORS
from .readings import Reading, Readings
from .service_time import TOLERANCE, ServiceTime

# After a longer time away, what happened before is old news.
TOLD_BACK_TO = timedelta(days=1)

# Long work is done in slices, so that nothing else in Home Assistant waits for it.
COMPARED_AT_A_TIME = 500
TOLD_AT_A_TIME = 25

_SUCCESSES = {State.OPEN: AccessType.OPENED, State.CLOSED: AccessType.CLOSED}


class _New(NamedTuple):
    """An entry of the log that is to be told, and what tells it from every other."""

    occurred_at: datetime
    key: str
    event: AccessEvent


class AccessLog:
    """The access log of one account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: ParqExClient,
        service_time: ServiceTime,
        async_changed: Callable[[str], None],
        async_all_told: Callable[[], Awaitable[bool]],
        respect_wait: Callable[[], None],
    ) -> None:
        """Take the client, and whom to tell the id of an access point with news.

        `service_time` learns from the log, and from what is seen to move.
        `async_all_told` waits until everybody heard of the newest snapshot; it returns
        False while ParqEx can't be asked. `respect_wait` raises RateLimited while
        ParqEx wants to be left alone.
        """
        self._hass = hass
        self._entry = entry
        self._async_changed = async_changed
        self._async_all_told = async_all_told
        self._respect_wait = respect_wait
        self._memory = AccessMemory(hass, entry.entry_id)
        self._time = service_time
        self._zone = AccountZone(client, service_time, self._memory, respect_wait)
        self._history = AccessHistory(client)
        self._listeners: defaultdict[str, list[Callable[[Access], None]]] = defaultdict(
            list
        )
        self._readings = Readings()
        self._snapshot = Snapshot({}, {})
        self._reader: asyncio.Task[None] | None = None
        self._cancel_wake: CALLBACK_TYPE | None = None
        self._started = False
        self._stopped = False

    @property
    def records_names(self) -> bool:
        """Whether the user lets names be recorded."""
        return bool(self._entry.options.get(CONF_RECORD_NAMES, True))

    async def async_load(self) -> None:
        """Load what was told before."""
        await self._memory.async_load()
        await self._zone.async_load()
        if not self.records_names:
            self._memory.forget_names()

    @callback
    def async_start(self, _hass: HomeAssistant) -> None:
        """Begin to read, now that there are entities to tell, and automations."""
        self._started = not self._stopped
        self._async_read_if_due()

    async def async_stop(self) -> None:
        """Read no more, and write down what was told."""
        self._started, self._stopped = False, True
        self._async_cancel_wake()
        if self._reader:
            self._reader.cancel()
        await self._memory.async_save_now()

    @callback
    def async_add_listener(
        self, access_point_id: str, listener: Callable[[Access], None]
    ) -> CALLBACK_TYPE:
        """Listen for the accesses of an access point."""
        listeners = self._listeners[access_point_id]
        listeners.append(listener)

        @callback
        def remove() -> None:
            listeners.remove(listener)
            if not listeners:
                self._listeners.pop(access_point_id, None)

        return remove

    def last(self, access_point_id: str) -> LastAccess | None:
        """Return the last access of an access point."""
        return self._memory.last.get(access_point_id)

    def refused(self, controller_id: str) -> bool:
        """Tell whether ParqEx does not let this account see a controller's log."""
        reading = self._readings.get(controller_id)
        return reading is not None and reading.refused

    def diagnostics(self) -> dict[str, Any]:
        """Return how reading goes, without what was read."""
        return {
            "records_names": self.records_names,
            "remembered": len(self._memory),
            "controllers": self._readings.diagnostics(),
        }

    async def async_history(
        self, access_point: AccessPoint, start: datetime, end: datetime
    ) -> list[Access]:
        """Return the accesses of an access point in a period, newest first.

        Raises what the client raises.
        """
        now = dt_util.utcnow()
        self._respect_wait()
        if self._readings.is_paused(now):
            raise RateLimited("asked to wait", None)
        events = await self._history.async_fetch(
            access_point.controller_id, [access_point.id], start, end
        )
        found: list[Access] = []
        for some in batched(events, COMPARED_AT_A_TIME, strict=False):
            found += (
                self._access(event, occurred_at)
                for event in some
                if event.access_point_id == access_point.id
                and start
                <= (occurred_at := self._time.to_utc(event.occurred, now))
                < end
            )
            await asyncio.sleep(0)
        return sorted(found, key=lambda access: access.occurred_at, reverse=True)

    @callback
    def async_look(
        self, snapshot: Snapshot, changed: Iterable[str], hinted: set[str]
    ) -> list[str]:
        """Take a fresh snapshot as `Readings.look` does, and read what is due."""
        before, self._snapshot = self._snapshot, snapshot
        moved = self._readings.look(snapshot, changed, hinted, dt_util.utcnow())
        if snapshot.complete and snapshot is not before:
            self._memory.forget_others(snapshot)
        self._async_read_if_due()
        return moved

    @callback
    def _async_all_changed(self) -> None:
        """Have every time shown anew."""
        for changed in (self._snapshot.controllers, self._snapshot.access_points):
            for one in changed:
                self._async_changed(one)

    @callback
    def _async_read_if_due(self) -> None:
        """Begin to read, unless that is under way: it looks for more itself."""
        if not self._started or not self._readings.due(dt_util.utcnow()):
            return
        if self._reader and not self._reader.done():
            return
        self._reader = self._entry.async_create_background_task(
            self._hass, self._async_read(), f"{DOMAIN} access log"
        )

    @callback
    def _async_wake_when_due(self) -> None:
        """Read again when it is time, however far away the next look may be."""
        self._async_cancel_wake()
        if not self._started or (due_at := self._readings.due_at) is None:
            return

        @callback
        def wake(_now: datetime) -> None:
            self._cancel_wake = None
            self._async_read_if_due()

        self._cancel_wake = async_track_point_in_utc_time(
            self._hass,
            HassJob(wake, f"{DOMAIN} access log", cancel_on_shutdown=True),
            max(due_at, dt_util.utcnow()),
        )

    @callback
    def _async_cancel_wake(self) -> None:
        """Wake up no more."""
        if self._cancel_wake:
            self._cancel_wake()
            self._cancel_wake = None

    async def _async_read(self) -> None:
        """Read every log that is due, one after the other, while ParqEx can be asked.

        When it can't, the next look that succeeds comes back here.
        """
        while due := self._readings.due(dt_util.utcnow()):
            for controller_id in due:
                if self._readings.is_paused(dt_util.utcnow()):
                    break
                # It may be gone while another one's was read.
                reading = self._readings.get(controller_id)
                if reading and not await self._async_read_controller(
                    controller_id, reading
                ):
                    reading.moved = True
                    return
        self._async_wake_when_due()

    async def _async_read_controller(
        self, controller_id: str, reading: Reading
    ) -> bool:
        """Read one controller's log and tell what is new; False if it must be later."""
        sightings, reading.sightings, reading.moved = reading.sightings, [], False
        if await self._zone.async_learn(sightings):
            self._async_all_changed()
        # Whoever shows states has the first turn.
        await asyncio.sleep(0)
        if not await self._async_all_told():
            return False
        now = dt_util.utcnow()
        access_points = [
            one.id for one in self._snapshot.access_points_of(controller_id)
        ]
        refused_before = reading.refused
        events = await self._async_fetch(controller_id, access_points, reading, now)
        # Before anything new is told: what was unavailable starts no automation.
        if reading.refused is not refused_before:
            for access_point_id in access_points:
                self._async_changed(access_point_id)
        if events is None or self._readings.get(controller_id) is not reading:
            return True
        return await self._async_tell_new(reading, access_points, events, now)

    async def _async_fetch(
        self,
        controller_id: str,
        access_points: list[str],
        reading: Reading,
        now: datetime,
    ) -> list[AccessEvent] | None:
        """Fetch one controller's log, None if it can't be had; note which."""
        try:
            self._respect_wait()
            events = await self._history.async_fetch(
                controller_id, access_points, now - TOLD_BACK_TO, now
            )
        except Refused, Forbidden, NotAuthorized:
            if not reading.refused:
                LOGGER.warning(
                    "ParqEx does not let this account see the access log of a"
                    " controller; its owner may. Everything else works, and it is"
                    " tried again, at least once a day"
                )
            reading.was_refused(dt_util.utcnow())
        except RateLimited as err:
            reading.failed(dt_util.utcnow(), err.retry_after)
            self._readings.pause(reading.not_before)
        except SERVICE_ERRORS as err:
            LOGGER.debug("The access log could not be read: %s", err)
            reading.failed(dt_util.utcnow())
        else:
            reading.succeeded(now)
            return events
        return None

    async def _async_tell_new(
        self,
        reading: Reading,
        access_points: list[str],
        events: list[AccessEvent],
        now: datetime,
    ) -> bool:
        """Tell what was not told before, oldest first; False if some must be later.

        `access_points`: those whose log was read.
        """
        if events and events[0].occurred > events[-1].occurred:
            # So that what happened in the same second comes in its order, too.
            events.reverse()
        if await self._zone.async_learn_from(events, now):
            self._async_all_changed()
        new = await self._async_sort_out(events, now)
        # Not before: who is cut short would tell the rest as news the next time.
        self._memory.finish_reading(
            one for one in access_points if one in self._snapshot.access_points
        )
        reading.told_of({one.event.access_point_id for one in new}, now)
        all_told = True
        for some in batched(new, TOLD_AT_A_TIME, strict=False):
            # An access is told when the state it led to is shown. What is unavailable
            # starts no automation.
            if not await self._async_all_told():
                return False
            shown = [
                one
                for one in some
                if one.event.access_point_id in self._snapshot.access_points
            ]
            all_told = all_told and len(shown) == len(some)
            for one in shown:
                self._async_tell(one)
            for access_point_id in {one.event.access_point_id for one in shown}:
                self._async_changed(access_point_id)
            await asyncio.sleep(0)
        self._memory.forget_before(now)
        return all_told

    async def _async_sort_out(
        self, events: list[AccessEvent], now: datetime
    ) -> list[_New]:
        """Return what is to be told, oldest first; remember what is too old for it."""
        snapshot = self._snapshot
        new: dict[str, _New] = {}
        for some in batched(told_apart(events), COMPARED_AT_A_TIME, strict=False):
            for key, event in some:
                if self._memory.knows(key, event):
                    continue
                listed = event.access_point_id in snapshot.access_points
                if not listed or not self._memory.was_read(event.access_point_id):
                    # From before the access point was linked, unless it is hidden.
                    if listed or snapshot.complete:
                        self._memory.remember(key, event)
                    continue
                occurred_at = self._time.to_utc(event.occurred, now)
                oldest = now - TOLD_BACK_TO
                if has_only_a_date(event):
                    oldest -= timedelta(days=1)
                if oldest < occurred_at <= now + TOLERANCE:
                    new[key] = _New(occurred_at, key, event)
            await asyncio.sleep(0)
        return sorted(new.values(), key=lambda one: one.occurred_at)

    @callback
    def _async_tell(self, new: _New) -> None:
        """Tell an access, and remember that it was told."""
        access = self._access(new.event, new.occurred_at)
        self._memory.remember(new.key, new.event, access)
        for listener in list(self._listeners.get(access.access_point_id, ())):
            listener(access)

    def _access(self, event: AccessEvent, occurred_at: datetime) -> Access:
        """Return an entry of the log as people are told of it."""
        return Access(
            access_point_id=event.access_point_id,
            type=_SUCCESSES[event.state] if event.success else AccessType.FAILED,
            requested=event.state,
            occurred_at=occurred_at,
            user=(event.person and self.records_names and event.person.name) or None,
            channel=event.channel,
        )
