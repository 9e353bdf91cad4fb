"""Write the results to a page of the documentation."""

from collections.abc import Iterable, Sequence
from pathlib import Path
import platform
import re

import aiohttp

from homeassistant.const import __version__

from .goals import OURS, Results, goals
from .service import ROOT

# The page of the last thorough run; its text stays, and its tables are replaced.
PAGE = ROOT / "docs" / "performance.md"

_TABLE = re.compile(r"(^\|.*\n)+", re.MULTILINE)
_MEASURED_ON = re.compile(r"^Measured on .*$", re.MULTILINE)


def write(results: Results, page: Path) -> None:
    """Write the page."""
    versions = (
        f"Python {platform.python_version()}, Home Assistant {__version__} and aiohttp"
        f" {aiohttp.__version__}"
    )
    tables = iter(
        (
            _goals(results),
            _latencies(results),
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


def _goals(results: Results) -> str:
    return _table(
        ("what", "goal", "measured", "met"),
        (
            (one.what, one.wanted, one.measured, "yes" if one.met else "**no**")
            for one in goals(results)
        ),
    )


def _latencies(results: Results) -> str:
    return _table(
        ("Home Assistant learns of it by", "median", "worst"),
        (
            (name, f"{one.median:.3g} s", f"{one.worst:.3g} s")
            for name, one in results.latencies.items()
        ),
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
