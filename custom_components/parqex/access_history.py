"""Fetch a controller's access log, and know when to do so next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from .api import AccessEvent, Forbidden, ParqExClient, Refused
from .service_time import Sighting

# Attempts that failed move nothing; they are found at this pace.
READ_INTERVAL = timedelta(minutes=15)
FIRST_RETRY = timedelta(seconds=30)
# A guest may not see the log; perhaps one day they are made an owner. Something on the
# way may say no, too, and soon no more.
FIRST_REFUSED_INTERVAL = READ_INTERVAL
REFUSED_INTERVAL = timedelta(days=1)

# Doubling more often reaches neither bound, but the end of what a timedelta holds.
MAX_DOUBLINGS = 10


@dataclass(slots=True)
class Reading:
    """When the log of one controller is read next."""

    next_at: datetime
    not_before: datetime
    moved: bool = False
    refused: bool = False
    failures: int = 0
    sightings: list[Sighting] = field(default_factory=list)

    def due(self, now: datetime) -> bool:
        """Tell whether it is time."""
        return now >= self.not_before and (self.moved or now >= self.next_at)

    def succeeded(self, now: datetime) -> None:
        """Read again at the usual pace, or when something moves."""
        self.failures, self.refused = 0, False
        self.next_at, self.not_before = now + READ_INTERVAL, now

    def failed(self, now: datetime, retry_after: float | None) -> None:
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


class AccessHistory:
    """What the service keeps of the past, as far as it lets this account see it."""

    def __init__(self, client: ParqExClient) -> None:
        """Take the client."""
        self._client = client
        # The kinds of history, the one that worked last first.
        self._types: list[Literal["device", "door"]] = ["device", "door"]

    async def async_fetch(
        self,
        controller_id: str,
        access_point_ids: Iterable[str],
        start: datetime,
        end: datetime,
    ) -> list[AccessEvent]:
        """Fetch what the log holds of a period, and more: its dates are vague.

        Which zone they are in is not documented, nor whether the last one counts.
        """
        first = (start - timedelta(days=1)).date()
        last = (end + timedelta(days=2)).date()
        refusals: list[Exception] = []
        for history_type in self._types:
            ids = [controller_id] if history_type == "device" else access_point_ids
            try:
                events = [
                    event
                    for record_id in ids
                    for event in await self._client.async_access_history(
                        history_type, record_id, first, last
                    )
                ]
            except (Refused, Forbidden) as err:
                refusals.append(err)
                continue
            self._types.remove(history_type)
            self._types.insert(0, history_type)
            return events
        raise refusals[0]
