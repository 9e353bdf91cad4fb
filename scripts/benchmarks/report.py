"""Write the results to a page of the documentation."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
import platform
import re

import aiohttp

from homeassistant.const import __version__

from .latency import Latency
from .polls import Polls
from .service import ROOT

# The page of the last thorough run; its text stays, and its tables are replaced.
PAGE = ROOT / "docs" / "performance.md"

_TABLE = re.compile(r"(^\|.*\n)+", re.MULTILINE)
_MEASURED_ON = re.compile(r"^Measured on .*$", re.MULTILINE)


OURS = "parqex"

# The size that most goals refer to.
USUAL = 1000


@dataclass(frozen=True, slots=True)
class Results:
    """One run: set-ups in seconds and memory in bytes, both per entity."""

    polls: dict[int, Polls]
    set_ups: dict[int, dict[str, float]]
    memory: dict[str, float]
    webhook: Latency


def write(results: Results, page: Path) -> None:
    """Write the page."""
    versions = (
        f"Python {platform.python_version()}, Home Assistant {__version__} and aiohttp"
        f" {aiohttp.__version__}"
    )
    tables = iter(
        (
            _table(("what", "goal", "measured", "met"), _goals(results)),
            _webhook(results.webhook),
            _by_size(results),
            _compared(results),
        )
    )
    text = PAGE.read_text("utf-8")
    text = _MEASURED_ON.sub(f"Measured on {_processor()} with {versions}.", text)
    page.write_text(_TABLE.sub(lambda _: next(tables), text), "utf-8")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return f"{names[0]} ({len(names)} cores)" if names else platform.machine()


def _goals(results: Results) -> Iterator[tuple[str, ...]]:
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
    yield _against("set-up of an account, per entity", set_ups, 1e6, "µs")
    memory = results.memory
    yield _against("memory per entity, all entities enabled", memory, 1 / 1024, "KiB")


def _ratio(what: str, ratio: float, limit: float, detail: str = "") -> tuple[str, ...]:
    met = "yes" if ratio <= limit else "**no**"
    return what, f"≤ {limit:g}x", f"{ratio:.2f}x{detail}", met


def _against(
    what: str, costs: dict[str, float], factor: float, unit: str
) -> tuple[str, ...]:
    """Compare our cost with that of the other."""
    [(other, cost)] = ((name, it) for name, it in costs.items() if name != OURS)
    detail = f" ({costs[OURS] * factor:.1f} and {cost * factor:.1f} {unit})"
    return _ratio(f"{what}, against {other}", costs[OURS] / cost, 0.95, detail)


def _webhook(webhook: Latency) -> str:
    return _table(
        ("median", "worst"), [(f"{webhook.median:.3g} s", f"{webhook.worst:.3g} s")]
    )


def _by_size(results: Results) -> str:
    return _table(
        (
            "access points",
            "body",
            "bare GET",
            "poll, nothing moved",
            "bare GET and `loads`",
            "poll, one moved",
        ),
        (
            (
                f"{size:,}",
                f"{one.bytes_of_body / 1000:.0f} kB",
                f"{one.floor * 1000:.2f} ms",
                f"{one.quiet * 1000:.2f} ms ({one.quiet / one.floor:.2f}x)",
                f"{one.one_floor * 1000:.2f} ms",
                f"{one.one * 1000:.2f} ms ({one.one / one.one_floor:.2f}x)",
            )
            for size, one in results.polls.items()
        ),
    )


def _compared(results: Results) -> str:
    sizes = [f"set-up per entity, {size:,}" for size in results.set_ups]
    return _table(
        ("integration", *sizes, "memory per entity"),
        (
            (
                f"`{name}`",
                *(f"{costs[name] * 1e6:.0f} µs" for costs in results.set_ups.values()),
                f"{results.memory[name] / 1024:.1f} KiB",
            )
            for name in sorted(results.memory, key=lambda name: (name != OURS, name))
        ),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
