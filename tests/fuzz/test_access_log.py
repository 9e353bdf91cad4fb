"""Times, zones, answers and saved logs with anything in them."""

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from custom_components.parqex.access_log.access import LastAccess
from custom_components.parqex.access_log.clock import (
    TOLERANCE,
    Observation,
    ServiceClock,
    async_zone,
)
from custom_components.parqex.access_log.order import chronological, identified
from custom_components.parqex.access_log.store import AccessLogStore
from custom_components.parqex.api import AccessEvent, State
from homeassistant.core import HomeAssistant

from .strategies import any_text, stored

ZONES = st.sampled_from(
    [
        UTC,
        *map(
            ZoneInfo,
            (
                *("America/New_York", "Europe/Dublin", "Asia/Kathmandu"),
                *("Pacific/Kiritimati", "Pacific/Niue", "Australia/Lord_Howe"),
            ),
        ),
    ]
)
FIRST, LAST = datetime(2000, 1, 1), datetime(2099, 12, 31)  # noqa: DTZ001  # as ParqEx writes them
TIMES = st.datetimes(FIRST, LAST)
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
OBSERVATIONS = st.lists(
    st.builds(
        lambda time, earliest, seconds: Observation(
            time, earliest, earliest + timedelta(seconds=seconds)
        ),
        TIMES,
        MOMENTS,
        st.integers(0, 300),
    ),
    max_size=4,
)

SAVED = {
    "saved_at": "2026-11-02T12:00:00+00:00",
    "zone": "America/New_York",
    "newest_first": True,
    "entries": {
        "2026-11-02T11:00:00 OPEN d1": ["2026-11-02T11:00:00+00:00", None],
        "2026-11-01 CLOSED d1": [None],
    },
    "baselines": {
        "d1": ["2026-11-02T10:00:00", "OPEN", True],
        "d2": [None, None, False],
    },
    "last": {
        "d1": ["2026-11-02T11:00:00+00:00", "Vera", "2026-11-02T11:00:00+00:00"],
        "d2": ["2026-11-02T11:00:00+00:00", None, None],
    },
}


@given(TIMES, MOMENTS, st.none() | ZONES, st.lists(OBSERVATIONS, max_size=3))
def test_times(
    time: datetime,
    now: datetime,
    account_zone: tzinfo | None,
    refreshes: list[list[Observation]],
) -> None:
    """Every time is a moment in UTC, and within its window while nothing is proven."""
    clock = ServiceClock()
    clock.account_zone = account_zone
    for observations in refreshes:
        clock.needs_account_zone(observations)
        clock.async_observe(observations)
    read = clock.to_utc(time, now, now - timedelta(hours=1))
    assert read.tzinfo is UTC
    if clock.proven or clock.known_utc(time):
        assert abs(read.replace(tzinfo=None) - time) <= timedelta(hours=14)
    else:
        assert now - timedelta(hours=1) - TOLERANCE <= read <= now + TOLERANCE


@given(st.lists(TIMES, max_size=20), st.booleans(), ZONES)
def test_orders(times: list[datetime], newest_first: bool, zone: tzinfo) -> None:
    """No entry is lost, and but for the hour that comes twice none is out of order."""
    clock = ServiceClock()
    clock.zone = zone
    events = [
        AccessEvent("x", State.OPEN, time, str(number), None, True)
        for number, time in enumerate(times)
    ]
    ordered, _ = chronological(events, newest_first, clock.comes_twice)
    assert sorted(ordered, key=events.index) == events
    for event, following in pairwise(ordered):
        assert event.occurred <= following.occurred or (
            clock.comes_twice(event.occurred) and clock.comes_twice(following.occurred)
        )
    entries = identified(ordered)
    assert len({(entry.key, entry.number) for entry in entries}) == len(events)


@given(any_text | st.sampled_from(("America", "../UTC", "/etc/localtime", "+1", "-")))
async def test_names_of_zones(hass: HomeAssistant, name: str) -> None:
    """A zone that is found again by its name, or none."""
    zone = await async_zone(name)
    if zone:
        assert str(await async_zone(str(zone))) == str(zone)


@given(stored(SAVED))
async def test_saved_logs(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: Any
) -> None:
    """They can be worked with and saved, or begin anew."""
    hass_storage["parqex.access_log.x"] = {"version": 1, "data": data}
    store = AccessLogStore(hass, "x")
    await store.async_load()
    assert store.zone is None or isinstance(store.zone, str)
    for last in map(store.last, ("d1", "d2")):
        if last:
            assert isinstance(last, LastAccess)
            assert last.occurred_at.tzinfo
            assert last.user is None or isinstance(last.user, str)
            assert last.user_occurred_at is None or last.user_occurred_at.tzinfo
    time = datetime(2026, 11, 2, 11, 0)  # noqa: DTZ001  # as ParqEx writes it
    event = AccessEvent("d1", State.OPEN, time, None, None, True)
    (entry,) = identified([event])
    if not store.remembers(entry):
        store.async_remember(entry)
    assert store.remembers(entry)
    store.async_finish_fetch([], datetime(2026, 11, 3, tzinfo=UTC))
    store.async_forget_names()
    await store.async_close()
    assert hass_storage["parqex.access_log.x"]["data"]["entries"][entry.key]
