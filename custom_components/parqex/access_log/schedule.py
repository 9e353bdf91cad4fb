"""When the access log of each controller is fetched next, by `monotonic`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
import math
from typing import Any

from ..api import AccessEvent, AccessPoint, SnapshotChange
from ..const import LOGGER
from .order import is_mixed

# Attempts that failed move nothing; they are found at this pace.
FETCH_INTERVAL = 15 * 60.0
FIRST_RETRY = 30.0

# Guests may not see the log until they become owners. A proxy may refuse as well, but
# for a shorter time.
FIRST_REFUSED_RETRY = FETCH_INTERVAL
LONGEST_REFUSED_RETRY = 24 * 60 * 60.0

# ParqEx may log a movement later than it lists it, or never.
MISSING_ENTRY_FETCHES = 3

# From this many failed fetches in a row on, the log counts as unavailable.
UNAVAILABLE_AFTER = 3

MAX_DOUBLINGS = 10


@dataclass(slots=True)
class ControllerSchedule:
    """When the log of one controller is fetched next.

    `failures`: how often in a row it failed, or was refused if `refused`. `missing`: by
    access point the movement whose entry is not logged yet, as it was listed.
    """

    next_at: float = -math.inf
    not_before: float = -math.inf
    available: bool = True
    refused: bool = False
    failures: int = 0
    missing: dict[str, AccessPoint] = field(default_factory=dict)
    missing_fetches: int = 0

    def hurry(self) -> None:
        """Fetch as soon as failed fetches permit it."""
        self.next_at = self.not_before

    def moved(self, access_point: AccessPoint) -> None:
        """Fetch at once, and again soon while the entry is missing."""
        self.hurry()
        if access_point.state:
            self.missing[access_point.id] = access_point
            self.missing_fetches = 0

    def begin(self, now: float) -> None:
        """Note that a fetch begins: what moves from now on needs another one."""
        self.next_at = now + FETCH_INTERVAL

    def succeeded(self) -> None:
        """Note a fetch that succeeded."""
        self.available, self.refused, self.failures = True, False, 0
        self.not_before = -math.inf

    def await_missing(self, new: Iterable[AccessEvent], now: float) -> None:
        """Fetch again soon where the entries of movements are not among the new ones."""
        # Of several movements between two refreshes, the last one is awaited.
        newest = {one.access_point_id: one for one in new if one.success}
        for access_point_id, event in newest.items():
            moved = self.missing.get(access_point_id)
            if moved and event.state is moved.state and not _is_earlier(event, moved):
                del self.missing[access_point_id]
        if self.missing and self.missing_fetches < MISSING_ENTRY_FETCHES:
            wait = FIRST_RETRY * 2.0**self.missing_fetches
            self.next_at = min(self.next_at, now + wait)
            self.missing_fetches += 1
        else:
            self.missing.clear()

    def failed(self, now: float, retry_after: float | None = None) -> None:
        """Fetch again soon, each time later, but not before the rate limit ends."""
        wait = self._wait(FIRST_RETRY, FETCH_INTERVAL, refused=False)
        self.next_at = self.not_before = now + max(wait, retry_after or 0.0)

    def was_refused(self, now: float) -> None:
        """Fetch again later, each time much later, up to a day."""
        wait = self._wait(FIRST_REFUSED_RETRY, LONGEST_REFUSED_RETRY, refused=True)
        self.next_at = self.not_before = now + wait

    def _wait(self, first: float, longest: float, *, refused: bool) -> float:
        """Count a failure, and return the seconds to wait after it."""
        if refused is not self.refused:
            self.refused, self.failures = refused, 0
        wait = min(first * 2.0 ** min(self.failures, MAX_DOUBLINGS), longest)
        self.failures += 1
        if refused or self.failures >= UNAVAILABLE_AFTER:
            self.available = False
        return wait


def _is_earlier(event: AccessEvent, moved: AccessPoint) -> bool:
    """Return whether an entry is of an earlier movement than the one listed."""
    time, toggled = event.occurred, moved.last_toggled
    if toggled is None or not event.has_time or is_mixed(time, toggled):
        return False
    return time < toggled


class FetchSchedule:
    """The schedules of all listed controllers.

    Those of others are kept until the controllers are known to be gone.
    """

    def __init__(self) -> None:
        """Initialize without controllers."""
        self._known: dict[str, ControllerSchedule] = {}
        self._listed: dict[str, ControllerSchedule] = {}

    def follow(self, change: SnapshotChange) -> None:
        """Fetch at once the logs of controllers that are new or have moved."""
        self._listed = {
            controller_id: self._known.get(controller_id) or ControllerSchedule()
            for controller_id in change.now.controllers
        }
        if change.proves_removals:
            self._known.clear()
        self._known |= self._listed
        for one_id in change.ids:
            one = change.now.access_points.get(one_id)
            if one and one_id not in change.before.access_points:
                self._listed[one.controller_id].hurry()
        for _, one in change.moved:
            self._listed[one.controller_id].moved(one)

    def get(self, controller_id: str) -> ControllerSchedule | None:
        """Return the schedule of a controller, None if it is not listed."""
        return self._listed.get(controller_id)

    def log_availability(
        self, schedule: ControllerSchedule, was_refused: bool, account: str
    ) -> None:
        """Log that a log became available or not: once for all logs of an account."""
        refused = was_refused if schedule.available else schedule.refused
        if any(
            one.refused is refused and not one.available and one is not schedule
            for one in self._listed.values()
        ):
            return
        if schedule.available:
            LOGGER.info("The access log of %s is available again", account)
        elif refused:
            LOGGER.warning(
                "ParqEx does not let %s see the access log of every controller: only"
                " its owner may. Everything else works, and it is tried again, at"
                " least once a day",
                account,
            )
        else:
            LOGGER.warning("The access log of %s cannot be fetched", account)

    def due(self, now: float) -> tuple[str, ControllerSchedule] | None:
        """Return a controller whose log is to be fetched now."""
        for controller_id, schedule in self._listed.items():
            if schedule.next_at <= now:
                return controller_id, schedule
        return None

    def seconds_until_next(self, now: float) -> float | None:
        """Return the seconds until a fetch is due, None without controllers."""
        next_at = min((one.next_at for one in self._listed.values()), default=None)
        return None if next_at is None else max(next_at - now, 0.0)

    def diagnostics(self, now: float) -> list[dict[str, Any]]:
        """Return how fetching goes, without what was fetched."""
        return [
            {
                "seconds_until_next_fetch": round(max(one.next_at - now, 0.0)),
                "refused": one.refused,
                "failures_in_a_row": one.failures,
            }
            for one in self._listed.values()
        ]
