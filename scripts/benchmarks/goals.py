"""The results of one run, and the goals they are measured against."""

from collections.abc import Iterator
from dataclasses import dataclass

from .latency import Latency
from .polls import Polls

OURS = "parqex"

# The size that most goals refer to.
USUAL = 1000


@dataclass(frozen=True, slots=True)
class Results:
    """One run: set-ups in seconds and memory in bytes, both per entity."""

    polls: dict[int, Polls]
    set_ups: dict[int, dict[str, float]]
    memory: dict[str, float]
    latencies: dict[str, Latency]


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal, what was measured, and whether that meets it."""

    what: str
    wanted: str
    measured: str
    met: bool


def goals(results: Results) -> Iterator[Goal]:
    """Compare the results with every goal."""
    largest = max(results.polls)
    usual = results.polls[min(USUAL, largest)]
    yield _ratio(
        "poll when nothing moved, against a bare GET of the same body",
        usual.quiet / usual.floor,
        1.15,
    )
    yield _ratio(
        "poll when one access point moved, against a bare GET and one `orjson.loads`",
        usual.one / usual.one_floor,
        2.5,
    )
    set_ups = results.set_ups[max(results.set_ups)]
    yield _compared("set-up of an account, per entity", set_ups, 1e6, "µs")
    memory = results.memory
    yield _compared("memory per entity, all entities enabled", memory, 1 / 1024, "KiB")


def _ratio(what: str, ratio: float, limit: float, detail: str = "") -> Goal:
    return Goal(what, f"≤ {limit:g}x", f"{ratio:.2f}x{detail}", ratio <= limit)


def _compared(what: str, costs: dict[str, float], factor: float, unit: str) -> Goal:
    """Compare our cost with that of the other."""
    [(other, cost)] = ((name, it) for name, it in costs.items() if name != OURS)
    detail = f" ({costs[OURS] * factor:.1f} and {cost * factor:.1f} {unit})"
    return _ratio(f"{what}, against {other}", costs[OURS] / cost, 0.95, detail)
