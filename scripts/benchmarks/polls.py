"""The cost of a poll: when nothing moved, and when one access point did."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import orjson

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import callback

from .account import POINTS_PER_CONTROLLER, LinkedAccount

# The number of controllers that move at once to count requests.
MOVED_CONTROLLERS = 3

type Measured = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Polls:
    """Costs of a poll: seconds, requests and state writes."""

    bytes_of_body: int
    floor: float
    quiet: float
    one_floor: float
    one: float
    quiet_requests: int
    moved_controllers: int
    moved_requests: int
    quiet_writes: int
    moved_writes: int
    stray_writes: int


async def measure_polls(account: LinkedAccount, rounds: int) -> Polls:
    """Measure an account that is set up."""

    async def one_moves() -> None:
        await account.settle()
        await account.move(account.points // 2)

    async def get_and_load() -> None:
        orjson.loads(await account.bare_get())

    floor, quiet = await _least(rounds, account.bare_get, account.poll)
    one_floor, one = await _least(rounds, get_and_load, account.poll, before=one_moves)
    return Polls(
        bytes_of_body=len(account.house.body()),
        floor=floor,
        quiet=quiet,
        one_floor=one_floor,
        one=one,
        **await _count(account),
    )


async def _least(
    rounds: int, floor: Measured, poll: Measured, before: Measured | None = None
) -> tuple[float, float]:
    """Measure two actions in turn, each round after `before`; return the least of each."""
    taken: dict[Measured, list[float]] = {floor: [], poll: []}
    for _ in range(rounds):
        if before:
            await before()
        for action, times in taken.items():
            started = perf_counter()
            await action()
            times.append(perf_counter() - started)
    return min(taken[floor]), min(taken[poll])


async def _count(account: LinkedAccount) -> dict[str, int]:
    """Count requests and state writes."""
    writes: list[str] = []

    @callback
    def note(data: Mapping[str, Any]) -> bool:
        writes.append(data["entity_id"])
        return False

    async def requests_of_a_poll() -> int:
        before = await account.service.requests()
        writes.clear()
        await account.poll()
        await account.settle()
        return await account.service.requests() - before

    await account.poll()
    await account.settle()
    bus = account.hass.bus
    bus.async_listen(EVENT_STATE_CHANGED, lambda _: None, event_filter=note)
    bus.async_listen(EVENT_STATE_REPORTED, lambda _: None, event_filter=note)
    quiet_requests = await requests_of_a_poll()
    quiet_writes = len(writes)
    moved = range(0, account.points, POINTS_PER_CONTROLLER)[:MOVED_CONTROLLERS]
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
