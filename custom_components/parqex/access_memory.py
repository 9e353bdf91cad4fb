"""What is remembered of the access log across restarts: what was told, and the last."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .api import AccessEvent, Snapshot, State
from .const import DOMAIN, LOGGER

STORAGE_VERSION = 1
SAVE_DELAY = 5

# Longer than any answer reaches back: a day, and the dates around it.
REMEMBERED_FOR = timedelta(days=5)
MAX_REMEMBERED = 20_000

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class AccessType(StrEnum):
    """What came of an access."""

    OPENED = "opened"
    CLOSED = "closed"
    FAILED = "failed"


class Access(NamedTuple):
    """An access as people are told of it.

    `requested`: what was asked for, also where it failed. `user` is None where a sensor
    or a schedule did it, and where names are not recorded.
    """

    access_point_id: str
    type: AccessType
    requested: State
    occurred_at: datetime
    user: str | None
    channel: str | None


class LastAccess(NamedTuple):
    """The last access of an access point, and the last one by a person."""

    occurred_at: datetime
    user: str | None = None
    user_occurred_at: datetime | None = None


class AccessMemory:
    """What is remembered of one account's access log.

    Of what was told it keeps a fingerprint and the time, no data of anybody; of the
    last access the name, if names are recorded.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Take the entry whose log this is."""
        self._store = store(hass, entry_id)
        self._told: dict[str, datetime] = {}
        self._floor: datetime | None = None
        self._read: set[str] = set()
        self.last: dict[str, LastAccess] = {}
        self.zone: str | None = None

    def __len__(self) -> int:
        """Return how much of the log is remembered."""
        return len(self._told)

    async def async_load(self) -> None:
        """Load what was remembered; what can't be read is begun anew."""
        try:
            if data := await self._store.async_load():
                self._load(data)
        except (
            AttributeError,
            HomeAssistantError,
            LookupError,
            OSError,
            TypeError,
            ValueError,
        ):
            LOGGER.warning("What was remembered of the access log could not be read")

    def _load(self, data: dict[str, Any]) -> None:
        """Read what was saved: all of it, or nothing."""
        told = {key: _service_time(time) for key, time in data["told"].items()}
        last = {
            access_point_id: LastAccess(
                _moment(one["occurred_at"]),
                _text(one["user"]),
                _if_any(_moment, one["user_occurred_at"]),
            )
            for access_point_id, one in data["last"].items()
        }
        floor = _if_any(_service_time, data["floor"])
        read = {str(access_point_id) for access_point_id in data["read"]}
        self.zone = _text(data["zone"])
        self._told, self.last, self._floor, self._read = told, last, floor, read

    async def async_save_now(self) -> None:
        """Write down what is remembered."""
        await self._store.async_save(self._data())

    def forget_names(self) -> None:
        """Drop every name."""
        if not any(last.user for last in self.last.values()):
            return
        self.last = {
            access_point_id: LastAccess(last.occurred_at)
            for access_point_id, last in self.last.items()
        }
        self._save()

    def learn_zone(self, name: str) -> None:
        """Remember in which zone the service writes times."""
        self.zone = name
        self._save()

    def was_read(self, access_point_id: str) -> bool:
        """Tell whether an access point's log was ever read to its end."""
        return access_point_id in self._read

    def finish_reading(self, access_point_ids: Iterable[str]) -> None:
        """Remember that the log of these was read to its end."""
        before = len(self._read)
        self._read.update(access_point_ids)
        if len(self._read) != before:
            self._save()

    def knows(self, key: str, event: AccessEvent) -> bool:
        """Tell whether an entry was told before, or is too old to know."""
        if self._floor and event.occurred <= self._floor:
            return True
        return key in self._told

    def remember(
        self, key: str, event: AccessEvent, access: Access | None = None
    ) -> None:
        """Remember that an entry was told, or need not be told."""
        self._told[key] = event.occurred
        if access and access.type is not AccessType.FAILED:
            last = self.last.get(access.access_point_id)
            self.last[access.access_point_id] = _followed_by(last, access)
        self._save()

    def forget_before(self, now: datetime) -> None:
        """Forget what no answer will mention again, and the oldest beyond the bound.

        What was forgotten for want of room is not taken for new afterwards.
        """
        horizon = now.replace(tzinfo=None) - REMEMBERED_FOR
        self._told = {key: time for key, time in self._told.items() if time > horizon}
        if len(self._told) <= MAX_REMEMBERED:
            return
        by_age = sorted(self._told.items(), key=lambda told: told[1], reverse=True)
        self._told = dict(by_age[:MAX_REMEMBERED])
        self._floor = by_age[MAX_REMEMBERED][1]

    def forget_others(self, snapshot: Snapshot) -> None:
        """Forget what is no longer listed, and who used it last.

        Should it come back, it is new.
        """
        listed = snapshot.access_points.keys()
        if self.last.keys() <= listed and self._read <= listed:
            return
        self.last = {key: last for key, last in self.last.items() if key in listed}
        self._read &= listed
        self._save()

    def _save(self) -> None:
        """Write down soon what is remembered, at the latest when Home Assistant stops."""
        self._store.async_delay_save(self._data, SAVE_DELAY)

    def _data(self) -> dict[str, Any]:
        """Return everything as it is saved."""
        return {
            "told": {key: time.isoformat() for key, time in self._told.items()},
            "floor": self._floor and self._floor.isoformat(),
            "read": sorted(self._read),
            "zone": self.zone,
            "last": {key: last._asdict() for key, last in self.last.items()},
        }


def _moment(saved: str) -> datetime:
    """Return a moment; raise ValueError where it lacks its zone."""
    if (moment := datetime.fromisoformat(saved)).tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment


def _service_time(saved: str) -> datetime:
    """Return a time as the service writes it; raise ValueError where it has a zone."""
    if (time := datetime.fromisoformat(saved)).tzinfo is not None:
        raise ValueError("a time of the service with a zone")
    return time


def _if_any(read: Callable[[str], datetime], saved: str | None) -> datetime | None:
    """Return a time that need not be there."""
    return None if saved is None else read(saved)


def _text(saved: Any) -> str | None:
    """Return text or None; raise TypeError where it is neither."""
    if saved is None or isinstance(saved, str):
        return saved
    raise TypeError("no text")


def store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return where the memory of an entry lies."""
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.access_log.{entry_id}", private=True)


def told_apart(events: Iterable[AccessEvent]) -> Iterator[tuple[str, AccessEvent]]:
    """Return with each entry what tells it from every other one.

    The log gives them no ids. Where it has dates without a time, as in the documented
    sample, the same may happen twice: then it counts how often.
    """
    counts: Counter[str] = Counter()
    for event in events:
        key = _fingerprint(event)
        if has_only_a_date(event):
            counts[key] += 1
            if (nth := counts[key]) > 1:
                key = f"{key}-{nth}"
        yield key, event


def has_only_a_date(event: AccessEvent) -> bool:
    """Tell whether an entry may be of any moment of its day."""
    return event.occurred.time() == time.min


def _fingerprint(event: AccessEvent) -> str:
    """Return all that an entry says, so that nobody can read it."""
    parts = (
        event.access_point_id,
        event.state,
        event.occurred.isoformat(),
        event.channel or "",
        event.person.id if event.person else "",
        str(event.success),
    )
    return blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()


def _followed_by(last: LastAccess | None, access: Access) -> LastAccess:
    """Return the last access after another one, which may be told late."""
    if last is None:
        last = LastAccess(access.occurred_at)
    last = last._replace(occurred_at=max(last.occurred_at, access.occurred_at))
    if access.user and access.occurred_at >= (last.user_occurred_at or _LONG_AGO):
        last = last._replace(user=access.user, user_occurred_at=access.occurred_at)
    return last
