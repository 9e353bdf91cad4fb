"""When the log of a controller is fetched next."""

from typing import Any

import pytest

from custom_components.parqex.access_log.schedule import ControllerSchedule
from tests.common import gate_with
from tests.simulator import Fault

from .conftest import HOUR, LogHome
from .test_log import begin_fetch, events_of, without_controller


@pytest.fixture
async def home(home: LogHome) -> LogHome:
    """Return the house with one controller, whose log was just fetched."""
    home.cloud.remove_controller(home.house.garage)
    await home.advance(870)
    return home


async def fetched_after(home: LogHome, waits: list[float]) -> None:
    """See that the log is fetched after each of these seconds, and not before."""
    for wait in waits:
        home.cloud.requests.clear()
        for seconds, fetches in ((wait - 2, 0), (2, 1)):
            await home.advance(seconds)
            assert home.fetches == fetches


async def test_only_what_moved_or_is_new_is_fetched_at_once(home: LogHome) -> None:
    """And once for all that did; otherwise every quarter of an hour."""
    home.cloud.door("Pedestrian door").rename("Wicket")
    await fetched_after(home, [900, 900])
    # A new time without a new state is a movement, and so is the opposite.
    for what in ("both", "there and back", "state", "new"):
        home.cloud.requests.clear()
        if what == "new":
            home.cloud.add_door(home.house.entrance, "Roof")
        elif what == "state":
            home.fail("sync", 1, edit=gate_with(state="MOVING"))
        else:
            elevator = home.cloud.door("Elevator")
            for door in (home.gate, home.gate if "back" in what else elevator):
                door.move_by_hand()
        await home.advance(30)
        assert home.fetches == 1


@pytest.mark.parametrize("other", ["door_state", "door_id"])
async def test_a_missing_entry_is_awaited_three_times(
    home: LogHome, other: str
) -> None:
    """After each movement; no entry of another state or access point ends the wait."""
    elsewhere = {"door_id": home.cloud.door("Elevator").id, "door_state": "CLOSED"}

    def others(events: list[Any]) -> list[Any]:
        return [{**events[0], "door_state": "OPEN", other: elsewhere[other]}]

    home.cloud.faults.add("history", events_of(others))
    await home.open()
    await fetched_after(home, [30, 60, 120, 900, 900])
    home.gate.close_by_hand()
    await home.open()
    await fetched_after(home, [30, 60, 120, 900])


async def test_an_earlier_movement_ends_no_wait(home: LogHome) -> None:
    """Of the same state: the log may be some seconds behind the list."""

    def late(events: list[Any]) -> list[Any]:
        return events[-2:]

    home.cloud.faults.add("history", events_of(late), times=1)
    for _ in range(2):
        for move in (home.gate.open_by_hand, home.gate.close_by_hand):
            move()
            home.freezer.tick(7)
    await home.advance(3)
    await home.advance(30)
    assert home.kinds == ["opened", "closed"] * 2


async def test_what_moves_while_a_fetch_is_under_way_needs_another_one(
    home: LogHome,
) -> None:
    """Its answer may be from before."""
    home.gate.open_by_hand()
    home.cloud.faults.add("history", Fault(delay=3, after=True), times=1)
    await begin_fetch(home)
    home.gate.close_by_hand()
    await home.coordinator.async_refresh()
    await home.advance(4)
    assert home.kinds == ["opened", "closed"]


FAILED = [30, 60, 120, 240, 480, 900, 900]
REFUSED = [n * HOUR for n in (0.25, 0.5, 1, 2, 4, 8, 16, 24, 24)]
HASTY = {"status": 429, "headers": {"Retry-After": "0"}}


@pytest.mark.parametrize(
    ("fault", "waits", "other", "anew"),
    [
        ({"status": 500}, FAILED, {"status": 403}, 900),
        # To wait no time is no invitation to hammer.
        (HASTY, FAILED, {"status": 403}, 900),
        ({"status": 403}, REFUSED, {"status": 500}, 30),
    ],
)
async def test_failed_fetches_are_repeated_ever_later_whatever_moves(
    home: LogHome, fault: Any, waits: list[float], other: Any, anew: float
) -> None:
    """Up to a bound, whatever else is unreadable; refusals are counted apart."""
    home.fail("history", **fault)
    await home.move()
    await fetched_after(home, waits[:-1])
    home.cloud.faults.clear()
    home.fail("history", **other)
    home.fail("sync", 1, edit=without_controller)
    home.gate.move_by_hand()
    await home.advance(30, times=2)
    await fetched_after(home, [waits[-1] - 60, anew])
    home.cloud.faults.clear()
    await home.advance(HOUR)
    await home.move()
    assert home.fetches


def test_no_power_of_two_is_too_large() -> None:
    """Also after weeks."""
    schedule = ControllerSchedule()
    for _ in range(5000):
        schedule.failed(0)
    assert schedule.next_at == FAILED[-1]
