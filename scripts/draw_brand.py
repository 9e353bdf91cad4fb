"""Draw the brand images: an original mark, a raised barrier beside its post."""

from math import cos, radians, sin
from pathlib import Path

from PIL import Image, ImageDraw

BRAND = Path(__file__).parents[1] / "custom_components" / "parqex" / "brand"

# Drawn this much larger and then made smaller, so that every edge is smooth.
OVERSAMPLING = 4

INK = (18, 74, 99)
INK_ON_DARK = (112, 196, 226)
ACCENT = (242, 153, 51)


def icon(size: int, *, dark: bool) -> Image.Image:
    """Return the mark, `size` pixels wide and high, on nothing."""
    ink = INK_ON_DARK if dark else INK
    scale = size * OVERSAMPLING / 100
    image = Image.new("RGBA", (size * OVERSAMPLING,) * 2)
    draw = ImageDraw.Draw(image)

    def box(left: float, top: float, right: float, bottom: float) -> list[float]:
        return [one * scale for one in (left, top, right, bottom)]

    # The ground, the post, and the arm with its stripes, raised.
    draw.rounded_rectangle(box(4, 86, 96, 96), radius=5 * scale, fill=ink)
    draw.rounded_rectangle(box(12, 40, 36, 90), radius=6 * scale, fill=ink)
    angle = radians(38)
    ahead, aside = (cos(angle), -sin(angle)), (sin(angle), cos(angle))

    def along(distance: float, offset: float) -> tuple[float, float]:
        return (
            (24 + ahead[0] * distance + aside[0] * offset) * scale,
            (54 + ahead[1] * distance + aside[1] * offset) * scale,
        )

    def bar(begin: float, end: float, fill: tuple[int, int, int]) -> None:
        corners = [along(begin, -7), along(end, -7), along(end, 7), along(begin, 7)]
        draw.polygon(corners, fill=fill)

    bar(0, 66, ACCENT)
    for begin in (20, 43):
        bar(begin, begin + 11, ink)
    for distance in (0, 66):
        x, y = along(distance, 0)
        reach = 7 * scale
        draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=ACCENT)
    draw.ellipse(box(19, 49, 29, 59), fill=ink)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write all images."""
    BRAND.mkdir(exist_ok=True)
    for prefix, dark in (("", False), ("dark_", True)):
        for name, size in (("icon", 256), ("icon@2x", 512), ("logo", 256)):
            path = BRAND / f"{prefix}{name}.png"
            icon(size, dark=dark).save(path, optimize=True)


if __name__ == "__main__":
    main()
