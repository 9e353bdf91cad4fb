"""Measure the same thing again and again, beside what it is compared with."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from statistics import median
from time import perf_counter, thread_time
from typing import Any
from unittest.mock import patch

type Measured = Callable[[], Awaitable[Any]]


class LoopTime:
    """Seconds of processor time that callbacks of the event loop took."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.total = 0.0
        self.longest = 0.0

    def add(self, seconds: float) -> None:
        """Add one callback, during which nothing else had a turn."""
        self.total += seconds
        self.longest = max(self.longest, seconds)


@contextmanager
def watched_loop() -> Generator[LoopTime]:
    """Watch what every callback of the event loop takes.

    Processor time, not the clock's: others on the machine hold no loop of ours.
    """
    spent = LoopTime()
    # No other place sees every callback.
    run = asyncio.Handle._run  # noqa: SLF001

    def timed_run(handle: asyncio.Handle) -> None:
        started = thread_time()
        try:
            run(handle)
        finally:
            spent.add(thread_time() - started)

    with patch.object(asyncio.Handle, "_run", timed_run):
        yield spent


async def seconds(measured: Measured) -> float:
    """Return how long it takes by the clock."""
    started = perf_counter()
    await measured()
    return perf_counter() - started


async def loop_seconds(measured: Measured) -> float:
    """Return how much of the event loop's time it takes."""
    with watched_loop() as spent:
        await measured()
        # The callback that runs this very line ends when something else has a turn.
        await asyncio.sleep(0)
    return spent.total


async def longest_hold(measured: Measured) -> float:
    """Return for how long, at the most, nothing else has a turn."""
    with watched_loop() as spent:
        await measured()
        await asyncio.sleep(0)
    return spent.longest


async def medians(
    rounds: int,
    things: Mapping[str, Measured],
    before: Measured | None = None,
    measure: Callable[[Measured], Awaitable[float]] = seconds,
) -> dict[str, float]:
    """Measure several things in turn; return the median of each.

    `before` prepares each round, and is not measured.
    """
    taken: dict[str, list[float]] = {name: [] for name in things}
    for number in range(rounds + 1):
        if before:
            await before()
        for name, thing in things.items():
            took = await measure(thing)
            # The first turn opens connections and fills caches.
            if number:
                taken[name].append(took)
    return {name: median(times) for name, times in taken.items()}
