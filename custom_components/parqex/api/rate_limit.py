"""The rate limit that ParqEx asked for, shared by all requests of an account."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
import math
from time import monotonic

from .errors import RateLimited

MAX_RETRY_AFTER = 24 * 60 * 60.0

# A limit on these is theirs alone; a limit on any other endpoint stops everything.
_SEPARATE = ("toggle-history", "user-info", "user-settings")
_ALL = "all"

# A limit on these does not slow polling down.
_OPTIONAL = ("user-info", "user-settings")


class RateLimit:
    """Remember until when ParqEx asked not to be sent requests.

    `asked_at`: when it last asked for that, by `monotonic`.
    """

    def __init__(self) -> None:
        """Initialize without a limit."""
        self.asked_at = -math.inf
        self._ends: dict[str, float] = {}

    def check(self, endpoint: str) -> None:
        """Raise RateLimited while no request may be sent to the endpoint."""
        end = max(self._ends.get(_ALL, 0.0), self._ends.get(endpoint, 0.0))
        if (remaining := end - monotonic()) > 0:
            raise RateLimited("not sent: the rate limit has not ended", remaining)

    def pause(self, endpoint: str, seconds: float | None) -> None:
        """Send nothing for so long, if that is known; an earlier limit may end later."""
        now = monotonic()
        if endpoint not in _OPTIONAL:
            self.asked_at = now
        scope = endpoint if endpoint in _SEPARATE else _ALL
        end = now + (seconds or 0.0)
        self._ends[scope] = max(self._ends.get(scope, 0.0), end)


def parse_retry_after(header: str | None, date: str | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for, at most a day.

    `date`: the Date header, since the clock here may be wrong.
    """
    header = (header or "").strip()
    if (end := _parse_date(header)) is None:
        return min(float(header), MAX_RETRY_AFTER) if header.isdecimal() else None
    seconds = (end - (_parse_date(date) or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def _parse_date(header: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(header or "")
    except TypeError, ValueError:
        return None
    return date.replace(tzinfo=date.tzinfo or UTC)
