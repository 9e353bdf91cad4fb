"""The chronological order of answers, and what identifies their entries."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.parqex.access_log.clock import ServiceClock
from custom_components.parqex.access_log.order import (
    chronological,
    common_shift,
    identified,
)
from custom_components.parqex.api import AccessEvent, Person, State


def event(written: str, channel: str = "a", **changes: Any) -> AccessEvent:
    """Return an entry of the log with this time, told apart by its channel."""
    return AccessEvent(
        "0A-1b",
        State.OPEN,
        datetime.fromisoformat(written),
        channel,
        None,
        True,
        has_time=" " in written,
    )._replace(**changes)


def ordered(
    *written: str, newest_first: bool = True, zone: str = "America/New_York"
) -> tuple[str, bool]:
    """Return in which order the entries happened, by number, and the new direction."""
    clock = ServiceClock()
    clock.zone = ZoneInfo(zone)
    events = [event(time, str(number)) for number, time in enumerate(written)]
    found, newest_first = chronological(events, newest_first, clock.comes_twice)
    return "".join(str(one.channel) for one in found), newest_first


@pytest.mark.parametrize("known", [True, False])
def test_an_answer_with_a_direction_sets_it(known: bool) -> None:
    """Its first and last entry may be equal to others."""
    times = ("2026-11-02 12:00:00", "2026-11-02 12:00:00", "2026-11-02 12:00:01")
    assert ordered(*times, newest_first=known) == ("012", False)
    assert ordered(*times[::-1], newest_first=known) == ("210", True)


@pytest.mark.parametrize(("known", "order"), [(True, "210"), (False, "012")])
@pytest.mark.parametrize("time", ["2026-11-02", "2026-11-02 12:00:00"])
def test_equal_times_keep_the_known_direction(
    known: bool, order: str, time: str
) -> None:
    """As bare dates of one day do, or attempts within a second."""
    assert ordered(time, time, time, newest_first=known) == (order, known)
    assert ordered(newest_first=known) == ("", known)


@pytest.mark.parametrize("known", [True, False])
def test_an_unordered_answer_is_sorted_and_sets_no_direction(known: bool) -> None:
    """By time."""
    times = ("2026-11-02 12:00:00", "2026-11-02 12:20:00", "2026-11-02 12:10:00")
    assert ordered(*times, newest_first=known) == ("021", known)


@pytest.mark.parametrize("known", [True, False])
def test_the_hour_that_comes_twice_keeps_the_order_of_the_answer(known: bool) -> None:
    """There the later event may have the smaller time."""
    times = (
        "2026-11-01 00:59:00",
        "2026-11-01 01:50:00",
        "2026-11-01 01:10:00",
        "2026-11-01 02:00:00",
    )
    assert ordered(*times, newest_first=known) == ("0123", False)
    assert ordered(*times[::-1], newest_first=known) == ("3210", True)
    assert ordered(*times[1:3], newest_first=known) == ("10" if known else "01", known)
    assert ordered(*times, zone="UTC") == ("0213", True)


def test_times_with_and_without_a_zone_can_be_compared() -> None:
    """A service may begin to name zones."""
    naive = event("2026-11-02 12:00:00")
    aware = event("2026-11-02 12:00:01")._replace(
        occurred=datetime(2026, 11, 2, 12, 0, 1, tzinfo=UTC)
    )
    assert chronological([aware, naive], False, ServiceClock().comes_twice) == (
        [naive, aware],
        True,
    )


def test_a_key_holds_the_time_the_state_and_the_plain_id() -> None:
    """A midnight is no bare date, and equal keys are counted."""
    entries = identified(
        [
            event("2026-11-02 00:00:00"),
            event("2026-11-02"),
            event("2026-11-02 00:00:00", access_point_id="0a1B"),
        ]
    )
    assert [(entry.key, entry.number) for entry in entries] == [
        ("2026-11-02T00:00:00 OPEN 0a1b", 0),
        ("2026-11-02 OPEN 0a1b", 0),
        ("2026-11-02T00:00:00 OPEN 0a1b", 1),
    ]


def test_what_is_edited_later_is_not_in_the_key() -> None:
    """Nor is the channel."""
    edits: dict[str, Any] = {
        "person": Person("7", "Vera Visitor"),
        "success": False,
        "channel": None,
    }
    before, after = (
        identified([event("2026-11-02 12:00:00", **changes)])[0]
        for changes in (dict[str, Any](), edits)
    )
    assert before.key == after.key


@pytest.mark.parametrize(
    ("written", "shift"),
    [
        (["09:00:00", "09:01:00", "10:30:00"], timedelta(hours=-3)),
        (["21:30:00", "21:31:00", "21:32:00"], timedelta(hours=9, minutes=30)),
        (["12:00:00", "12:01:00"], None),
        (["12:01:00", "12:30:00"], None),
        (["09:00:00", "12:30:00"], None),
        (["12:00:07", "12:01:07"], None),
        ([], None),
    ],
)
def test_a_shift_explains_all_remembered_times_or_none(
    written: list[str], shift: timedelta | None
) -> None:
    """By what two zones can differ."""
    remembered = [
        entry.key
        for entry in identified(
            map(event, ("2026-11-02 12:00:00", "2026-11-02 12:01:00"))
        )
    ]
    entries = identified(event(f"2026-11-02 {time}") for time in written)
    assert common_shift(remembered, entries) == shift
    assert common_shift([], entries) is None
