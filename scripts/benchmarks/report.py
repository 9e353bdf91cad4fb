"""Write what was measured where people read it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
import platform

import aiohttp

from homeassistant.const import __version__

from .plot import draw
from .results import OURS, Results, goals

_INTRODUCTION = """# Performance

What the integration costs, measured by `scripts/benchmark`, which wrote this page.
"""

_HOW_TO_READ = """## How to read it

Every ratio compares two things measured in turn within one run, so that a slow or busy machine changes both;
the figures are medians. The *floor* is the least that anybody can do: a bare aiohttp GET of the same body, read
to its end. The service is a process of its own on the same machine, so a poll shows what it costs here and not
how far away ParqEx is. "On the event loop" is processor time in which nothing else in Home Assistant has a
turn. Set-up and memory are those of a new account with every entity enabled, on Home Assistant's real core, with
what earlier measurements left behind kept from the garbage collector; the integrations that ours is compared
with come with Home Assistant, and their clients answer at once, while ours fetches and reads its list of
devices.
"""

_LIMITS = Path(__file__).with_name("limits.md")


def write(results: Results, page: Path) -> None:
    """Write the page, and the plot beside it."""
    plot = page.with_suffix(".svg")
    plot.write_text(draw(_lines(results)), "utf-8")
    parts = [
        _INTRODUCTION,
        _machine(),
        "## Goals\n",
        _table(
            ("what", "goal", "measured", "met"),
            [
                (one.what, one.wanted, one.measured, "yes" if one.met else "**no**")
                for one in goals(results)
            ],
        ),
        _LIMITS.read_text("utf-8"),
        "## By size\n",
        _by_size(results),
        f"![How the cost of a poll grows with the number of access points]({plot.name})\n",
        "## Beside comparable integrations\n",
        _compared(results),
        _HOW_TO_READ,
    ]
    page.write_text("\n".join(parts), "utf-8")


def _machine() -> str:
    """Say what it was measured on."""
    return (
        f"Measured on {_processor()} with Python {platform.python_version()}, Home"
        f" Assistant {__version__} and aiohttp {aiohttp.__version__}.\n"
    )


def _processor() -> str:
    """Name the processor as the system does."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [
        line.partition(":")[2].strip()
        for line in lines
        if line.startswith("model name")
    ]
    if not names:
        return platform.machine()
    return f"{names[0]} ({len(names)} cores)"


def _lines(results: Results) -> dict[str, dict[int, float]]:
    """Return what is drawn, in milliseconds."""
    polls = results.polls.items()
    return {
        "bare GET (the floor)": {size: one.floor * 1000 for size, one in polls},
        "poll, nothing moved": {size: one.quiet * 1000 for size, one in polls},
        "poll, one moved": {size: one.one * 1000 for size, one in polls},
        "loop held, all moved": {size: one.longest_hold * 1000 for size, one in polls},
    }


def _by_size(results: Results) -> str:
    """Show how costs grow."""
    return _table(
        (
            "access points",
            "body",
            "bare GET",
            "poll, nothing moved",
            "on the loop beyond the floor",
            "bare GET and `loads`",
            "poll, one moved",
            "loop held, all moved",
        ),
        [
            (
                f"{size:,}",
                f"{one.bytes_of_body / 1000:.0f} kB",
                _ms(one.floor),
                f"{_ms(one.quiet)} ({one.quiet / one.floor:.2f}x)",
                _ms(one.quiet_loop - one.floor_loop),
                _ms(one.one_floor),
                f"{_ms(one.one)} ({one.one / one.one_floor:.2f}x)",
                _ms(one.longest_hold),
            )
            for size, one in results.polls.items()
        ],
    )


def _compared(results: Results) -> str:
    """Show ours beside the others."""
    names = sorted(results.imports, key=lambda name: (name != OURS, name))
    sizes = list(results.set_ups)
    return _table(
        (
            "integration",
            *(f"set-up per entity, {size:,}" for size in sizes),
            "memory per entity",
            "import",
        ),
        [
            (
                f"`{name}`",
                *(f"{results.set_ups[n][name].per_entity * 1e6:.0f} µs" for n in sizes),
                f"{results.memory[name] / 1024:.1f} KiB",
                f"{results.imports[name]:.0f} ms",
            )
            for name in names
        ],
    )


def _ms(seconds: float) -> str:
    """Write a time."""
    return f"{seconds * 1000:.2f} ms"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
