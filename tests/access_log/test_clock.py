"""In which zone ParqEx writes its times."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from custom_components.parqex.access_log.clock import (
    Observation,
    ServiceClock,
    async_zone,
)
from homeassistant.core import HomeAssistant

NEW_YORK = ZoneInfo("America/New_York")
LONDON = ZoneInfo("Europe/London")
KOLKATA = ZoneInfo("Asia/Kolkata")

SUMMER = datetime(2026, 7, 2, 12, 0, tzinfo=UTC)
WINTER = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=30)
HOUR = timedelta(hours=1)


def clock_of(
    account_zone: tzinfo | None = NEW_YORK, zone: tzinfo | None = None
) -> ServiceClock:
    """Return a clock that knows this much."""
    clock = ServiceClock()
    clock.zone, clock.account_zone = zone, account_zone
    return clock


def written(at: datetime, zone: tzinfo) -> datetime:
    """Return a time as a service in a zone writes it."""
    return at.astimezone(zone).replace(tzinfo=None)


def seen(
    zone: tzinfo,
    at: datetime = WINTER,
    late: timedelta = timedelta(0),
) -> Observation:
    """Return a movement as a service in a zone reports it, perhaps late."""
    return Observation(written(at - late, zone), at - HALF_MINUTE, at)


@pytest.mark.parametrize("zone", [UTC, NEW_YORK])
@pytest.mark.parametrize("minutes", [0, 5, -5])
def test_one_observation_that_fits_one_candidate_proves_it(
    zone: tzinfo, minutes: int
) -> None:
    """Even if the clocks of ParqEx and Home Assistant differ a little."""
    clock = clock_of()
    assert not clock.proven
    clock.async_observe([seen(zone, late=timedelta(minutes=minutes))])
    assert clock.zone is zone


def test_what_fits_both_candidates_proves_nothing() -> None:
    """London in winter says nothing about London in summer."""
    clock = clock_of(LONDON)
    for _ in range(3):
        clock.async_observe([seen(UTC)])
    assert not clock.proven
    assert clock.known_utc(written(WINTER, UTC)) == WINTER
    assert clock.known_utc(written(SUMMER, LONDON)) is None
    clock.async_observe([seen(LONDON, SUMMER)])
    assert clock.zone is LONDON


@pytest.mark.parametrize("zone", [UTC, NEW_YORK])
@pytest.mark.parametrize(
    "late", [timedelta(minutes=11), timedelta(minutes=47), 5 * HOUR]
)
def test_one_odd_observation_moves_no_proven_zone(
    zone: tzinfo, late: timedelta
) -> None:
    """Neither a controller that reports late, nor a clock that is wrong."""
    clock = clock_of(zone=zone)
    clock.async_observe([seen(zone, late=late)])
    clock.async_observe([seen(zone)])
    clock.async_observe([seen(zone, late=late)])
    assert clock.zone is zone


def test_a_slow_clock_is_no_zone_of_its_own() -> None:
    """However often it is seen."""
    clock = clock_of(account_zone=None)
    for _ in range(5):
        clock.async_observe([seen(UTC, late=timedelta(minutes=11))])
    assert not clock.proven


def test_a_proven_zone_yields_to_two_agreeing_observations_in_a_row() -> None:
    """Of two refreshes."""
    clock = clock_of(zone=UTC)
    clock.async_observe([seen(NEW_YORK)])
    clock.async_observe([seen(NEW_YORK, WINTER + HOUR)])
    assert clock.zone is NEW_YORK


def test_observations_of_one_refresh_count_once_and_only_if_they_agree() -> None:
    """For a proof as for a doubt."""
    clock = clock_of(zone=UTC)
    clock.async_observe([seen(NEW_YORK), seen(NEW_YORK)])
    assert clock.zone is UTC
    clock.async_observe([seen(NEW_YORK), seen(KOLKATA)])
    assert clock.zone is UTC
    clock = clock_of()
    clock.async_observe([seen(NEW_YORK), seen(UTC)])
    assert not clock.proven


@pytest.mark.parametrize(
    ("zone", "offset"),
    [(NEW_YORK, "-05:00"), (KOLKATA, "+05:30"), (UTC, "+00:00")],
)
def test_without_the_accounts_zone_one_observation_shows_an_offset(
    zone: tzinfo, offset: str
) -> None:
    """Zero as well: it may be the winter of London."""
    clock = clock_of(account_zone=None)
    clock.async_observe([seen(zone)])
    assert str(clock.zone) == offset
    assert clock.to_utc(written(WINTER, zone), WINTER) == WINTER


def test_an_offset_beside_both_candidates_needs_two_observations() -> None:
    """The documentation names no third."""
    clock = clock_of()
    clock.async_observe([seen(KOLKATA)])
    assert not clock.proven
    clock.async_observe([seen(KOLKATA, WINTER + HOUR)])
    assert str(clock.zone) == "+05:30"


async def test_an_offset_yields_to_a_named_zone_at_once() -> None:
    """Which knows when clocks change."""
    clock = clock_of(account_zone=None, zone=await async_zone("-05:00"))
    clock.async_set_account_zone(NEW_YORK)
    clock.async_observe([seen(NEW_YORK)])
    assert clock.zone is NEW_YORK


async def test_an_offset_is_kept_while_two_named_zones_fit() -> None:
    """Until one of them does not."""
    clock = clock_of(LONDON, zone=await async_zone("+00:00"))
    clock.async_observe([seen(UTC)])
    assert str(clock.zone) == "+00:00"
    clock.async_observe([seen(LONDON, SUMMER)])
    assert clock.zone is LONDON


@pytest.mark.parametrize(
    "name", ["UTC", "America/New_York", "+05:30", "-03:30", "+00:00", "+14:00"]
)
async def test_a_proven_zone_can_be_restored_from_its_name(
    hass: HomeAssistant, name: str
) -> None:
    """The offset zero is not UTC."""
    zone = await async_zone(name)
    assert str(zone) == name
    assert (zone is UTC) is (name == "UTC")


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "+",
        "+25:00",
        "Atlantis/Centre",
        "America",
        "zone.tab",
        "/etc/passwd",
        "../UTC",
        "UTC\x00",
        "x" * 256,
    ],
)
async def test_what_names_no_zone_is_none(hass: HomeAssistant, name: str) -> None:
    """Nor does it raise."""
    assert await async_zone(name) is None


def test_an_unproven_time_is_kept_within_its_window() -> None:
    """In the candidate that fits it, or at the nearer end."""
    clock, minute = clock_of(), timedelta(minutes=1)
    for zone in (UTC, NEW_YORK):
        time = written(WINTER - minute, zone)
        assert clock.to_utc(time, WINTER, WINTER - 15 * minute) == WINTER - minute
    ahead, behind = written(WINTER, KOLKATA), written(WINTER, ZoneInfo("Etc/GMT+9"))
    assert clock.to_utc(ahead, WINTER, WINTER - minute) == WINTER
    assert clock.to_utc(behind, WINTER, WINTER - minute) == WINTER - minute
    assert clock.to_utc(ahead, WINTER, WINTER - HOUR, WINTER - minute) == (
        WINTER - minute
    )


def test_a_proven_time_may_lie_outside_its_window() -> None:
    """A controller may report late."""
    clock = clock_of(zone=UTC)
    late = WINTER - 5 * HOUR
    assert clock.to_utc(written(late, UTC), WINTER, WINTER - HALF_MINUTE) == late


@pytest.mark.parametrize("zone", [None, UTC, NEW_YORK])
def test_a_time_with_a_zone_is_taken_at_its_word(zone: tzinfo | None) -> None:
    """Whatever is proven."""
    clock = clock_of(zone=zone)
    assert clock.to_utc(WINTER - 9 * HOUR, WINTER, WINTER) == WINTER - 9 * HOUR
    assert clock.known_utc(WINTER) == WINTER
    assert not clock.comes_twice(datetime(2026, 11, 1, 1, 30, tzinfo=UTC))


def test_a_time_is_not_known_while_the_candidates_disagree_or_are_unknown() -> None:
    """An account in UTC needs no proof."""
    assert clock_of().known_utc(written(WINTER, UTC)) is None
    assert clock_of(account_zone=None).known_utc(written(WINTER, UTC)) is None
    clock = clock_of(ZoneInfo("Etc/UTC"))
    assert clock.known_utc(written(SUMMER, UTC)) == SUMMER


@pytest.mark.parametrize("account_zone", [NEW_YORK, None])
def test_of_an_hour_that_comes_twice_it_is_the_later_possible_one(
    account_zone: tzinfo | None,
) -> None:
    """Not after now, nor after what followed."""
    clock = clock_of(account_zone, NEW_YORK)
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    time = written(first, NEW_YORK)
    assert clock.comes_twice(time)
    assert not clock.comes_twice(time + HOUR)
    assert clock.to_utc(time, first + HALF_MINUTE) == first
    assert clock.to_utc(time, first + HOUR) == first + HOUR
    assert clock.to_utc(time, first + 9 * HOUR) == first + HOUR
    following = first + 40 * timedelta(minutes=1)
    assert clock.to_utc(time, first + 9 * HOUR, following=following) == first


@pytest.mark.parametrize(
    ("account_zone", "zone", "observed", "needed"),
    [
        (None, None, [], True),
        (NEW_YORK, None, [], False),
        (NEW_YORK, None, [NEW_YORK, UTC], False),
        (NEW_YORK, None, [KOLKATA], True),
        (None, UTC, [UTC], False),
        (None, UTC, [UTC, NEW_YORK], True),
        (NEW_YORK, UTC, [NEW_YORK], True),
    ],
)
def test_the_accounts_zone_is_needed_while_unknown_or_doubted(
    account_zone: tzinfo | None,
    zone: tzinfo | None,
    observed: list[tzinfo],
    needed: bool,
) -> None:
    """A proof needs it no more."""
    clock = clock_of(account_zone, zone)
    assert clock.needs_account_zone(map(seen, observed)) is needed


async def test_beside_an_offset_the_accounts_zone_is_needed() -> None:
    """It may replace the offset."""
    clock = clock_of(None, await async_zone("-05:00"))
    assert clock.needs_account_zone([seen(NEW_YORK)])


def test_listeners_hear_when_times_are_to_be_shown_anew() -> None:
    """And only then."""
    calls: list[str] = []
    clock = clock_of(account_zone=None)
    remove = clock.async_add_listener(lambda: calls.append("changed"))
    clock.async_set_account_zone(NEW_YORK)
    clock.async_set_account_zone(NEW_YORK)
    assert len(calls) == 1
    clock.async_observe([seen(NEW_YORK)])
    clock.async_observe([seen(NEW_YORK)])
    assert len(calls) == 2
    remove()
    clock.async_observe([seen(UTC)])
    clock.async_observe([seen(UTC)])
    assert len(calls) == 2
