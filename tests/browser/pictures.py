"""The pictures of the documentation, taken during the tests."""

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image
from playwright.async_api import Locator, Page

from scripts.demo_home.home import ROOT

FOLDER: Final = ROOT / "docs" / "images"

# Of all pictures together, since everybody who clones or installs it loads them.
MAX_BYTES: Final = 600 * 1024

# WebP's, from 0 to 100.
QUALITY: Final = 80

# What differs each time, or is gone in a moment.
HIDE: Final = "ha-relative-time, notification-manager { visibility: hidden; }"

# It differs between the themes.
BACKGROUND: Final = """
    getComputedStyle(document.documentElement)
        .getPropertyValue("--primary-background-color")
"""


@dataclass(frozen=True)
class Pictures:
    """Takes pictures if they are wanted."""

    wanted: bool

    @property
    def size(self) -> int:
        """Return the bytes of all pictures together."""
        return sum(one.stat().st_size for one in FOLDER.glob("*.webp"))

    async def take(self, what: Page | Locator, name: str) -> None:
        """Take a picture of a page or a part of it."""
        if not self.wanted:
            return
        # Away from the buttons, which look different under the pointer.
        await (what if isinstance(what, Page) else what.page).mouse.move(0, 0)
        screenshot = await what.screenshot(
            animations="disabled", caret="hide", style=HIDE
        )
        FOLDER.mkdir(parents=True, exist_ok=True)
        with Image.open(BytesIO(screenshot)) as image:
            path = FOLDER / f"{name}.webp"
            image.convert("RGB").save(path, quality=QUALITY, method=6)

    async def take_by_day_and_night(self, page: Page, name: str) -> None:
        """Take a picture of a page as it is, and a dark one."""
        if not self.wanted:
            return
        await self.take(page, name)
        by_day = await page.evaluate(BACKGROUND)
        await page.emulate_media(color_scheme="dark")
        await page.wait_for_function(f"by_day => {BACKGROUND} !== by_day", arg=by_day)
        await self.take(page, f"{name}-dark")
        await page.emulate_media(color_scheme="light")
        await page.wait_for_function(f"by_day => {BACKGROUND} === by_day", arg=by_day)
