"""The time of a poll; tests/test_cost.py counts its requests and state writes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import orjson

from .account import LinkedAccount

type Measured = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Polls:
    """Seconds of a poll, and of the least possible work."""

    bytes_of_body: int
    floor: float
    quiet: float
    one_floor: float
    one: float


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
