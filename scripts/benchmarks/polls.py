"""What looking at ParqEx costs: when nothing moved, when one did, when all did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import callback

from .account import LinkedAccount
from .house import POINTS_PER_CONTROLLER
from .timing import longest_hold, loop_seconds, medians

# As many controllers as move at once to count requests.
MOVED_CONTROLLERS = 3


@dataclass(frozen=True, kw_only=True)
class Polls:
    """Costs of a poll; seconds, requests and state writes."""

    bytes_of_body: int
    floor: float
    quiet: float
    quiet_loop: float
    floor_loop: float
    one_floor: float
    one: float
    longest_hold: float
    longest_floor: float
    quiet_requests: int
    moved_controllers: int
    moved_requests: int
    quiet_writes: int
    moved_writes: int
    stray_writes: int


async def measure_polls(account: LinkedAccount, rounds: int) -> Polls:
    """Measure an account that is set up."""
    points = len(account.coordinator.data.access_points)
    quiet = {"floor": account.bare_get, "poll": account.poll}
    time = await medians(rounds, quiet)
    loop = await medians(rounds, quiet, measure=loop_seconds)

    async def one_moves() -> None:
        await account.settle()
        await account.move(points // 2)

    async def get_and_load() -> None:
        orjson.loads(await account.bare_get())

    one = await medians(
        rounds, {"floor": get_and_load, "poll": account.poll}, before=one_moves
    )

    async def all_move() -> None:
        await account.settle()
        await account.move(*range(points))

    async def told() -> None:
        await account.poll()
        await account.settle()

    holds = [await _hold(account, all_move, told) for _ in range(3)]
    return Polls(
        bytes_of_body=len(account.house.body()),
        floor=time["floor"],
        quiet=time["poll"],
        quiet_loop=loop["poll"],
        floor_loop=loop["floor"],
        one_floor=one["floor"],
        one=one["poll"],
        longest_hold=sorted(hold for hold, _ in holds)[1],
        longest_floor=sorted(floor for _, floor in holds)[1],
        **await _count(account, points),
    )


async def _hold(account: LinkedAccount, before: Any, told: Any) -> tuple[float, float]:
    """Return how long the loop is held when all moved, and by a bare GET."""
    await before()
    held = await longest_hold(told)
    return held, await longest_hold(account.bare_get)


async def _count(account: LinkedAccount, points: int) -> dict[str, int]:
    """Count requests and state writes."""
    writes: list[str] = []

    @callback
    def note(data: Mapping[str, Any]) -> bool:
        writes.append(data["entity_id"])
        return False

    async def requests_of_a_poll() -> int:
        await account.service.requests()
        writes.clear()
        await account.poll()
        await account.settle()
        return sum((await account.service.requests()).values())

    await account.settle()
    bus = account.hass.bus
    bus.async_listen(EVENT_STATE_CHANGED, lambda _: None, event_filter=note)
    bus.async_listen(EVENT_STATE_REPORTED, lambda _: None, event_filter=note)
    await account.poll()
    quiet_requests = await requests_of_a_poll()
    quiet_writes = len(writes)
    moved = range(0, points, POINTS_PER_CONTROLLER)[:MOVED_CONTROLLERS]
    await account.move(*moved)
    moved_requests = await requests_of_a_poll()
    await account.move(0)
    await requests_of_a_poll()
    strays = [one for one in writes if not one.partition(".")[2].startswith("gate_0")]
    return {
        "quiet_requests": quiet_requests,
        "moved_controllers": len(moved),
        "moved_requests": moved_requests,
        "quiet_writes": quiet_writes,
        "moved_writes": len(writes),
        "stray_writes": len(strays),
    }
