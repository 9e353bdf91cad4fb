"""Chromium without a screen; nothing leaves the machine or fails unnoticed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
import os
import re

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
NO_IMAGE = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@asynccontextmanager
async def chromium(base_url: str) -> AsyncIterator[BrowserContext]:
    """Run Chromium, with Home Assistant as the base of addresses."""
    if not EXECUTABLE.exists():
        pytest.exit("Chromium is needed; scripts/setup browser finds or installs it.")

    async def abort(route: Route) -> None:
        await route.abort()

    async def send_no_image(route: Route) -> None:
        await route.fulfill(content_type="image/svg+xml", body=NO_IMAGE)

    expect.set_options(timeout=MILLISECONDS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=EXECUTABLE,
            chromium_sandbox=os.geteuid() != 0,
            args=[
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                # For requests that do not pass through a page: no host has an address.
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
            # Their requests would not be seen.
            service_workers="block",
        )
        context.set_default_timeout(MILLISECONDS)
        await context.route(OTHER_MACHINES, abort)
        await context.route(OTHER_BRANDS, send_no_image)
        yield context
        await browser.close()


class Watch:
    """Notes the errors of pages, and their requests to other machines."""

    def __init__(self) -> None:
        """Initialize with what a page may still wait for when it is left."""
        self.seen: list[str] = []
        self.allowed = ["Uncaught: disconnected"]

    def note(self, what: str) -> None:
        """Note what the test does not allow."""
        if not any(text in what for text in self.allowed):
            self.seen.append(what)


@contextmanager
def watching(context: BrowserContext) -> Iterator[Watch]:
    """Watch all pages of the browser."""
    watch = Watch()

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            watch.note(f"{message.text} ({message.location['url']})")

    def request(request: Request) -> None:
        address = URL(request.url)
        if address.scheme not in ("data", "blob") and address.host != HOST:
            watch.note(f"Request to another machine: {request.url}")

    def error(error: WebError) -> None:
        watch.note(f"Uncaught: {error.error}")

    context.on("console", console)
    context.on("weberror", error)
    context.on("request", request)
    yield watch
    context.remove_listener("console", console)
    context.remove_listener("weberror", error)
    context.remove_listener("request", request)
