"""The chronological order of answers, and what identifies their entries."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.parqex.access_log.clock import ServiceClock
from custom_components.parqex.access_log.order import (
    chronological,
    common_shift,
    identified,
)
from custom_components.parqex.api import AccessEvent, State


def event(written: str, channel: str = "a", **changes: Any) -> AccessEvent:
    """Return an entry of the log with this time, told apart by its channel."""
    full = f"2026-{written}" if "-" in written else f"2026-11-02 {written}"
    time, has_time = datetime.fromisoformat(full), ":" in written
    return AccessEvent(
        "0A-1b", State.OPEN, time, channel, None, True, has_time
    )._replace(**changes)


TWICE = ("11-01 00:59:00", "11-01 01:50:00", "11-01 01:10:00", "11-01 02:00:00")


@pytest.mark.parametrize(
    ("written", "known", "order", "newest_first"),
    [
        # The first and the last entry may be equal to others.
        *(
            (("12:00:00", "12:00:00", "12:00:01"), k, "012", False)
            for k in (True, False)
        ),
        *(
            (("12:00:01", "12:00:00", "12:00:00"), k, "210", True)
            for k in (True, False)
        ),
        # Without a direction, the known one holds: in a second, or on a day.
        *(((time,) * 3, True, "210", True) for time in ("11-02", "12:00:00")),
        *(((time,) * 3, False, "012", False) for time in ("11-02", "12:00:00")),
        *(((), k, "", k) for k in (True, False)),
        # What is in no order is sorted, and sets no direction.
        *((("12:00:00", "12:20:00", "12:10:00"), k, "021", k) for k in (True, False)),
        # In the hour that comes twice the later event may have the smaller time.
        *((TWICE, k, "0123", False) for k in (True, False)),
        *((TWICE[::-1], k, "3210", True) for k in (True, False)),
        (TWICE[1:3], True, "10", True),
        (TWICE[1:3], False, "01", False),
        # A service may begin to name zones.
        (("12:00:01+00:00", "12:00:00"), False, "10", True),
    ],
)
def test_an_answer_is_put_in_order(
    written: tuple[str, ...], known: bool, order: str, newest_first: bool
) -> None:
    """By the direction that it shows, or that answers before it showed."""
    clock = ServiceClock()
    clock.zone = ZoneInfo("America/New_York")
    events = [event(time, str(number)) for number, time in enumerate(written)]
    found, direction = chronological(events, known, clock.comes_twice)
    assert "".join(str(one.channel) for one in found) == order
    assert direction is newest_first


@pytest.mark.parametrize(
    ("remembered", "written", "shift"),
    [
        (["12:00:00", "12:01:00"], ["09:00:00", "09:01:00", "10:30:00"], -3),
        (["12:00:00", "12:01:00"], ["21:30:00", "21:31:00", "21:32:00"], 9.5),
        (["12:00:00", "12:01:00"], ["12:00:00", "12:01:00"], None),
        (["12:00:00", "12:01:00"], ["12:01:00", "12:30:00"], None),
        (["12:00:00", "12:01:00"], ["09:00:00", "12:30:00"], None),
        (["12:00:00", "12:01:00"], ["12:00:07", "12:01:07"], None),
        (["12:00:00", "12:01:00"], [], None),
        # What happens at these times every day.
        (["12:00:00", "12:01:00"], ["11-03 12:00:00", "11-03 12:01:00"], None),
        (["12:00:00"], ["13:00:00"], None),
        ([], ["12:00:00"], None),
    ],
)
def test_a_shift_explains_all_remembered_times_or_none(
    remembered: list[str], written: list[str], shift: float | None
) -> None:
    """Two of them at least, by what two zones can differ."""
    keys = [entry.key for entry in identified(map(event, remembered))]
    expected = None if shift is None else timedelta(hours=shift)
    assert common_shift(keys, identified(map(event, written))) == expected
