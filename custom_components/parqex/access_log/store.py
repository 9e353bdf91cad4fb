"""What is remembered of the access log over restarts."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..api import AccessPoint, SnapshotChange, plain_id
from ..const import DOMAIN, LOGGER
from .access import PUBLISHED_BACK_TO, Access, AccessType, LastAccess
from .clock import ServiceClock
from .order import Entry, is_mixed, naive, plain_of, shifted, time_of

STORAGE_VERSION = 1
SAVE_DELAY = 10

# Before the newest entry. Longer than any answer reaches back: a day, and the dates
# around it.
REMEMBERED_FOR = timedelta(days=5)


class Published(NamedTuple):
    """An entry of the log: when the access was, None if not published; and its mark."""

    at: datetime | None
    mark: str


class Baseline(NamedTuple):
    """An access point when it was first listed, and when its log was fetched last.

    `toggled`: when it had last moved when it was first listed. `listed_at`: when that
    was, in UTC; what is known to be from before it is never published.
    """

    toggled: datetime | None
    state: str | None
    fetched_at: datetime | None
    listed_at: datetime


class AccessLogStore:
    """What is remembered of one account's access log, by plain id.

    `entries`: by key those published, or not to be. `zone`: the proven one's name.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize with nothing remembered."""
        self._store = _store(hass, entry_id)
        self._save_scheduled = False
        self._baselines: dict[str, Baseline] = {}
        self._last: dict[str, LastAccess] = {}
        self.entries: dict[str, list[Published]] = {}
        self.newest_first = True
        self.zone: str | None = None

    async def async_load(self) -> None:
        """Restore what was saved, all of it or nothing."""
        try:
            if data := await self._store.async_load():
                self._restore(data)
        except Exception as err:  # noqa: BLE001  # a damaged file may raise anything
            LOGGER.warning(
                "The saved access log could not be read and begins anew: %s",
                type(err).__name__,
            )

    async def async_save(self) -> None:
        """Save now."""
        try:
            await self._store.async_save(self._data())
        except Exception:  # noqa: BLE001  # it is logged
            LOGGER.exception("The access log could not be saved")

    @callback
    def async_save_soon(self, _event: Event | None = None) -> None:
        """Save in a few seconds, whatever changes later, or when Home Assistant stops."""
        if not self._save_scheduled:
            self._save_scheduled = True
            self._store.async_delay_save(self._data, SAVE_DELAY)

    @callback
    def async_follow(self, change: SnapshotChange) -> None:
        """Begin with access points that are new, and forget those that are gone."""
        for changed_id in change.ids:
            if not (access_point := change.now.access_points.get(changed_id)):
                continue
            if (plain := plain_id(changed_id)) not in self._baselines:
                self._baselines[plain] = Baseline(
                    access_point.last_toggled,
                    access_point.state,
                    None,
                    dt_util.utcnow(),
                )
                self.async_save_soon()
        if change.proves_removals:
            listed = set(map(plain_id, change.now.access_points))
            for plain in self._baselines.keys() - listed:
                del self._baselines[plain]
                self._last.pop(plain, None)
            self.async_save_soon()

    def was_fetched(self, access_point_id: str) -> bool:
        """Return whether the log of an access point was ever fetched."""
        baseline = self._baselines.get(plain_id(access_point_id))
        return baseline is not None and baseline.fetched_at is not None

    def last(self, access_point_id: str) -> LastAccess | None:
        """Return the last access to an access point."""
        return self._last.get(plain_id(access_point_id))

    def known_until(self, access_points: Iterable[AccessPoint]) -> datetime | None:
        """Return when their log was fetched last, or the first of them was listed."""
        known = (self._baselines.get(plain_id(one.id)) for one in access_points)
        times = (one.fetched_at or one.listed_at for one in known if one)
        return min(times, default=None)

    def recall(self, entries: Sequence[Entry]) -> list[Published | None]:
        """Return what is remembered of each entry of an answer, None of a new one.

        Of entries with the same key those with the same mark are the same. Of the others
        the first ones left are: they were edited, and their new marks are remembered.
        """
        keys = {entry.key for entry in entries}
        left = {key: [*self.entries.get(key, ())] for key in keys}
        found: list[Published | None] = [None] * len(entries)
        for edited in (False, True):
            for number, entry in enumerate(entries):
                known = left[entry.key] if found[number] is None else []
                # Of thousands with the same bare date, the first one fits as a rule.
                fits = (one for one in known if edited or one.mark == entry.mark)
                if same := next(fits, None):
                    known.remove(same)
                    found[number] = edited_to = same._replace(mark=entry.mark)
                    self.entries[entry.key].remove(same)
                    self.entries[entry.key].append(edited_to)
        return found

    def precedes(
        self, entry: Entry, access_point: AccessPoint, clock: ServiceClock
    ) -> bool:
        """Return whether an entry is from before the access point was listed."""
        if not (baseline := self._baselines.get(plain_id(access_point.id))):
            # It is gone, and new when it returns.
            return True
        toggled, state, fetched, listed_at = baseline
        event, time = entry.event, entry.event.occurred
        moved = (access_point.last_toggled, access_point.state) != (toggled, state)
        if toggled and (is_mixed(time, toggled) or clock.is_wrong(toggled, listed_at)):
            toggled = None
        if not fetched:
            lasts = timedelta(0) if event.has_time else timedelta(days=1)
            if (is_since := clock.is_since(time, listed_at, lasts)) is not None:
                return not is_since
        if toggled is None:
            return not (fetched or (moved and event.success))
        if not event.has_time:
            return time.date() < toggled.date() or not fetched
        if time == toggled:
            return event.state == state or not (fetched or moved)
        # What commands and what sensors move may be timed apart.
        same = event.state == state and not (fetched or moved)
        if time < toggled or (same and time - toggled < timedelta(minutes=1)):
            return True
        # Attempts that failed moved nothing, so the last movement does not tell.
        return not (fetched or event.success)

    @callback
    def async_remember(self, entry: Entry, access: Access | None = None) -> None:
        """Remember that an entry was published, or need not be."""
        published = Published(access.occurred_at if access else None, entry.mark)
        self.entries.setdefault(entry.key, []).append(published)
        if access and access.type is not AccessType.FAILED:
            plain = plain_id(access.access_point_id)
            last = self._last.get(plain) or LastAccess(access.occurred_at)
            self._last[plain] = last.followed_by(access)
        self.async_save_soon()

    @callback
    def async_finish_fetch(
        self, access_points: Iterable[AccessPoint], now: datetime
    ) -> list[str]:
        """Remember whose log was fetched, and forget what no answer will mention.

        Return the ids of access points whose log was not fetched before, or long ago.
        """
        times = {key: time_of(key) for key in self.entries}
        # Either may be ahead.
        newest = min(naive(now), max(times.values(), default=naive(now)))
        for key, time in times.items():
            if newest - time >= REMEMBERED_FOR:
                del self.entries[key]
        first = []
        for access_point in access_points:
            plain = plain_id(access_point.id)
            if not (baseline := self._baselines.get(plain)):
                continue
            self._baselines[plain] = baseline._replace(fetched_at=now)
            before = baseline.fetched_at
            if before is None or now - before > PUBLISHED_BACK_TO:
                # A later one may not have been published.
                self._last.pop(plain, None)
                first.append(access_point.id)
                self.async_save_soon()
        return first

    @callback
    def async_shift(self, keys: Sequence[str], shift: timedelta) -> None:
        """Follow the service, which now writes the times of access points differently."""
        for key in keys:
            self.entries[shifted(key, shift)] = self.entries.pop(key)
        for plain in {plain_of(key) for key in keys} & self._baselines.keys():
            baseline = self._baselines[plain]
            if baseline.toggled:
                toggled = baseline.toggled + shift
                self._baselines[plain] = baseline._replace(toggled=toggled)
        self.async_save_soon()

    @callback
    def async_set_zone(self, zone: tzinfo | None) -> None:
        """Remember the proven zone."""
        if zone and self.zone != str(zone):
            self.zone = str(zone)
            self.async_save_soon()

    async def async_forget_names(self) -> None:
        """Forget all names, and save."""
        if any(last.user for last in self._last.values()):
            for plain, last in self._last.items():
                self._last[plain] = LastAccess(last.occurred_at)
            await self.async_save()

    def _data(self) -> dict[str, Any]:
        """Return what is saved; the JSON has times as text and tuples as lists."""
        self._save_scheduled = False
        return {
            "zone": self.zone,
            "newest_first": self.newest_first,
            "entries": self.entries,
            "baselines": self._baselines,
            "last": self._last,
        }

    def _restore(self, data: dict[str, Any]) -> None:
        """Take what was saved; raise where it is not as it was saved."""
        zone = _text(data["zone"])
        entries = {
            key: [
                Published(None if at is None else _utc(at), str(mark))
                for at, mark in published
            ]
            for key, published in data["entries"].items()
            if naive(time_of(key)) and plain_of(key)
        }
        baselines = {
            plain: Baseline(
                None if toggled is None else datetime.fromisoformat(toggled),
                _text(state),
                None if fetched is None else _utc(fetched),
                _utc(listed_at),
            )
            for plain, (toggled, state, fetched, listed_at) in data["baselines"].items()
        }
        last = {
            plain: LastAccess(
                _utc(time),
                _text(user),
                None if user_time is None else _utc(user_time),
            )
            for plain, (time, user, user_time) in data["last"].items()
        }
        self.newest_first, self.zone = bool(data["newest_first"]), zone
        self.entries, self._baselines, self._last = entries, baselines, last


async def async_remove_store(hass: HomeAssistant, entry_id: str) -> None:
    """Remove what is remembered of an account."""
    await _store(hass, entry_id).async_remove()


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, STORAGE_VERSION, f"{DOMAIN}.access_log.{entry_id}", private=True)


def _utc(saved: str) -> datetime:
    """Return a saved time; raise ValueError where it lacks its zone."""
    if (time := datetime.fromisoformat(saved)).tzinfo is None:
        raise ValueError("a time without a zone")
    return time


def _text(saved: Any) -> str | None:
    """Return saved text; raise TypeError where it is none."""
    if saved is None or isinstance(saved, str):
        return saved
    raise TypeError("no text")
