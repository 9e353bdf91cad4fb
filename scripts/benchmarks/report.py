"""Write the results to a page of the documentation."""

from collections.abc import Iterable, Sequence
from pathlib import Path
import platform

import aiohttp

from homeassistant.const import __version__

from .goals import OURS, Results, goals

_PAGE = """# Performance

The cost of the integration. `scripts/benchmark` measured it and wrote this page.

Measured on {machine} with Python {python}, Home Assistant {home_assistant} and aiohttp {aiohttp}.

## Goals

{goals}
{limits}
## By size

{sizes}
## Beside comparable integrations

{compared}
## How to read it

Every ratio compares two actions measured in turn within one run, so that a slow or busy machine changes both;
the figures are medians. The *floor* is the least possible work: a bare aiohttp GET of the same body, read to its
end. The service is a process of its own on the same machine, so a poll shows its cost here and not how far away
ParqEx is. Set-up and memory are those of a new account with every entity enabled, on Home Assistant's real core,
with the objects of earlier measurements kept from the garbage collector. The integrations that ours is compared
with come with Home Assistant, and their clients answer at once, while ours fetches and parses its list of devices.
"""


def write(results: Results, page: Path) -> None:
    """Write the page."""
    text = _PAGE.format(
        machine=_processor(),
        python=platform.python_version(),
        home_assistant=__version__,
        aiohttp=aiohttp.__version__,
        goals=_table(
            ("what", "goal", "measured", "met"),
            (
                (one.what, one.wanted, one.measured, "yes" if one.met else "**no**")
                for one in goals(results)
            ),
        ),
        limits=Path(__file__).with_name("limits.md").read_text("utf-8"),
        sizes=_by_size(results),
        compared=_compared(results),
    )
    page.write_text(text, "utf-8")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return f"{names[0]} ({len(names)} cores)" if names else platform.machine()


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
