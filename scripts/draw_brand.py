"""Draw the brand images: an original mark, a gate whose two leaves open."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

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

    def post(left: float) -> None:
        x, right = left * scale, (left + 14) * scale
        draw.rounded_rectangle([x, 12 * scale, right, 96 * scale], 3 * scale, fill=ink)
        draw.ellipse([x - scale, 2 * scale, right + scale, 18 * scale], fill=ink)

    def point(along: float, height: float, mirrored: bool) -> tuple[float, float]:
        # A leaf stands in perspective: what is farther from its post is smaller.
        x, near, far = 16 + 24 * along, (height - 57), (height - 57) * 0.72
        y = 57 + near + (far - near) * along - 7 * along
        return ((100 - x if mirrored else x) * scale, y * scale)

    def beam(ends: tuple[float, float], rows: tuple[float, float], side: bool) -> None:
        (begin, end), (top, bottom) = ends, rows
        corners = [(begin, top), (end, top), (end, bottom), (begin, bottom)]
        draw.polygon([point(*corner, side) for corner in corners], fill=ACCENT)

    for side in (False, True):
        beam((0, 1), (24, 33), side)
        beam((0, 1), (81, 90), side)
        for bar in (0.0, 0.29, 0.58, 0.87):
            beam((bar, bar + 0.13), (24, 90), side)
    post(3)
    post(83)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def logo(height: int, *, dark: bool) -> Image.Image:
    """Return the mark with the name beside it, `height` pixels high, on nothing."""
    mark = icon(height, dark=dark)
    font = ImageFont.load_default(height * 0.62)
    left, top, right, bottom = font.getbbox("ParqEx")
    gap = height // 6
    image = Image.new("RGBA", (round(height + gap + right - left), height))
    image.paste(mark)
    origin = (height + gap - left, (height - bottom - top) / 2)
    ImageDraw.Draw(image).text(
        origin, "ParqEx", font=font, fill=INK_ON_DARK if dark else INK
    )
    return image


def main() -> None:
    """Write all images."""
    BRAND.mkdir(exist_ok=True)
    for prefix, dark in (("", False), ("dark_", True)):
        for suffix, size in (("", 256), ("@2x", 512)):
            for name, draw in (("icon", icon), ("logo", logo)):
                path = BRAND / f"{prefix}{name}{suffix}.png"
                draw(size // (1 if name == "icon" else 2), dark=dark).save(
                    path, optimize=True
                )


if __name__ == "__main__":
    main()
