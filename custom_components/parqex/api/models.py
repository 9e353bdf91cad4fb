"""The data of the ParqEx API as immutable objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Self


class State(StrEnum):
    """The state of an access point, reported or requested."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Relationship(StrEnum):
    """The relationship of the account to an access point."""

    OWNER = "Owner"
    HAS_ACCESS = "Has Access"


class AccessPoint(NamedTuple):
    """A door, garage door, gate or elevator button wired to a controller."""

    id: str
    controller_id: str
    name: str | None
    number: int | None
    state: State | None  # None: nothing known was reported
    last_toggled: datetime | None  # in UTC, or naive as the service sends it
    in_service: bool  # neither it nor its controller is disabled by ParqEx
    relationship: Relationship | None
    left_open_after: int | None  # seconds
    auto_close: bool | None
    auto_close_delay: int | None  # its unit is not documented
    battery: int | None  # percent; None without a Bluetooth sensor


class Controller(NamedTuple):
    """A ParqEx access controller."""

    id: str
    software_version: str | None
    last_contact: datetime | None  # of its last event: it is not a heartbeat


@dataclass(frozen=True)
class Snapshot:
    """All controllers and access points of the account at one moment, by id."""

    controllers: Mapping[str, Controller]
    access_points: Mapping[str, AccessPoint]
    skipped: int = 0  # records of the answer that could not be read

    @property
    def complete(self) -> bool:
        """Whether what is missing here no longer exists."""
        return bool(self.access_points) and not self.skipped

    def lists(self, any_id: str) -> bool:
        """Whether this is the id of a controller or an access point listed here."""
        return any_id in self.controllers or any_id in self.access_points

    def resolve(self, any_id: str) -> AccessPoint | None:
        """Return the access point with this id, however ParqEx spelled it."""
        return self._by_plain_id.get(plain_id(any_id))

    def access_points_of(self, controller_id: str) -> list[AccessPoint]:
        """Return a controller's access points in the order in which they are wired."""
        return sorted(
            (
                one
                for one in self.access_points.values()
                if one.controller_id == controller_id
            ),
            key=lambda one: (one.number or 0, one.id),
        )

    @cached_property
    def _by_plain_id(self) -> Mapping[str, AccessPoint]:
        return {plain_id(one_id): one for one_id, one in self.access_points.items()}


@dataclass(frozen=True)
class SnapshotChange:
    """Two snapshots, and the ids of what is new, different or gone in the second."""

    before: Snapshot
    now: Snapshot
    ids: tuple[str, ...]

    @classmethod
    def between(cls, before: Snapshot, now: Snapshot) -> Self:
        """Compare two snapshots; a list that did not change is the same snapshot."""
        if now is before:
            return cls(before, now, ())
        controllers = _changed_ids(before.controllers, now.controllers)
        access_points = _changed_ids(before.access_points, now.access_points)
        return cls(before, now, tuple(dict.fromkeys((*controllers, *access_points))))

    @property
    def moved(self) -> list[tuple[AccessPoint, AccessPoint]]:
        """The access points that have moved, each as it was and as it is."""
        before, now = self.before.access_points, self.now.access_points
        return [
            (was, one)
            for one_id in self.ids
            if (was := before.get(one_id))
            and (one := now.get(one_id))
            and (was.state, was.last_toggled) != (one.state, one.last_toggled)
        ]

    @property
    def proves_removals(self) -> bool:
        """Whether records that were listed earlier are now known not to exist."""
        return self.now.complete and (
            # What an incomplete snapshot lacked may no longer exist.
            (not self.before.complete and self.now is not self.before)
            or not all(map(self.now.lists, self.ids))
        )


class Person(NamedTuple):
    """A person who opened or closed an access point."""

    id: str
    name: str


class AccessEvent(NamedTuple):
    """One entry of the access log."""

    access_point_id: str  # as the log spells it
    state: State
    occurred: datetime  # in UTC, or naive as the service sends it
    channel: str | None
    person: Person | None  # None: moved by a sensor or a schedule
    success: bool
    has_time: bool = True  # False: the service sent a date only


class Account(NamedTuple):
    """The person whose ParqEx account is linked."""

    id: str
    name: str


class UserSettings(NamedTuple):
    """The account's settings, without its PIN."""

    time_zone: str | None


def plain_id(any_id: str) -> str:
    """Return an id without dashes and in one case, to compare it."""
    return any_id.replace("-", "").casefold()


def _changed_ids[T](before: Mapping[str, T], now: Mapping[str, T]) -> list[str]:
    """Return the ids of what is new or different, then of what is gone."""
    changed = [one_id for one_id, one in now.items() if before.get(one_id) != one]
    return changed + [one_id for one_id in before if one_id not in now]
