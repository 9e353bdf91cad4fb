"""In which zone ParqEx writes its times."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
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
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


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
    zone: tzinfo, at: datetime = WINTER, late: timedelta = timedelta(0)
) -> Observation:
    """Return a movement as a service in a zone reports it, perhaps late."""
    return Observation(written(at - late, zone), at - HALF_MINUTE, at)


# The account's zone and the proven one, what was seen in each refresh, the zone after.
LEARNT: list[tuple[tzinfo | None, str | None, list[list[Observation]], str | None]] = [
    # What fits one candidate proves it, also if clocks differ a little.
    *(
        (NEW_YORK, None, [[seen(zone, late=minutes * MINUTE)]], str(zone))
        for zone in (UTC, NEW_YORK)
        for minutes in (0, 5, -5)
    ),
    # London in winter says nothing about London in summer.
    (LONDON, None, [[seen(UTC)]] * 3, None),
    (LONDON, None, [[seen(UTC)], [seen(LONDON, SUMMER)]], "Europe/London"),
    (LONDON, "+00:00", [[seen(UTC)]] * 3, "+00:00"),
    # Neither a late report nor a wrong clock moves what is proven, an offset neither.
    *(
        (account, str(zone), [[late], [seen(zone)], [late]], str(zone))
        for account, zone in ((NEW_YORK, UTC), (NEW_YORK, NEW_YORK), (None, UTC))
        for minutes in (11, 47, 300)
        for late in [seen(zone, late=minutes * MINUTE)]
    ),
    (KOLKATA, "+05:30", [[seen(UTC)], [seen(KOLKATA, SUMMER)]], "Asia/Kolkata"),
    (KOLKATA, "+05:30", [[seen(UTC)]], "+05:30"),
    # A slow clock is no zone of its own.
    (None, None, [[seen(UTC, late=11 * MINUTE)]] * 5, None),
    # Two agreeing observations in a row are believed, if they are of two refreshes.
    (NEW_YORK, "UTC", [[seen(NEW_YORK)]] * 2, "America/New_York"),
    (KOLKATA, "+05:30", [[seen(UTC)]] * 2, "UTC"),
    (NEW_YORK, "UTC", [[seen(NEW_YORK)] * 2], "UTC"),
    (NEW_YORK, "UTC", [[seen(NEW_YORK)], [seen(NEW_YORK), seen(KOLKATA)]], "UTC"),
    (NEW_YORK, None, [[seen(NEW_YORK), seen(UTC)]], None),
    # Without the account's zone it is an offset: zero may be the winter of London.
    (None, None, [[seen(NEW_YORK)]], "-05:00"),
    (None, None, [[seen(KOLKATA)]], "+05:30"),
    (None, None, [[seen(UTC)]], "+00:00"),
    # The documentation names no third zone, so an offset beside two needs more.
    (NEW_YORK, None, [[seen(KOLKATA)]], None),
    (NEW_YORK, None, [[seen(KOLKATA)]] * 2, "+05:30"),
    # An offset yields to a zone that has it and knows when clocks change.
    (NEW_YORK, "-05:00", [[seen(NEW_YORK)]], "America/New_York"),
    (LONDON, "+00:00", [[seen(LONDON, SUMMER)]], "+00:00"),
    (LONDON, "+00:00", [[seen(LONDON, SUMMER)]] * 2, "Europe/London"),
]


@pytest.mark.parametrize(("account_zone", "proven", "refreshes", "zone"), LEARNT)
async def test_the_zone_is_what_observations_prove(
    account_zone: tzinfo | None,
    proven: str | None,
    refreshes: list[list[Observation]],
    zone: str | None,
) -> None:
    """What is proven is doubted only by two that agree."""
    clock = clock_of(account_zone, await async_zone(proven))
    for observations in refreshes:
        clock.async_observe(observations)
    assert clock.proven is (zone is not None)
    assert zone == (clock.zone and str(clock.zone))


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
        *("", "+", "+25:00", "Atlantis/Centre", "America", "zone.tab"),
        *("/etc/passwd", "../UTC", "UTC\x00", "x" * 256),
    ],
)
async def test_what_names_no_zone_is_none(hass: HomeAssistant, name: str) -> None:
    """Nor does it raise."""
    assert await async_zone(name) is None


def test_an_unproven_time_is_kept_within_its_window() -> None:
    """In the candidate that fits it within five minutes, or at the nearer end."""
    clock, before = clock_of(), WINTER - MINUTE
    five_later = before + 5 * MINUTE
    for zone in (UTC, NEW_YORK):
        assert clock.to_utc(written(before, zone), five_later, five_later) == before
    ahead, behind = written(WINTER, KOLKATA), written(WINTER, ZoneInfo("Etc/GMT+9"))
    assert clock.to_utc(ahead, WINTER, before) == WINTER
    assert clock.to_utc(behind, WINTER, before) == before
    assert clock.to_utc(ahead, WINTER, WINTER - HOUR, before) == before


def test_a_time_that_both_candidates_agree_on_needs_no_window() -> None:
    """A controller may report late, and in winter nothing proves London's zone."""
    clock, late = clock_of(account_zone=LONDON), WINTER - 5 * HOUR
    assert clock.to_utc(written(late, UTC), WINTER, WINTER - MINUTE) == late


@pytest.mark.parametrize("zone", [NEW_YORK, None])
def test_of_an_hour_that_comes_twice_it_is_the_later_possible_one(
    zone: tzinfo | None,
) -> None:
    """What came after it may be of the same second."""
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    time, clock = written(first, NEW_YORK), clock_of(zone=zone)
    for following in (first, first + HOUR):
        assert clock.to_utc(time, WINTER, first, following) == following


def test_today_begins_five_minutes_late(freezer: FrozenDateTimeFactory) -> None:
    """In every zone that may be the service's: clocks may differ."""
    for zone, hour in ((UTC, 0), (NEW_YORK, 5), (None, 5)):
        for minute, day in ((4, 1), (5, 2)):
            freezer.move_to(datetime(2026, 11, 2, hour, minute, tzinfo=UTC))
            assert clock_of(zone=zone).today() == date(2026, 11, day)


def test_a_time_is_not_known_while_the_candidates_disagree_or_are_unknown() -> None:
    """An account in UTC needs no proof."""
    assert clock_of().known_utc(written(WINTER, UTC)) is None
    assert clock_of(account_zone=None).known_utc(written(WINTER, UTC)) is None
    assert clock_of(LONDON).known_utc(written(SUMMER, LONDON)) is None
    assert clock_of(LONDON).known_utc(written(WINTER, UTC)) == WINTER
    assert clock_of(ZoneInfo("Etc/UTC")).known_utc(written(SUMMER, UTC)) == SUMMER
