"""Judge by what moves whether ParqEx's webhook can be relied upon."""

from collections.abc import Collection
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

from .api import Hint, Snapshot, plain_id

# A hint and the change it announces may be so far apart, whichever is seen first.
SECONDS_APART = 60.0

# An access point that moved so often in a row without a hint is one too many.
TOO_MANY = 3


@dataclass(slots=True)
class Missed:
    """How often in a row an access point moved without a hint, and when last."""

    times: int
    last_at: float


class Target(NamedTuple):
    """What a hint points at: a controller, and those of its access points."""

    controller_id: str
    access_point_ids: tuple[str, ...]


class Hints:
    """The hints that came, and the changes that none came for.

    All by the ids of access points that are listed, so it grows with nothing else.
    """

    def __init__(self) -> None:
        """Begin without trust."""
        self._heard: dict[str, float] = {}
        self._missed: dict[str, Missed] = {}
        self._snapshot: Snapshot | None = None
        self._targets: dict[str, Target] = {}
        self._count = 0
        self._announced = 0
        self._trusted = False

    @property
    def reliable(self) -> bool:
        """Whether looking now and then is enough.

        Not right after a hint: ParqEx may ring before its own list is up to date.
        """
        now = monotonic()
        return (
            self._trusted
            and not self._missed
            and all(now - at >= SECONDS_APART for at in self._heard.values())
        )

    @property
    def missing(self) -> bool:
        """Whether hints stay away for good."""
        return any(missed.times >= TOO_MANY for missed in self._missed.values())

    def hear(self, hint: Hint, snapshot: Snapshot) -> Target | None:
        """Take a hint, perhaps a late one; None if it points at nothing we know."""
        if snapshot is not self._snapshot:
            self._snapshot, self._targets = snapshot, _targets(snapshot)
        target = self._targets.get(hint.access_point_id or "") or self._targets.get(
            hint.controller_id or ""
        )
        if target is None:
            return None
        now = monotonic()
        self._count += 1
        for access_point_id in target.access_point_ids:
            missed = self._missed.get(access_point_id)
            if missed and now - missed.last_at < SECONDS_APART:
                self._count_announced(access_point_id)
            else:
                self._heard[access_point_id] = now
        return target

    def look(self, moved: Collection[str], listed: Collection[str]) -> None:
        """Take what a look found: which access points moved, which there are."""
        now = monotonic()
        for access_point_id in moved:
            if access_point_id in self._heard:
                self._count_announced(access_point_id)
            else:
                missed = self._missed.setdefault(access_point_id, Missed(0, now))
                missed.times += 1
                missed.last_at = now
        # What was announced while ParqEx could not be asked is found by this look.
        self._heard = {
            access_point_id: at
            for access_point_id, at in self._heard.items()
            if now - at < SECONDS_APART and access_point_id in listed
        }
        self._missed = {
            access_point_id: missed
            for access_point_id, missed in self._missed.items()
            if access_point_id in listed
        }

    def begin_anew(self) -> None:
        """Forget what was missed, but trust again only once a change is announced.

        Somebody has written to ParqEx; nothing shows yet that it helped.
        """
        self._missed.clear()
        self._trusted = False

    def diagnostics(self) -> dict[str, Any]:
        """Return how well it works."""
        return {
            "hints": self._count,
            "changes_announced": self._announced,
            "access_points_not_announced": len(self._missed),
            "reliable": self.reliable,
        }

    def _count_announced(self, access_point_id: str) -> None:
        """Note that a change and its hint have met."""
        self._announced += 1
        self._trusted = True
        self._heard.pop(access_point_id, None)
        self._missed.pop(access_point_id, None)


def _targets(snapshot: Snapshot) -> dict[str, Target]:
    """Return everything that a hint can point at, by its plain id."""
    targets = {
        plain_id(controller_id): Target(
            controller_id,
            tuple(one.id for one in snapshot.access_points_of(controller_id)),
        )
        for controller_id in snapshot.controllers
    }
    for access_point in snapshot.access_points.values():
        targets[plain_id(access_point.id)] = Target(
            access_point.controller_id, (access_point.id,)
        )
    return targets
