"""When the log of a controller is fetched next."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import pytest

from custom_components.parqex.access_log.order import identified
from custom_components.parqex.access_log.schedule import FetchSchedule
from custom_components.parqex.api import (
    AccessEvent,
    AccessPoint,
    Controller,
    Snapshot,
    SnapshotChange,
    State,
)

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
EARLIER = "2026-11-02 11:00:00"
TOGGLED = "2026-11-02 12:00:00"


def snapshot(
    state: State | None = State.CLOSED,
    toggled: str | None = EARLIER,
    *,
    doors: str = "a",
) -> Snapshot:
    """Return a controller with access points that are all alike."""
    last_toggled = datetime.fromisoformat(toggled) if toggled else None
    access_points = {
        one: AccessPoint(
            one, "c", one, 1, state, last_toggled, True, None, None, False, None, None
        )
        for one in doors
    }
    return Snapshot({"c": Controller("c", None, None)}, access_points)


def followed(*snapshots: Snapshot) -> FetchSchedule:
    """Return the schedule after these, the log fetched well at 0 after the first one."""
    schedule = FetchSchedule()
    for before, now in pairwise((Snapshot({}, {}), *snapshots)):
        schedule.follow(SnapshotChange.between(before, now))
        if not before.controllers:
            fetch(schedule, 0)
    return schedule


def fetch(schedule: FetchSchedule, now: float, *events: AccessEvent) -> None:
    """Fetch a log with these entries."""
    due = schedule.due(now)
    assert due
    due[1].begin(now)
    due[1].succeeded(identified(events), now)


def logged(
    written: str, state: State = State.OPEN, access_point_id: str = "a"
) -> AccessEvent:
    """Return an entry of the log."""
    time = datetime.fromisoformat(written)
    return AccessEvent(
        access_point_id, state, time, None, None, True, has_time=" " in written
    )


def test_a_new_controller_is_fetched_at_once_then_every_quarter_of_an_hour() -> None:
    """Attempts that failed move nothing."""
    schedule = FetchSchedule()
    assert schedule.due(0) is None
    assert schedule.seconds_until_next(0) is None
    schedule.follow(SnapshotChange.between(Snapshot({}, {}), snapshot()))
    assert schedule.seconds_until_next(-DAY) == 0
    fetch(schedule, 100)
    assert schedule.seconds_until_next(100) == 15 * MINUTE
    fetch(schedule, 100 + 15 * MINUTE)


def test_controllers_that_are_gone_are_not_fetched() -> None:
    """Nor are they waited for."""
    schedule = followed(snapshot(), Snapshot({}, {}))
    assert schedule.get("c") is None
    assert schedule.due(DAY) is None


@pytest.mark.parametrize(
    "now",
    [
        snapshot(State.OPEN, TOGGLED),
        snapshot(State.OPEN),
        snapshot(State.CLOSED, TOGGLED),
        snapshot(None, None),
        snapshot(doors="ab"),
    ],
)
def test_what_moved_or_is_new_is_fetched_at_once(now: Snapshot) -> None:
    """A new time without a new state is a movement."""
    assert followed(snapshot(), now).seconds_until_next(30) == 0


def test_other_changes_are_no_reason_to_fetch() -> None:
    """Such as a new name."""
    renamed = snapshot()
    renamed = Snapshot(
        renamed.controllers, {"a": renamed.access_points["a"]._replace(name="Gate")}
    )
    assert followed(snapshot(), renamed).seconds_until_next(0) == 15 * MINUTE


def waits(
    schedule: FetchSchedule, *events: AccessEvent, now: float = 100
) -> Iterator[float]:
    """Yield after how many seconds each of the next fetches comes."""
    while True:
        fetch(schedule, now, *events)
        wait = schedule.seconds_until_next(now)
        assert wait is not None
        yield wait
        now += wait


@pytest.mark.parametrize(
    "event",
    [
        logged(EARLIER),
        logged(TOGGLED, State.CLOSED),
        logged(TOGGLED, access_point_id="b"),
        logged("2026-11-01"),
    ],
)
def test_a_missing_entry_is_awaited_three_times(event: AccessEvent) -> None:
    """Whatever else the log holds of the access point."""
    schedule = followed(snapshot(), snapshot(State.OPEN, TOGGLED))
    fetches = waits(schedule, event)
    assert [next(fetches) for _ in range(5)] == [30, 60, 120, 900, 900]


@pytest.mark.parametrize(
    "event", [logged(TOGGLED), logged("2026-11-02 12:00:01"), logged("2026-11-02")]
)
def test_the_entry_of_a_movement_ends_the_wait(event: AccessEvent) -> None:
    """Or a later one of that state."""
    schedule = followed(snapshot(), snapshot(State.OPEN, TOGGLED))
    fetches = waits(schedule)
    assert next(fetches) == 30
    fetches = waits(schedule, event, now=130)
    assert next(fetches) == 15 * MINUTE


def test_what_moves_while_a_fetch_is_under_way_needs_another_one() -> None:
    """Its answer may be from before."""
    schedule = followed(snapshot())
    due = schedule.due(HOUR)
    assert due
    due[1].begin(HOUR)
    schedule.follow(SnapshotChange.between(snapshot(), snapshot(State.OPEN, TOGGLED)))
    due[1].succeeded([], HOUR)
    assert schedule.seconds_until_next(HOUR) == 0


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("failed", [30, 60, 120, 240, 480, 900, 900]),
        ("was_refused", [n * HOUR for n in (0.25, 0.5, 1, 2, 4, 8, 16, 24, 24)]),
    ],
)
def test_failed_fetches_are_repeated_ever_later_whatever_moves(
    outcome: str, expected: list[float]
) -> None:
    """Up to a bound, also after thousands of them."""
    schedule = followed(snapshot())
    controller = schedule.get("c")
    assert controller
    for wait in expected:
        getattr(controller, outcome)(now=0)
        schedule.follow(SnapshotChange.between(snapshot(), snapshot(State.OPEN)))
        assert schedule.seconds_until_next(0) == wait
    for _ in range(5000):
        getattr(controller, outcome)(now=0)
    assert schedule.seconds_until_next(0) == expected[-1]
    fetch(schedule, DAY)
    controller.failed(now=0)
    assert schedule.seconds_until_next(0) == 30


@pytest.mark.parametrize(
    ("retry_after", "wait"), [(0, 30), (20, 30), (600, 600), (2 * HOUR, 2 * HOUR)]
)
def test_a_rate_limit_only_ever_makes_the_wait_longer(
    retry_after: float, wait: float
) -> None:
    """A zero is no invitation to hammer."""
    schedule = followed(snapshot())
    controller = schedule.get("c")
    assert controller
    controller.failed(0, retry_after)
    assert schedule.seconds_until_next(0) == wait


def test_a_log_is_unavailable_when_refused_or_failed_three_times() -> None:
    """In a row."""
    schedule = followed(snapshot())
    controller = schedule.get("c")
    assert controller
    for available in (True, True, False):
        controller.failed(0)
        assert controller.available is available
    fetch(schedule, HOUR)
    assert controller.available
    controller.was_refused(0)
    assert not controller.available
