"""When which controller's access log is read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from .api import AccessPoint, Snapshot
from .service_time import Sighting

# Attempts that failed move nothing; they are found at this pace.
READ_INTERVAL = timedelta(minutes=15)
FIRST_RETRY = timedelta(seconds=30)
# A guest may not see the log; perhaps one day they are made an owner. Something on the
# way may say no, too, and soon no more.
FIRST_REFUSED_INTERVAL = READ_INTERVAL
REFUSED_INTERVAL = timedelta(days=1)

# Of what moved, the log may tell later than the list of devices.
TIMES_TO_AWAIT = 3

# Not the present moment: clocks are set back.
NO_WAIT = datetime.min.replace(tzinfo=UTC)

# Doubling more often reaches neither bound, but the end of what a timedelta holds.
MAX_DOUBLINGS = 10


@dataclass(slots=True)
class Reading:
    """When the log of one controller is read next.

    `moved`: something happened since the last reading. `awaited`: the access points
    that were seen to move, and of which the log told nothing yet.
    """

    next_at: datetime
    not_before: datetime = NO_WAIT
    moved: bool = False
    refused: bool = False
    failures: int = 0
    sightings: list[Sighting] = field(default_factory=list)
    awaited: set[str] = field(default_factory=set)
    awaited_times: int = 0

    @property
    def due_at(self) -> datetime:
        """When it is time."""
        return self.not_before if self.moved else max(self.next_at, self.not_before)

    def await_news(self, access_point_id: str) -> None:
        """Read what the log tells of an access point that was seen to move."""
        self.moved = True
        self.awaited.add(access_point_id)
        self.awaited_times = 0

    def told_of(self, access_point_ids: Iterable[str], now: datetime) -> None:
        """Read again soon, a few times, while the log lacks what was seen to move.

        It may lag behind; or ParqEx does not log everything that moves.
        """
        self.awaited.difference_update(access_point_ids)
        if self.awaited and self.awaited_times < TIMES_TO_AWAIT:
            self.next_at = min(
                self.next_at, now + FIRST_RETRY * (1 << self.awaited_times)
            )
            self.awaited_times += 1
        else:
            self.awaited.clear()

    def succeeded(self, now: datetime) -> None:
        """Read again at the usual pace, or when something moves."""
        self.failures, self.refused = 0, False
        self.next_at, self.not_before = now + READ_INTERVAL, NO_WAIT

    def failed(self, now: datetime, retry_after: float | None = None) -> None:
        """Read again soon, each time later, or when ParqEx wants it."""
        wait = self._wait(FIRST_RETRY, READ_INTERVAL)
        if retry_after is not None:
            # Never sooner than without being told: "0" is no invitation to hammer.
            wait = max(wait, timedelta(seconds=retry_after))
        self.failures += 1
        self.next_at = self.not_before = now + wait

    def was_refused(self, now: datetime) -> None:
        """Leave it, each time for longer, up to a day."""
        wait = self._wait(FIRST_REFUSED_INTERVAL, REFUSED_INTERVAL)
        self.refused = True
        self.failures += 1
        self.next_at = self.not_before = now + wait

    def _wait(self, first: timedelta, longest: timedelta) -> timedelta:
        """Return how long to wait: twice as long as the last time."""
        return min(first * (1 << min(self.failures, MAX_DOUBLINGS)), longest)


class Readings:
    """The readings of every controller, as its access points move."""

    def __init__(self) -> None:
        """Begin with no controller."""
        self._readings: dict[str, Reading] = {}
        self._snapshot = Snapshot({}, {})
        self._hidden: dict[str, AccessPoint] = {}
        self._looked_at: datetime | None = None
        self._not_before: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """When the next log is to be read."""
        due_at = min((one.due_at for one in self._readings.values()), default=None)
        return max(due_at, self._not_before or due_at) if due_at else None

    def due(self, now: datetime) -> list[str]:
        """Return the controllers whose log is to be read now."""
        if self.is_paused(now):
            return []
        return [
            controller_id
            for controller_id, reading in self._readings.items()
            if now >= reading.due_at
        ]

    def is_paused(self, now: datetime) -> bool:
        """Tell whether ParqEx wants none of its logs to be read now."""
        return self._not_before is not None and now < self._not_before

    def get(self, controller_id: str) -> Reading | None:
        """Return the reading of a controller, if it is listed."""
        return self._readings.get(controller_id)

    def pause(self, until: datetime) -> None:
        """Read nothing for a while: ParqEx is tired of it, whichever controller it is."""
        self._not_before = until

    def look(
        self,
        snapshot: Snapshot,
        changed: Iterable[str],
        hinted: Iterable[str],
        now: datetime,
    ) -> list[str]:
        """Take a fresh snapshot, and have read what happened since the one before.

        `changed`: the ids of the access points that are not as they were. `hinted`:
        those of controllers that a hint points at; a failed attempt moves nothing.
        Return the ids of the access points that moved.
        """
        before, self._snapshot = self._snapshot, snapshot
        looked_at, self._looked_at = self._looked_at or now, now
        if snapshot is not before:
            self._keep_controllers(now)
        moved = [
            one_id
            for one_id in changed
            if self._note(before.access_points.get(one_id), one_id, looked_at, now)
        ]
        if snapshot.complete:
            self._hidden.clear()
        for controller_id in hinted:
            if reading := self._readings.get(controller_id):
                reading.moved = True
        return moved

    def diagnostics(self) -> list[dict[str, Any]]:
        """Return how reading goes, without what was read."""
        return [
            {
                "next_reading": reading.next_at.isoformat(),
                "refused": reading.refused,
                "failures_in_a_row": reading.failures,
            }
            for reading in self._readings.values()
        ]

    def _keep_controllers(self, now: datetime) -> None:
        """Begin with those that came, end with those that are gone."""
        listed = self._snapshot.controllers
        for controller_id in listed:
            if controller_id not in self._readings:
                self._readings[controller_id] = Reading(next_at=now)
        if self._snapshot.complete:
            for controller_id in self._readings.keys() - listed.keys():
                del self._readings[controller_id]

    def _note(
        self,
        known: AccessPoint | None,
        one_id: str,
        looked_at: datetime,
        now: datetime,
    ) -> bool:
        """Note what became of an access point since it was looked at; tell if it moved."""
        access_point = self._snapshot.access_points.get(one_id)
        if access_point is None:
            if known:
                # Gone, or its record could not be read.
                self._hidden[one_id] = known
            return False
        reading = self._readings[access_point.controller_id]
        if (before := known or self._hidden.pop(one_id, None)) is None:
            # It is new, so what its log tells is old.
            reading.moved = True
            return False
        if (before.state, before.last_toggled) == (
            access_point.state,
            access_point.last_toggled,
        ):
            return False
        reading.await_news(one_id)
        if known and access_point.last_toggled:
            reading.sightings.append(
                Sighting(access_point.last_toggled, looked_at, now)
            )
        return True
