"""Times: the zone is learnt from what is seen to move, and no time is hours off."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.common import gate_with

from .conftest import HOUR, LogHome, now
from .test_log import events_of

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    "zone", [NEW_YORK, "Asia/Kathmandu", "Pacific/Auckland", "UTC"]
)
async def test_the_zone_is_learnt_and_kept_over_restarts(
    unlinked: LogHome, zone: str
) -> None:
    """From the first movement that is seen, with one question to the service."""
    home = unlinked
    await home.link(zone, NEW_YORK if zone == "UTC" else zone)
    times = [await home.move()]
    await home.unload()
    times.append(await home.move(3 * HOUR))
    await home.link(zone, "Europe/Paris")
    times.append(await home.move())
    assert home.times == times
    assert str(home.clock.zone) == zone
    assert home.endpoints.count("user_settings") == 1


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 200, "body": '{"data": {"time_zone": "?"}}'}]
)
@pytest.mark.parametrize(
    "zone", [NEW_YORK, "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati"]
)
async def test_without_the_accounts_zone_an_offset_is_learnt_and_kept(
    unlinked: LogHome, zone: str, fault: dict[str, Any]
) -> None:
    """So that after a restart no access is hours off, or lost."""
    home = unlinked
    home.fail("user_settings", **fault)
    await home.link(zone)
    times = [await home.move()]
    await home.unload()
    times.append(await home.move(17 * HOUR))
    await home.link(zone)
    times.append(await home.move())
    assert home.times == times
    asked = home.endpoints.count("user_settings")
    await home.advance(600)
    assert home.endpoints.count("user_settings") == asked
    await home.advance(300)
    assert home.endpoints.count("user_settings") == asked + 1


async def test_a_state_seen_before_its_time_moves_no_zone(unlinked: LogHome) -> None:
    """Neither at first, when its old time would fit New York, nor when UTC is proven."""
    home, toggled, times = unlinked, now(), []
    home.gate.move_by_hand()
    home.freezer.tick(5 * HOUR)
    await home.link()
    for _ in range(2):
        home.fail("sync", 1, edit=gate_with(last_toggled=f"{toggled:%F %T}"))
        toggled = await home.move()
        times.append(toggled)
        await home.advance(30)
        assert str(home.clock.zone) == "UTC"
        await home.advance(5 * HOUR)
    assert home.times == times


@pytest.mark.parametrize("failures", [0, 1])
async def test_an_outage_teaches_nothing_and_no_time_is_hours_off(
    unlinked: LogHome, failures: int
) -> None:
    """Also if the account's zone could not be fetched at first."""
    home = unlinked
    if failures:
        home.fail("user_settings", times=failures, status=503)
    await home.link(NEW_YORK)
    home.fail("sync", status=503)
    await home.advance(60)
    opened = await home.move(120)
    await home.advance(120, times=10)
    home.cloud.faults.clear("sync")
    await home.advance(120)
    assert not home.clock.proven
    assert home.times == [opened]


@pytest.mark.parametrize("settings", [True, False])
async def test_times_with_a_zone_are_taken_at_their_word(
    unlinked: LogHome, settings: bool
) -> None:
    """Whatever zone was learnt, or could be."""
    home = unlinked
    home.cloud.history_time_format = "%Y-%m-%dT%H:%M:%S%z"
    if not settings:
        home.fail("user_settings", status=500)
    await home.link(NEW_YORK)
    times = []
    for _ in range(2):
        home.cloud.faults.clear("sync")
        home.fail("sync", edit=gate_with(last_toggled=now().isoformat()))
        times.append(await home.move())
    assert not home.clock.proven
    assert home.times == times


async def test_an_entry_ahead_of_the_clock_is_no_evidence(home: LogHome) -> None:
    """It is published when its time has come."""
    await home.move()

    def ahead(events: list[Any]) -> list[Any]:
        return [{**events[0], "toggle_date_time": "2026-11-02 18:00:00"}, *events]

    home.cloud.faults.add("history", events_of(ahead))
    await home.move()
    assert home.kinds == ["opened", "closed"]
    assert str(home.clock.zone) == "UTC"
    await home.advance(5 * HOUR)
    assert home.times[2:] == [datetime(2026, 11, 2, 18, tzinfo=UTC)]


@pytest.mark.parametrize("to", ["America/Los_Angeles", "America/Halifax"])
async def test_another_zone_in_parqex_publishes_nothing_twice(
    unlinked: LogHome, to: str
) -> None:
    """But all that is new, and with its time once that was seen twice."""
    home = unlinked
    await home.link(NEW_YORK)
    times = [await home.move() for _ in range(4)]
    await home.advance(HOUR)
    home.cloud.time_zone = home.house.owner.time_zone = to
    for _ in range(4):
        times.append(await home.move())
        await home.advance(HOUR)
    assert home.kinds == ["opened", "closed"] * 4
    assert str(home.clock.zone) == to
    assert home.times[-1] == times[-1]
    await home.unload()
    await home.link(to, to)
    await home.advance(900)
    assert len(home.events) == 8


@pytest.mark.parametrize("clock", ["2026-11-01 02:00:00"], indirect=True)
@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_the_hour_that_comes_twice_keeps_its_order_and_times(
    unlinked: LogHome, order: Any
) -> None:
    """After a restart as well, and the action agrees."""
    home = unlinked
    home.cloud.history_order = order
    await home.link(NEW_YORK)
    times = [await home.move(), await home.move()]
    home.freezer.move_to("2026-11-01 05:10:00")
    await home.advance(0)
    times += [await home.move(), await home.move()]
    await home.unload()
    for minutes in (350, 370):
        home.freezer.move_to(
            datetime(2026, 11, 1, minutes // 60, minutes % 60, tzinfo=UTC)
        )
        times.append(await home.move(0))
    home.freezer.move_to("2026-11-01 08:00:00")
    await home.link(NEW_YORK)
    assert home.kinds == ["opened", "closed"] * 3
    assert home.times == times
    found = await home.history(start_date="2026-10-31")
    assert [one["occurred_at"] for one in found] == [
        one.data["occurred_at"] for one in reversed(home.events)
    ]
