"""Everything that was measured, and the goals it is held against."""

from collections.abc import Iterator
from dataclasses import dataclass

from .polls import Polls
from .setups import SetUp

OURS = "parqex"

# The sizes that the goals speak of.
USUAL, LARGEST = 1000, 5000


@dataclass(frozen=True, slots=True)
class Results:
    """One run. Times in seconds, memory in bytes per entity, imports in milliseconds.

    `first_byte`: until a toggle reaches the service, of a bare POST and of ours.
    """

    polls: dict[int, Polls]
    first_byte: tuple[float, float]
    confirmations: list[float]
    set_ups: dict[int, dict[str, SetUp]]
    memory: dict[str, float]
    imports: dict[str, float]


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal, what was measured, and whether that meets it."""

    what: str
    wanted: str
    measured: str
    met: bool


def goals(results: Results) -> Iterator[Goal]:
    """Hold what was measured against every goal."""
    largest = max(results.polls)
    usual = results.polls[min(USUAL, largest)]
    every = results.polls.values()

    requests = max(one.quiet_requests for one in every)
    yield Goal(
        "requests per poll when nothing moved", "1", str(requests), requests == 1
    )
    yield Goal(
        "requests per poll when access points on k controllers moved",
        "1 + k",
        f"{usual.moved_requests} with k = {usual.moved_controllers}",
        all(one.moved_requests == 1 + one.moved_controllers for one in every),
    )
    ratio = usual.quiet / usual.floor
    yield Goal(
        "poll when nothing moved, against a bare GET of the same body",
        "≤ 1.15x",
        f"{ratio:.2f}x",
        ratio <= 1.15,
    )
    beyond = (usual.quiet_loop - usual.floor_loop) * 1000
    yield Goal(
        "the same: time on the event loop beyond the bare GET's",
        "≤ 2 ms",
        f"{beyond:.2f} ms",
        beyond <= 2,
    )
    ratio = usual.one / usual.one_floor
    yield Goal(
        "poll when one access point moved, against a bare GET and one `orjson.loads`",
        "≤ 2x",
        f"{ratio:.2f}x",
        ratio <= 2,
    )
    writes = max(one.quiet_writes for one in every)
    yield Goal("state writes when nothing moved", "0", str(writes), writes == 0)
    strays = max(one.stray_writes for one in every)
    yield Goal(
        "state writes when one access point moved",
        "only its entities'",
        f"{usual.moved_writes} of its own, {strays} of others",
        strays == 0 < usual.moved_writes,
    )
    hold = results.polls[largest].longest_hold * 1000
    yield Goal(
        f"longest time the event loop is held when all {largest:,} moved",
        "≤ 50 ms",
        f"{hold:.0f} ms",
        hold <= 50,
    )
    yield from _against_others(results)
    yield from _commands(results)
    took = results.imports[OURS]
    yield Goal(
        "import beyond what Home Assistant has imported already",
        "≤ 5 ms",
        f"{took:.0f} ms",
        took <= 5,
    )


def _against_others(results: Results) -> Iterator[Goal]:
    """Hold set-up and memory against the leanest of the comparable integrations."""
    set_ups = results.set_ups[max(results.set_ups)]
    yield _against_leanest(
        "set-up of an account, per entity",
        {name: one.per_entity * 1e6 for name, one in set_ups.items()},
        "{:.0f} and {:.0f} µs",
    )
    yield _against_leanest(
        "memory per entity, all entities enabled",
        {name: one / 1024 for name, one in results.memory.items()},
        "{:.1f} and {:.1f} KiB",
    )


def _against_leanest(what: str, costs: dict[str, float], written: str) -> Goal:
    """Hold what ours costs against the one of the others that costs least."""
    others = {name: cost for name, cost in costs.items() if name != OURS}
    best = min(others, key=others.__getitem__)
    ratio = costs[OURS] / costs[best]
    return Goal(
        f"{what}, against the leanest ({best})",
        "≤ 1.0x",
        f"{ratio:.2f}x ({written.format(costs[OURS], costs[best])})",
        ratio <= 1,
    )


def _commands(results: Results) -> Iterator[Goal]:
    """Hold what a person waits for against its goals."""
    bare, ours = results.first_byte
    beyond = (ours - bare) * 1000
    yield Goal(
        "service call to the toggle's arrival, beyond a bare POST's",
        "≤ 2 ms",
        f"{beyond:.2f} ms",
        beyond <= 2,
    )
    slowest = max(results.confirmations)
    yield Goal(
        "access point moved at the service to state shown, after a command",
        "≤ 2 s and one answer",
        f"{slowest:.2f} s at the most, in {len(results.confirmations)}",
        slowest <= 2 + results.polls[max(results.polls)].floor,
    )
