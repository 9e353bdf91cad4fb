"""Chromium without a screen, watched: nothing leaves the machine or fails unnoticed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
import re
from typing import Self

from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Request,
    Route,
    ViewportSize,
    WebError,
    async_playwright,
    expect,
)
import pytest
from yarl import URL

from scripts.demo_home.home import HOST, ROOT

EXECUTABLE = ROOT / ".dev" / "chromium"
WINDOW = ViewportSize(width=1280, height=800)
MILLISECONDS = 15_000

OTHER_MACHINES = re.compile(rf"^(https?|wss?)://(?!{re.escape(HOST)}[:/])")

# Brand images of other integrations: Home Assistant fetches them from the internet.
OTHER_BRANDS = re.compile(r"/api/brands/(?!integration/parqex/)")


@asynccontextmanager
async def chromium(base_url: str) -> AsyncIterator[BrowserContext]:
    """Run Chromium, with Home Assistant as the base of addresses."""
    if not EXECUTABLE.exists():
        pytest.exit("Chromium is needed; scripts/setup browser finds or installs it.")
    expect.set_options(timeout=MILLISECONDS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=EXECUTABLE,
            chromium_sandbox=os.geteuid() != 0,
            args=[
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                # What does not pass through a page's network: nothing has an address.
                f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
            ],
        )
        context = await browser.new_context(
            base_url=base_url,
            viewport=WINDOW,
            locale="en-US",
            timezone_id="UTC",
            color_scheme="light",
            reduced_motion="reduce",
            # Its requests would not be seen.
            service_workers="block",
        )
        context.set_default_timeout(MILLISECONDS)
        await context.route(OTHER_MACHINES, _no_way)
        await context.route(OTHER_BRANDS, _no_image)
        yield context
        await browser.close()


async def _no_way(route: Route) -> None:
    """Send nothing."""
    await route.abort()


async def _no_image(route: Route) -> None:
    """Answer with an image of nothing."""
    await route.fulfill(
        content_type="image/svg+xml",
        body='<svg xmlns="http://www.w3.org/2000/svg"/>',
    )


class Watch:
    """Notes what the pages complain of, and what they want from other machines."""

    def __init__(self, context: BrowserContext) -> None:
        """Take the browser."""
        self.seen: list[str] = []
        self._context = context
        # What a page was still waiting for when it was left.
        self._allowed = ["Uncaught: disconnected"]

    def allow(self, text: str) -> None:
        """Do not mind what contains this text: the test brings it about."""
        self._allowed.append(text)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._context.on("console", self._console)
        self._context.on("weberror", self._error)
        self._context.on("request", self._request)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self._context.remove_listener("console", self._console)
        self._context.remove_listener("weberror", self._error)
        self._context.remove_listener("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"{message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self._note(f"Uncaught: {error.error}")

    def _request(self, request: Request) -> None:
        address = URL(request.url)
        if address.scheme not in ("data", "blob") and address.host != HOST:
            self._note(f"Wanted from another machine: {request.url}")

    def _note(self, what: str) -> None:
        if not any(text in what for text in self._allowed):
            self.seen.append(what)
