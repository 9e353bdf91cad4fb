"""When the log of a controller is fetched next."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import pytest

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
    controller_id: str = "c",
    name: str = "",
) -> Snapshot:
    """Return a controller with access points that are all alike."""
    last_toggled = datetime.fromisoformat(toggled) if toggled else None
    access_points = {
        one: AccessPoint(
            *(one, controller_id, name, 1, state, last_toggled, True),
            *(None, None, False, None, None),
        )
        for one in doors
    }
    controller = Controller(controller_id, None, None)
    return Snapshot({controller_id: controller}, access_points)


def followed(*snapshots: Snapshot) -> FetchSchedule:
    """Return the schedule after these, the log fetched well at 0 after the first one."""
    schedule = FetchSchedule()
    for before, now in pairwise((Snapshot({}, {}), *snapshots)):
        follow(schedule, before, now)
        if not before.controllers:
            fetch(schedule, 0)
    return schedule


def follow(schedule: FetchSchedule, before: Snapshot, now: Snapshot) -> None:
    """Have a schedule follow from one snapshot to the next."""
    schedule.follow(SnapshotChange.between(before, now))


def fetch(schedule: FetchSchedule, now: float, *events: AccessEvent) -> None:
    """Fetch a log with these new entries."""
    due = schedule.due(now)
    assert due
    due[1].begin(now)
    due[1].succeeded()
    due[1].await_missing(events, now)


def logged(
    written: str, state: State = State.OPEN, access_point_id: str = "a"
) -> AccessEvent:
    """Return an entry of the log."""
    time = datetime.fromisoformat(written)
    return AccessEvent(access_point_id, state, time, None, None, True)


def test_a_new_controller_is_fetched_at_once_then_every_quarter_of_an_hour() -> None:
    """Attempts that failed move nothing."""
    schedule = FetchSchedule()
    assert schedule.due(0) is None
    assert schedule.seconds_until_next(0) is None
    follow(schedule, Snapshot({}, {}), snapshot())
    assert schedule.seconds_until_next(-DAY) == 0
    fetch(schedule, 100)
    assert schedule.seconds_until_next(100) == 15 * MINUTE
    fetch(schedule, 100 + 15 * MINUTE)


def test_what_is_not_listed_is_not_fetched_and_forgotten_once_it_is_gone() -> None:
    """A record that is unreadable once changes nothing of the pace."""
    elsewhere = snapshot(doors="x", controller_id="d")
    unreadable = Snapshot({}, {}, skipped=1)
    schedule = followed(snapshot())
    controller = schedule.get("c")
    assert controller
    controller.was_refused(0)
    follow(schedule, snapshot(), unreadable)
    assert schedule.due(DAY) is None
    follow(schedule, unreadable, snapshot())
    assert schedule.get("c") is controller
    assert schedule.seconds_until_next(0) == 15 * MINUTE
    follow(schedule, snapshot(), elsewhere)
    follow(schedule, elsewhere, snapshot())
    assert schedule.seconds_until_next(0) == 0


@pytest.mark.parametrize(
    ("now", "wait"),
    [
        (snapshot(State.OPEN, TOGGLED), 0),
        (snapshot(State.OPEN), 0),
        (snapshot(State.CLOSED, TOGGLED), 0),
        (snapshot(None, None), 0),
        (snapshot(doors="ab"), 0),
        (snapshot(name="Gate"), 15 * MINUTE),
    ],
)
def test_only_what_moved_or_is_new_is_fetched_at_once(
    now: Snapshot, wait: float
) -> None:
    """A new time without a new state is a movement, a new name is none."""
    assert followed(snapshot(), now).seconds_until_next(0) == wait


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
    ("event", "ends"),
    [
        (logged(TOGGLED, State.CLOSED), False),
        (logged(TOGGLED, access_point_id="b"), False),
        (logged(TOGGLED), True),
    ],
)
def test_a_missing_entry_is_awaited_three_times(event: AccessEvent, ends: bool) -> None:
    """It, or a later one of that state, ends the wait; nothing else of the log does."""
    schedule = followed(snapshot(), snapshot(State.OPEN, TOGGLED))
    assert next(waits(schedule)) == 30
    fetches = waits(schedule, event, now=130)
    expected = [900, 900] if ends else [60, 120, 900, 900]
    assert [next(fetches) for _ in expected] == expected


def test_what_moves_while_a_fetch_is_under_way_needs_another_one() -> None:
    """Its answer may be from before."""
    schedule = followed(snapshot())
    due = schedule.due(HOUR)
    assert due
    due[1].begin(HOUR)
    follow(schedule, snapshot(), snapshot(State.OPEN, TOGGLED))
    due[1].succeeded()
    assert schedule.seconds_until_next(HOUR) == 0


@pytest.mark.parametrize(
    ("outcome", "expected", "other", "anew"),
    [
        ("failed", [30, 60, 120, 240, 480, 900, 900], "was_refused", 900),
        (
            *("was_refused", [n * HOUR for n in (0.25, 0.5, 1, 2, 4, 8, 16, 24, 24)]),
            *("failed", 30),
        ),
    ],
)
def test_failed_fetches_are_repeated_ever_later_whatever_moves(
    outcome: str, expected: list[float], other: str, anew: float
) -> None:
    """Up to a bound, also after thousands of them; refusals are counted apart."""
    schedule = followed(snapshot())
    controller = schedule.get("c")
    assert controller
    for wait in expected:
        getattr(controller, outcome)(now=0)
        follow(schedule, snapshot(), snapshot(State.OPEN))
        assert schedule.seconds_until_next(0) == wait
    for _ in range(5000):
        getattr(controller, outcome)(now=0)
    assert schedule.seconds_until_next(0) == expected[-1]
    getattr(controller, other)(now=0)
    assert schedule.seconds_until_next(0) == anew
    assert not controller.available
    fetch(schedule, DAY)
    assert controller.available
    # A rate limit only ever makes the wait longer: zero is no invitation to hammer.
    for retry_after, wait in ((None, 30), (0, 60), (20, 120), (600, 600), (DAY, DAY)):
        controller.failed(0, retry_after)
        assert schedule.seconds_until_next(0) == wait
