"""What the refreshes and the account's settings show about the service's clock."""

from datetime import timedelta
import math
from time import monotonic

from homeassistant.util import dt as dt_util

from ..api import ParqExClient, SnapshotChange
from ..const import LOGGER
from ..exceptions import SERVICE_ERRORS
from .clock import Observation, ServiceClock, async_zone

# A movement between two refreshes further apart shows too little.
LONGEST_WINDOW = 5 * 60.0

# The account's zone is asked for at most this often.
ZONE_INTERVAL = 15 * 60.0


class ClockEvidence:
    """Collects observations of refreshes until the clock learns from them."""

    def __init__(self, client: ParqExClient, clock: ServiceClock) -> None:
        """Initialize with the client and the clock."""
        self._client = client
        self._clock = clock
        self._requested_at = -math.inf
        self._observed: list[list[Observation]] = []
        self._ask_at = -math.inf

    def note(self, change: SnapshotChange, requested_at: float) -> None:
        """Collect the movements between the refresh before and this one."""
        window = monotonic() - self._requested_at
        self._requested_at = requested_at
        if window > LONGEST_WINDOW:
            return
        now = dt_util.utcnow()
        since = now - timedelta(seconds=window)
        observed = [
            Observation(toggled, since, now)
            for was, one in change.moved
            if (earlier := was.last_toggled)
            and (toggled := one.last_toggled)
            and not (earlier.tzinfo or toggled.tzinfo)
            and toggled > earlier
        ]
        if observed:
            self._observed.append(observed)

    async def async_learn(self) -> None:
        """Let the clock learn, and ask for the account's zone where it needs that."""
        observed, self._observed = self._observed, []
        needed = self._clock.needs_account_zone(
            one for some in observed for one in some
        )
        if needed and monotonic() >= self._ask_at:
            self._ask_at = monotonic() + ZONE_INTERVAL
            try:
                settings = await self._client.async_user_settings()
            except SERVICE_ERRORS as err:
                LOGGER.debug("The account's time zone could not be fetched: %s", err)
            else:
                if zone := await async_zone(settings.time_zone):
                    self._clock.account_zone = zone
        for observations in observed:
            self._clock.async_observe(observations)
