"""Fetch log entries, put them in order, and find out which of them are new."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from homeassistant.util import dt as dt_util

from ..api import AccessEvent, AccessPoint, ParqExClient, Snapshot
from ..const import LOGGER
from .access import PUBLISHED_BACK_TO
from .clock import TOLERANCE, ServiceClock
from .order import (
    Entry,
    chronological,
    common_shift,
    identified,
    naive,
    plain_of,
    time_of,
)
from .store import AccessLogStore

DAY = timedelta(days=1)

# A long log is read in slices, so that Home Assistant stays responsive.
DATED_AT_A_TIME = 500


class Dated(NamedTuple):
    """An entry with when it was, and whether it is one that is not remembered."""

    entry: Entry
    occurred_at: datetime
    is_new: bool


class LogReader:
    """Reads the access log of one account."""

    def __init__(
        self, client: ParqExClient, clock: ServiceClock, store: AccessLogStore
    ) -> None:
        """Initialize with the client, the clock and the store."""
        self._client = client
        self._clock = clock
        self._store = store

    async def async_fetch(
        self,
        snapshot: Snapshot,
        controller_id: str,
        access_points: list[AccessPoint],
        start: datetime,
        end: datetime,
    ) -> list[list[Entry]]:
        """Fetch the entries of a period and more, oldest first, a list per answer.

        Which zone the dates are in is not documented, nor whether the last one counts.
        """
        ids = [access_point.id for access_point in access_points]
        first, last = (start - DAY).date(), (end + 2 * DAY).date()
        answers = await self._client.async_access_history(
            controller_id, ids, first, last, self._clock.today()
        )
        # A clock that is more than a day ahead is wrong in every zone.
        ahead = naive(dt_util.utcnow() + DAY)
        read: list[list[Entry]] = []
        for answer in answers:
            events = [
                event._replace(access_point_id=access_point.id)
                for event in answer
                if (access_point := snapshot.resolve(event.access_point_id))
                and naive(event.occurred) < ahead
            ]
            ordered, self._store.newest_first = chronological(
                events, self._store.newest_first, self._clock.comes_twice
            )
            read.append(identified(ordered))
            await asyncio.sleep(0)
        entries = [entry for answer in read for entry in answer]
        plain = {plain_of(entry.key) for entry in entries}
        expected = sorted(
            key
            for key in self._store.entries
            if plain_of(key) in plain and first < time_of(key).date() < last
        )
        if shift := common_shift(expected, entries):
            LOGGER.info("ParqEx shifted the times of its access log by %s", shift)
            self._store.async_shift(expected, shift)
        return read

    async def async_dated(
        self, entries: list[Entry], earliest: datetime | None = None
    ) -> list[Dated]:
        """Return the entries of an answer with when each was, newest first.

        `earliest`: what is new happened after this.
        """
        now = dt_util.utcnow()
        following: datetime | None = None
        dated: list[Dated] = []
        recalled = self._store.recall(entries)
        for number, (entry, known) in enumerate(
            zip(reversed(entries), reversed(recalled), strict=True), start=1
        ):
            occurred_at = known and known.at
            if occurred_at is None:
                time = entry.event.occurred
                occurred_at = self._clock.to_utc(time, now, earliest, following)
                if not entry.event.has_time:
                    ends = occurred_at + DAY - timedelta(seconds=1)
                    occurred_at = (
                        min(max(occurred_at, earliest), ends)
                        if earliest
                        else dt_util.start_of_local_day(time)
                    )
            if occurred_at <= now + TOLERANCE:
                following = occurred_at
            dated.append(Dated(entry, occurred_at, known is None))
            if number % DATED_AT_A_TIME == 0:
                await asyncio.sleep(0)
        return dated

    async def async_new(
        self, snapshot: Snapshot, answers: list[list[Entry]], earliest: datetime | None
    ) -> list[Dated]:
        """Return what is to be published, oldest first; remember what is too old."""
        now = dt_util.utcnow()
        new: dict[tuple[str, str, int], Dated] = {}
        for entries in answers:
            numbers: Counter[tuple[str, str]] = Counter()
            read = await self.async_dated(entries, earliest)
            for dated in self._timed(read, snapshot, now):
                entry, occurred_at, is_new = dated
                access_point = snapshot.access_points[entry.event.access_point_id]
                oldest = now - PUBLISHED_BACK_TO * (1 if entry.event.has_time else 2)
                if not is_new or occurred_at > now + TOLERANCE:
                    # What is ahead of the clock is published when its time has come.
                    continue
                if occurred_at < oldest or self._store.precedes(
                    entry, access_point, self._clock
                ):
                    self._store.async_remember(entry)
                    continue
                # Several answers may have the same one.
                same = entry.key, entry.mark
                new.setdefault((*same, numbers[same]), dated)
                numbers[same] += 1
        return sorted(new.values(), key=lambda dated: dated.occurred_at)

    def _timed(
        self, read: list[Dated], snapshot: Snapshot, now: datetime
    ) -> Iterator[Dated]:
        """Yield the entries of an answer, oldest first.

        Of bare dates, the last new success of an access point may be the movement whose
        time is listed, once with its person and once as a sensor saw it. What comes
        after it in the log was no earlier.
        """
        listed_at: list[datetime | None] = []
        earlier: set[tuple[str, bool]] = set()
        for entry, _, is_new in read:
            event, listed = entry.event, None
            access_point = snapshot.access_points[event.access_point_id]
            if is_new and event.success:
                kind = access_point.id, event.person is None
                if kind in earlier or event.state is not access_point.state:
                    earlier |= {(access_point.id, True), (access_point.id, False)}
                else:
                    earlier.add(kind)
                    listed = self._listed_at(event, access_point)
            listed_at.append(listed)
        moved_at = datetime.min.replace(tzinfo=UTC)
        for dated, listed in zip(reversed(read), reversed(listed_at), strict=True):
            occurred_at = dated.occurred_at
            if dated.is_new and not dated.entry.event.has_time:
                moved_at = max(moved_at, occurred_at, min(listed or moved_at, now))
                occurred_at = moved_at
            yield dated._replace(occurred_at=occurred_at)

    def _listed_at(
        self, event: AccessEvent, access_point: AccessPoint
    ) -> datetime | None:
        """Return the time in the list of devices, if it can be that of an event."""
        toggled = access_point.last_toggled
        if toggled and toggled.date() == event.occurred.date():
            return self._clock.known_utc(toggled)
        return None
