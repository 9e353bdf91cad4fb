"""Find out in which zone ParqEx writes its times."""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from homeassistant.util import dt as dt_util

from .access_memory import AccessMemory
from .api import AccessEvent, ParqExClient
from .const import LOGGER
from .exceptions import SERVICE_ERRORS
from .service_time import TOLERANCE, ServiceTime, Sighting

# The account's zone is asked for at most this often.
ZONE_INTERVAL = timedelta(hours=1)


class AccountZone:
    """What one account's times mean, learnt from what is seen to happen."""

    def __init__(
        self,
        client: ParqExClient,
        service_time: ServiceTime,
        memory: AccessMemory,
        respect_wait: Callable[[], None],
    ) -> None:
        """Take whom to ask and when not to, what is to learn, and where to remember."""
        self._client = client
        self._respect_wait = respect_wait
        self._time = service_time
        self._memory = memory
        self._asked_at: datetime | None = None

    async def async_load(self) -> None:
        """Take up the zone that was proven before."""
        if zone := await _zone(self._memory.zone):
            self._time.zone, self._time.proven = zone, True

    async def async_learn(self, sightings: list[Sighting]) -> bool:
        """Learn from what was seen; tell whether every time is to be shown anew."""
        if not self._time.doubted_by(sightings):
            learnt = self._time.prove(sightings)
        else:
            zone = await self._async_ask()
            learnt = zone is not None and self._time.learn(sightings, zone)
            if not learnt:
                # Good for now; the account's zone alone knows of summer time.
                return self._time.learn_offset(sightings)
        if learnt:
            self._memory.learn_zone(str(self._time.zone))
        return learnt

    async def async_learn_from(self, events: list[AccessEvent], now: datetime) -> bool:
        """Learn from an entry that cannot be of the zone assumed so far, if there is one.

        One odd entry does not outweigh a zone that something seen to move has proven. An
        offset from UTC is none: it changes with summer time.
        """
        if self._time.proven and not self._time.by_offset:
            return False
        day = timedelta(days=1)
        plausible = (now + day).replace(tzinfo=None)
        newest = max(
            (event.occurred for event in events if event.occurred < plausible),
            default=None,
        )
        if newest is None or self._time.to_utc(newest, now) <= now + TOLERANCE:
            return False
        return await self.async_learn([Sighting(newest, now - day, now)])

    async def _async_ask(self) -> tzinfo | None:
        """Return the zone the account is set to, None if it is not known now."""
        now = dt_util.utcnow()
        if self._asked_at and now < self._asked_at + ZONE_INTERVAL:
            return None
        try:
            self._respect_wait()
            self._asked_at = now
            return await _zone((await self._client.async_user_settings()).time_zone)
        except SERVICE_ERRORS as err:
            LOGGER.debug("The account's time zone is not known: %s", err)
            return None


async def _zone(name: str | None) -> tzinfo | None:
    """Return a time zone by its name, None if there is none of it."""
    try:
        return await dt_util.async_get_time_zone(name) if name else None
    except ValueError, OSError:
        # What is no name of a zone is taken for a path, and what lies there for a zone.
        return None
