"""Order and identity of log entries, by the times as ParqEx writes them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

from ..api import AccessEvent, plain_id

# Two zones differ by a multiple of this, and by less than that but for a few islands.
# What happens at the same time every day is no shift.
SHIFT_STEP = timedelta(minutes=15)
SHIFT_LIMIT = timedelta(days=1)


class Entry(NamedTuple):
    """An entry of the access log with its key: time, state and plain id.

    What may be edited later is not in the key, but in `mark`, which tells apart entries
    with the same key: a digest of person, channel and outcome.
    """

    event: AccessEvent
    key: str
    mark: str


def naive(time: datetime) -> datetime:
    """Return a time as it was written, without its zone."""
    return time.replace(tzinfo=None) if time.tzinfo else time


def is_mixed(time: datetime, other: datetime) -> bool:
    """Return whether only one of two times has a zone, so they cannot be compared."""
    return (time.tzinfo is None) is not (other.tzinfo is None)


def chronological(
    events: Sequence[AccessEvent],
    newest_first: bool,
    comes_twice: Callable[[datetime], bool],
) -> tuple[list[AccessEvent], bool]:
    """Return events oldest first, and whether their answer was newest first.

    `newest_first`: how earlier answers were, for one that does not show it.
    `comes_twice`: whether a time is in the hour that clocks go through twice, where a
    later event may have the smaller time.
    """
    rises = falls = 0
    for event, following in pairwise(events):
        if comes_twice(event.occurred) and comes_twice(following.occurred):
            continue
        rises += naive(event.occurred) < naive(following.occurred)
        falls += naive(event.occurred) > naive(following.occurred)
    if rises and falls:
        equal = reversed(events) if newest_first else events
        return sorted(equal, key=lambda event: naive(event.occurred)), newest_first
    if rises or falls:
        newest_first = falls > 0
    return list(reversed(events) if newest_first else events), newest_first


def identified(events: Iterable[AccessEvent]) -> list[Entry]:
    """Return events with their keys."""
    entries: list[Entry] = []
    for event in events:
        time = naive(event.occurred)
        written = time.isoformat() if event.has_time else time.date().isoformat()
        key = f"{written} {event.state} {plain_id(event.access_point_id)}"
        edited = f"{event.person and event.person.id} {event.channel} {event.success}"
        mark = blake2b(edited.encode(errors="replace"), digest_size=6).hexdigest()
        entries.append(Entry(event, key, mark))
    return entries


def time_of(key: str) -> datetime:
    """Return the time in a key, a midnight where it is a date."""
    return datetime.fromisoformat(key.partition(" ")[0])


def plain_of(key: str) -> str:
    """Return the plain id in a key."""
    return key.split(" ", 2)[2]


def shifted(key: str, shift: timedelta) -> str:
    """Return the key of the same entry when its time is written differently."""
    written, space, rest = key.partition(" ")
    return (datetime.fromisoformat(written) + shift).isoformat() + space + rest


def common_shift(
    remembered: Sequence[str], entries: Sequence[Entry]
) -> timedelta | None:
    """Return by how much all times were shifted since they were remembered, if at all.

    `remembered`: keys that are expected among the entries, the newest one last.
    """
    logged = {entry.key for entry in entries}
    # A single one may be the time of anything.
    if len(remembered) < 2 or not logged.isdisjoint(remembered):
        return None
    for entry in entries:
        shift = time_of(entry.key) - time_of(remembered[-1])
        if (
            shift % SHIFT_STEP == timedelta(0)
            and abs(shift) < SHIFT_LIMIT
            and all(shifted(key, shift) in logged for key in reversed(remembered))
        ):
            return shift
    return None
