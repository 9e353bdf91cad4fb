"""Read the access log when something happened, and tell each access once, in order."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .access_history import AccessHistory, Reading
from .access_memory import Access, AccessMemory, AccessType, LastAccess, fingerprint
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
from .service_time import TOLERANCE, ServiceTime, Sighting

# After a longer time away, what happened before is old news.
TOLD_BACK_TO = timedelta(days=1)

# Long work is done in slices, so that nothing else in Home Assistant waits for it.
COMPARED_AT_A_TIME = 500
TOLD_AT_A_TIME = 25

_SUCCESSES = {State.OPEN: AccessType.OPENED, State.CLOSED: AccessType.CLOSED}


class AccessLog:
    """The access log of one account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: ParqExClient,
        service_time: ServiceTime,
        async_changed: Callable[[str], None],
        async_all_told: Callable[[], Awaitable[None]],
    ) -> None:
        """Take the client, and whom to tell the id of an access point with news.

        `service_time` learns from the log, and from what is seen to move.
        `async_all_told` waits until everybody heard of the newest snapshot.
        """
        self._hass = hass
        self._entry = entry
        self._async_changed = async_changed
        self._async_all_told = async_all_told
        self._memory = AccessMemory(hass, entry.entry_id)
        self._time = service_time
        self._zone = AccountZone(client, service_time, self._memory)
        self._history = AccessHistory(client)
        self._listeners: defaultdict[str, list[Callable[[Access], None]]] = defaultdict(
            list
        )
        self._readings: dict[str, Reading] = {}
        self._snapshot = Snapshot({}, {})
        self._looked_at: datetime | None = None
        self._reader: asyncio.Task[None] | None = None
        self._started = False

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
    def async_start(self) -> None:
        """Begin to read, now that there are entities to tell."""
        self._started = True
        self._async_read_if_due()

    async def async_stop(self) -> None:
        """Read no more, and write down what was told."""
        self._started = False
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
            "controllers": [
                {
                    "next_reading": reading.next_at.isoformat(),
                    "refused": reading.refused,
                    "failures_in_a_row": reading.failures,
                }
                for reading in self._readings.values()
            ],
        }

    async def async_history(
        self, access_point: AccessPoint, start: datetime, end: datetime
    ) -> list[Access]:
        """Return the accesses of an access point in a period, newest first.

        Raises what the client raises.
        """
        now = dt_util.utcnow()
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
        """Take a fresh snapshot, and read where things moved since the one before.

        `changed`: the ids of the access points that are not as they were. `hinted`:
        those of controllers that a hint points at; a failed attempt moves nothing.
        Return the ids of the access points that moved.
        """
        now = dt_util.utcnow()
        before, self._snapshot = self._snapshot, snapshot
        looked_at, self._looked_at = self._looked_at or now, now
        moved: list[str] = []
        if snapshot is not before:
            moved = self._async_note_moves(before, changed, looked_at, now)
        for controller_id in hinted & self._readings.keys():
            self._readings[controller_id].moved = True
        self._async_read_if_due()
        return moved

    @callback
    def _async_note_moves(
        self,
        before: Snapshot,
        changed: Iterable[str],
        looked_at: datetime,
        now: datetime,
    ) -> list[str]:
        """Note what moved between two looks, and which controllers came and went."""
        snapshot = self._snapshot
        for controller_id in snapshot.controllers:
            if controller_id not in self._readings:
                self._readings[controller_id] = Reading(next_at=now, not_before=now)
        if snapshot.complete:
            for controller_id in self._readings.keys() - snapshot.controllers.keys():
                del self._readings[controller_id]
            self._memory.forget_others(snapshot)
        moved: list[str] = []
        for one_id in changed:
            access_point = snapshot.access_points.get(one_id)
            if not access_point or not _moved(
                before.access_points.get(one_id), access_point
            ):
                continue
            moved.append(one_id)
            reading = self._readings[access_point.controller_id]
            reading.moved = True
            if access_point.last_toggled:
                reading.sightings.append(
                    Sighting(access_point.last_toggled, looked_at, now)
                )
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
        if not self._started or not self._due():
            return
        if self._reader and not self._reader.done():
            return
        self._reader = self._entry.async_create_background_task(
            self._hass, self._async_read(), f"{DOMAIN} access log"
        )

    def _due(self) -> list[str]:
        """Return the controllers whose log is to be read now."""
        now = dt_util.utcnow()
        return [
            controller_id
            for controller_id in self._snapshot.controllers
            if self._readings[controller_id].due(now)
        ]

    async def _async_read(self) -> None:
        """Read every log that is due, one after the other."""
        while due := self._due():
            for controller_id in due:
                # It may be gone while another one's was read.
                if reading := self._readings.get(controller_id):
                    await self._async_read_controller(controller_id, reading)

    async def _async_read_controller(
        self, controller_id: str, reading: Reading
    ) -> None:
        """Read one controller's log and tell what is new."""
        sightings, reading.sightings, reading.moved = reading.sightings, [], False
        if await self._zone.async_learn(sightings):
            self._async_all_changed()
        # Whoever shows states has the first turn.
        await asyncio.sleep(0)
        now = dt_util.utcnow()
        access_points = [
            one.id for one in self._snapshot.access_points_of(controller_id)
        ]
        refused_before = reading.refused
        events: list[AccessEvent] | None = None
        try:
            events = await self._history.async_fetch(
                controller_id, access_points, now - TOLD_BACK_TO, now
            )
        except Refused, Forbidden, NotAuthorized:
            reading.was_refused(now)
            if not refused_before:
                LOGGER.warning(
                    "ParqEx does not let this account see the access log of a"
                    " controller; its owner may. Everything else works, and it is"
                    " tried again, at least once a day"
                )
        except SERVICE_ERRORS as err:
            LOGGER.debug("The access log could not be read: %s", err)
            reading.failed(
                now, err.retry_after if isinstance(err, RateLimited) else None
            )
        else:
            reading.succeeded(now)
        # Before anything new is told: what was unavailable starts no automation.
        if reading.refused is not refused_before:
            for access_point_id in access_points:
                self._async_changed(access_point_id)
        if events is not None:
            await self._async_tell_new(controller_id, events, now)

    async def _async_tell_new(
        self, controller_id: str, events: list[AccessEvent], now: datetime
    ) -> None:
        """Tell what was not told before, oldest first."""
        if events and events[0].occurred > events[-1].occurred:
            # So that what happened in the same second comes in its order, too.
            events.reverse()
        if await self._zone.async_learn_from(events, now):
            self._async_all_changed()
        in_order = await self._async_sort_out(controller_id, events, now)
        # An access is told when the state it led to is shown.
        await self._async_all_told()
        for some in batched(in_order, TOLD_AT_A_TIME, strict=False):
            for occurred_at, event in some:
                self._async_tell(event, occurred_at)
            for access_point_id in {event.access_point_id for _, event in some}:
                self._async_changed(access_point_id)
            await asyncio.sleep(0)
        self._memory.forget_before(now)

    async def _async_sort_out(
        self, controller_id: str, events: list[AccessEvent], now: datetime
    ) -> list[tuple[datetime, AccessEvent]]:
        """Return what is to be told, oldest first; remember what is too old for it."""
        first_reading = self._memory.is_first_reading(controller_id)
        snapshot = self._snapshot
        new: dict[str, tuple[datetime, AccessEvent]] = {}
        for some in batched(events, COMPARED_AT_A_TIME, strict=False):
            for event in some:
                occurred_at = self._time.to_utc(event.occurred, now)
                if occurred_at > now + TOLERANCE or self._memory.knows(event):
                    continue
                listed = event.access_point_id in snapshot.access_points
                if first_reading or (snapshot.complete and not listed):
                    # From before the account, or the access point, was linked.
                    self._memory.remember(event)
                elif listed and occurred_at > now - TOLD_BACK_TO:
                    new[fingerprint(event)] = occurred_at, event
            await asyncio.sleep(0)
        # Not before: who is cut short would tell the rest as news the next time.
        self._memory.finish_reading(controller_id)
        return sorted(new.values(), key=lambda one: one[0])

    @callback
    def _async_tell(self, event: AccessEvent, occurred_at: datetime) -> None:
        """Tell an access, and remember that it was told."""
        access = self._access(event, occurred_at)
        self._memory.remember(event, access)
        for listener in list(self._listeners.get(event.access_point_id, ())):
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


def _moved(before: AccessPoint | None, now: AccessPoint) -> bool:
    """Tell whether an access point moved, perhaps there and back."""
    return before is not None and (
        (before.state, before.last_toggled) != (now.state, now.last_toggled)
    )
