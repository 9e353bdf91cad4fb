"""The zone of the times that ParqEx writes without one."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

# How far the clocks of ParqEx and Home Assistant may differ. Zones differ by more.
TOLERANCE = timedelta(minutes=5)

# Every zone in use is a multiple of this from UTC, but for three of 45 minutes.
OFFSET_STEP = timedelta(minutes=30)
LARGEST_OFFSET = timedelta(hours=14)


class Observation(NamedTuple):
    """A time as ParqEx wrote it, of a movement seen to happen between two moments."""

    time: datetime
    earliest: datetime
    latest: datetime

    def fits(self, zone: tzinfo) -> bool:
        """Return whether the time is possible when it is read in a zone."""
        return any(
            self.earliest - TOLERANCE <= reading <= self.latest + TOLERANCE
            for reading in _readings(self.time, zone)
        )

    @property
    def offset_zone(self) -> tzinfo | None:
        """The offset from UTC that fits, None if none does."""
        ahead = self.time.replace(tzinfo=UTC) - self.latest
        offset = OFFSET_STEP * round(ahead / OFFSET_STEP)
        if abs(offset) > LARGEST_OFFSET or not self.fits(zone := _offset_zone(offset)):
            return None
        return zone


class ServiceClock:
    """Reads times in UTC or the account's zone, whichever observations prove.

    `zone`: the zone that is proven, None before. `account_zone`: the zone of the
    account's settings, None while unknown.
    """

    def __init__(self) -> None:
        """Initialize with nothing proven."""
        self.zone: tzinfo | None = None
        self.account_zone: tzinfo | None = None
        self._doubt: str | None = None

    @property
    def proven(self) -> bool:
        """Whether an observation has proven the zone."""
        return self.zone is not None

    def needs_account_zone(self, observations: Iterable[Observation]) -> bool:
        """Return whether the account's zone is unknown and needed, or in doubt."""
        if self.account_zone is None and (self.zone is None or _is_offset(self.zone)):
            return True
        zones = [self.zone] if self.zone else self._candidates
        return not all(
            any(observation.fits(zone) for zone in zones)
            for observation in observations
        )

    @callback
    def async_observe(self, observations: Iterable[Observation]) -> None:
        """Learn from the observations of one refresh; disagreeing ones count as none."""
        verdicts = {
            str(zone): (zone, observation.time)
            for observation in observations
            if (zone := self._verdict(observation))
        }
        if len(verdicts) != 1:
            return
        ((name, (zone, time)),) = verdicts.items()
        doubted, self._doubt = self._doubt, None
        if name == str(self.zone):
            return
        if self.zone is None:
            convinced = not _is_offset(zone) or self.account_zone is None
        else:
            # A named zone with the proven offset only adds the clock changes to it.
            convinced = zone.utcoffset(time) == self.zone.utcoffset(time)
        if convinced or doubted == name:
            self.zone = zone
        else:
            self._doubt = name

    def known_utc(self, time: datetime) -> datetime | None:
        """Return when that was, None while that depends on an unproven zone."""
        if time.tzinfo or self._certain_zone(time):
            return self.to_utc(time, dt_util.utcnow())
        return None

    def to_utc(
        self,
        time: datetime,
        now: datetime,
        earliest: datetime | None = None,
        following: datetime | None = None,
    ) -> datetime:
        """Return when that was, as exactly as it is known.

        `earliest`, `now`: the window in which it was seen to happen; an unproven zone
        is kept within it. `following`: when what came after it was. Of an hour that
        comes twice, the later one that is possible.
        """
        if time.tzinfo:
            return time
        latest = now + TOLERANCE if following is None else following
        if zone := self._certain_zone(time):
            readings = _readings(time, zone)
            return max(
                (one for one in readings if one <= latest), default=min(readings)
            )
        earliest = earliest or datetime.min.replace(tzinfo=UTC)
        for zone in self._candidates:
            for reading in _readings(time, zone)[::-1]:
                if reading + TOLERANCE >= earliest and reading <= latest:
                    return reading
        return min(max(time.replace(tzinfo=UTC), earliest), now, following or now)

    def today(self) -> date:
        """Return the date at the service, the earlier one while its zone is unknown."""
        zones = [self.zone] if self.zone else self._candidates
        now = dt_util.utcnow() - TOLERANCE
        return min(now.astimezone(zone).date() for zone in zones)

    def is_wrong(self, toggled: datetime, moment: datetime) -> bool:
        """Return whether a movement before a moment was not then, in any zone."""
        ahead = toggled.replace(tzinfo=toggled.tzinfo or UTC) - moment
        return ahead > LARGEST_OFFSET or bool(self.is_since(toggled, moment))

    def is_since(
        self, time: datetime, moment: datetime, lasts: timedelta = timedelta(0)
    ) -> bool | None:
        """Return whether a time is after a moment; None where that is not clear.

        It depends on the zone, and on how far clocks differ. `lasts`: a day for a date.
        """
        zones = [UTC] if time.tzinfo else [self.zone] if self.zone else self._candidates
        latest = dt_util.utcnow() + TOLERANCE
        readings = [
            reading
            for zone in zones
            for reading in _readings(time, zone)
            if reading <= latest
        ]
        if not readings:
            # What is ahead in these zones is in another one.
            return None
        if all(reading >= moment + TOLERANCE for reading in readings):
            return True
        if all(reading + lasts < moment - TOLERANCE for reading in readings):
            return False
        return None

    def comes_twice(self, time: datetime) -> bool:
        """Return whether the clocks of the zone go through this time twice."""
        zone = self.zone or self.account_zone
        if zone is None or time.tzinfo:
            return False
        first, second = (time.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        return first.utcoffset() != second.utcoffset()

    @property
    def _candidates(self) -> list[tzinfo]:
        return [UTC] if self.account_zone is None else [UTC, self.account_zone]

    def _certain_zone(self, time: datetime) -> tzinfo | None:
        """Return the proven zone, or any of the candidates where both agree."""
        if self.zone or self.account_zone is None:
            return self.zone
        in_utc, in_account_zone = (_readings(time, zone) for zone in self._candidates)
        return self.account_zone if in_utc == in_account_zone else None

    def _verdict(self, observation: Observation) -> tzinfo | None:
        """Return the zone that an observation speaks for."""
        if self.zone and not _is_offset(self.zone) and observation.fits(self.zone):
            return self.zone
        fitting = [zone for zone in self._candidates if observation.fits(zone)]
        if self.account_zone and len(fitting) == 1:
            return fitting[0]
        if self.zone and observation.fits(self.zone):
            return self.zone
        # Without the account's zone, UTC may be the winter time of another one.
        return None if len(fitting) > 1 else observation.offset_zone


async def async_zone(name: str | None) -> tzinfo | None:
    """Return a zone by its name as `str` gives it, None if there is none of it."""
    if not name or name == "UTC":
        return UTC if name else None
    try:
        if name[0] in "+-":
            offset = datetime.strptime(name, "%z").utcoffset()
            return None if offset is None else _offset_zone(offset)
        return await dt_util.async_get_time_zone(name)
    except ValueError, OSError:
        # What is no name of a zone is taken for a path, and what lies there for a zone.
        return None


def _offset_zone(offset: timedelta) -> timezone:
    """Return an offset as a zone, whose name tells it from the zone UTC."""
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    return timezone(offset, f"{sign}{minutes // 60:02}:{minutes % 60:02}")


def _is_offset(zone: tzinfo) -> bool:
    """Return whether only the offset of the zone is known, without its clock changes."""
    return isinstance(zone, timezone) and zone is not UTC


def _readings(time: datetime, zone: tzinfo) -> list[datetime]:
    """Return the two moments that a time can be where clocks are set back, else equal."""
    return [time.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
