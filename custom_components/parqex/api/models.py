"""What the ParqEx API tells us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import compress
from operator import is_not
from typing import NamedTuple


class State(StrEnum):
    """What an access point can be reported as, or asked to become."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Relationship(StrEnum):
    """What the account is to an access point."""

    OWNER = "Owner"
    HAS_ACCESS = "Has Access"


class AccessPoint(NamedTuple):
    """A door, garage door, gate or elevator button wired to a controller.

    `state` is what the service reported, None if it reported nothing we know.
    `last_toggled`: when that changed, without a zone, as the service sends it.
    `in_service`: neither it nor its controller is switched off by ParqEx.
    `left_open_after`: seconds until it counts as left open; its controller's setting.
    `auto_close_delay`: what it waits before it closes by itself; the unit is not
    documented. `battery`: percent, None without a Bluetooth sensor.
    """

    id: str
    controller_id: str
    name: str | None
    number: int | None
    state: State | None
    last_toggled: datetime | None
    in_service: bool
    relationship: Relationship | None
    left_open_after: int | None
    auto_close: bool
    auto_close_delay: int | None
    battery: int | None


class Controller(NamedTuple):
    """A ParqEx access controller.

    `last_contact`: when it last had something to say, without a zone. Not a heartbeat.
    """

    id: str
    software_version: str | None
    last_contact: datetime | None


@dataclass(frozen=True)
class Snapshot:
    """Everything the account can reach, at one moment.

    `skipped` counts the records of the answer that could not be read.
    """

    controllers: Mapping[str, Controller]
    access_points: Mapping[str, AccessPoint]
    skipped: int = 0

    @property
    def complete(self) -> bool:
        """Whether what is missing here is really gone."""
        return bool(self.access_points) and not self.skipped

    def lists(self, one_id: str) -> bool:
        """Tell whether a controller or an access point is there."""
        return one_id in self.controllers or one_id in self.access_points

    def access_points_of(self, controller_id: str) -> list[AccessPoint]:
        """Return a controller's access points in the order they are wired."""
        return sorted(
            self._by_controller.get(controller_id, ()),
            key=lambda access_point: (access_point.number or 0, access_point.id),
        )

    @cached_property
    def _by_controller(self) -> Mapping[str, list[AccessPoint]]:
        """The access points of each controller."""
        grouped: dict[str, list[AccessPoint]] = {}
        for access_point in self.access_points.values():
            grouped.setdefault(access_point.controller_id, []).append(access_point)
        return grouped


def changed_ids[T](before: Mapping[str, T], now: Mapping[str, T]) -> list[str]:
    """Return the ids of what is new or not the same, then of what is gone.

    Of two snapshots by one client: there, what did not change is the same object.
    """
    if before is now:
        return []
    other = map(is_not, map(before.get, now), now.values(), strict=True)
    return [*compress(now, other), *(before.keys() - now.keys())]


class Person(NamedTuple):
    """Somebody who opened or closed an access point."""

    id: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first_name} {self.last_name}".strip()


class AccessEvent(NamedTuple):
    """One entry of the access log.

    `occurred` has no zone, as the service sends it. `person` is None where a sensor
    or a schedule moved the access point.
    """

    access_point_id: str
    state: State
    occurred: datetime
    channel: str | None
    person: Person | None
    success: bool


class Account(NamedTuple):
    """The person whose ParqEx account is linked."""

    id: str
    name: str


class UserSettings(NamedTuple):
    """What the account's settings say; its PIN is not kept."""

    time_zone: str | None
