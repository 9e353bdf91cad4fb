"""What zone the times of ParqEx are in, which carry none."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

# How far the clocks of ParqEx and Home Assistant may be apart. Zones differ by more.
TOLERANCE = timedelta(minutes=5)
SMALLEST_DIFFERENCE = timedelta(minutes=15)
LARGEST_OFFSET = timedelta(hours=14)


class Sighting(NamedTuple):
    """A time as ParqEx wrote it, of something known to lie between two moments."""

    time: datetime
    earliest: datetime
    latest: datetime

    @property
    def is_narrow(self) -> bool:
        """Whether no two zones can both make the time possible."""
        return self.latest - self.earliest + 2 * TOLERANCE < SMALLEST_DIFFERENCE

    def fits(self, zone: tzinfo) -> bool:
        """Tell whether the time is possible when it is read in a zone."""
        return any(
            self.earliest - TOLERANCE <= reading <= self.latest + TOLERANCE
            for reading in _readings(self.time, zone)
        )


class ServiceTime:
    """UTC, until a sighting proves the zone that the account is set to.

    `proven`: a sighting has shown that the zone is right.
    """

    def __init__(self) -> None:
        """Begin with UTC."""
        self.zone: tzinfo = UTC
        self.proven = False

    @property
    def by_offset(self) -> bool:
        """Whether only the offset from UTC is known, and not the zone."""
        return isinstance(self.zone, timezone) and self.zone is not UTC

    def prove(self, sightings: Iterable[Sighting]) -> bool:
        """Tell whether something seen now proves, for the first time, the zone right."""
        if self.proven:
            return False
        self.proven = any(
            sighting.is_narrow and sighting.fits(self.zone) for sighting in sightings
        )
        return self.proven

    def doubted_by(self, sightings: Iterable[Sighting]) -> bool:
        """Tell whether anything seen is impossible in the zone assumed so far."""
        return not all(sighting.fits(self.zone) for sighting in sightings)

    def learn(self, sightings: Iterable[Sighting], account_zone: tzinfo) -> bool:
        """Move to the one zone in which something seen is possible; tell if we moved."""
        for sighting in sightings:
            fitting = [zone for zone in (UTC, account_zone) if sighting.fits(zone)]
            if len(fitting) == 1 and fitting[0] != self.zone:
                self.zone, self.proven = fitting[0], True
                return True
        return False

    def learn_offset(self, sightings: Iterable[Sighting]) -> bool:
        """Move to the offset from UTC that something seen shows; tell if we moved.

        For want of the account's zone, which alone knows of summer time.
        """
        for sighting in sightings:
            ahead = sighting.time.replace(tzinfo=UTC) - sighting.latest
            offset = SMALLEST_DIFFERENCE * round(ahead / SMALLEST_DIFFERENCE)
            if not sighting.is_narrow or abs(offset) > LARGEST_OFFSET:
                continue
            if sighting.fits(zone := timezone(offset)):
                self.zone, self.proven = zone, True
                return True
        return False

    def to_utc(self, time: datetime, now: datetime) -> datetime:
        """Return when that was, heard of `now`.

        Of an hour that a clock went through twice, the later that has passed.
        """
        readings = _readings(time, self.zone)
        return max(
            (reading for reading in readings if reading <= now + TOLERANCE),
            default=min(readings),
        )


def _readings(time: datetime, zone: tzinfo) -> list[datetime]:
    """Return what a time can mean: two things where clocks are set back."""
    return [time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
