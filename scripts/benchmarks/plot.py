"""Draw how costs grow, as a small SVG."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import floor, log10

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 190, 20, 40
COLORS = ("#8a8f98", "#1b7f79", "#c8553d", "#5b4b8a")

type Line = Mapping[int, float]


def draw(lines: Mapping[str, Line]) -> str:
    """Draw milliseconds over access points, both in powers of ten."""
    sizes = sorted({size for line in lines.values() for size in line})
    values = [value for line in lines.values() for value in line.values()]
    lowest, highest = floor(log10(min(values))), -floor(-log10(max(values)))

    def x(size: float) -> float:
        span = log10(sizes[-1]) - log10(sizes[0]) or 1
        return LEFT + (log10(size) - log10(sizes[0])) / span * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        part = (log10(value) - lowest) / (highest - lowest)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    grid = [
        f'<path d="M{LEFT} {y(10**power):.0f}H{WIDTH - RIGHT}" stroke="#8886"/>'
        + _text(LEFT - 6, y(10**power) + 4, f"{10**power:g} ms", "end")
        for power in range(lowest, highest + 1)
    ]
    ticks = [
        _text(x(size), HEIGHT - BOTTOM + 18, f"{size:,}", "middle") for size in sizes
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    ticks.append(_text(middle, HEIGHT - 4, "access points", "middle"))
    ends = _apart([y(line[max(line)]) for line in lines.values()])
    drawn = [
        f'<polyline fill="none" stroke="{color}" stroke-width="2" points="'
        + " ".join(f"{x(size):.1f},{y(line[size]):.1f}" for size in sorted(line))
        + '"/>'
        + _text(WIDTH - RIGHT + 8, end + 4, name, "start", color)
        for (name, line), color, end in zip(lines.items(), COLORS, ends, strict=False)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
            '<g font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            *grid,
            *ticks,
            *drawn,
            "</g></svg>\n",
        ]
    )


def _text(x: float, y: float, text: str, anchor: str, color: str = "#333") -> str:
    """Write something."""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{color}">{text}</text>'


def _apart(heights: Sequence[float], least: float = 15) -> list[float]:
    """Move labels apart that would stand on each other."""
    moved = list(heights)
    order = sorted(range(len(moved)), key=moved.__getitem__)
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + least)
    return moved
