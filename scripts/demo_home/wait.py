"""Wait for something with a deadline, and say it when it does not come."""

import asyncio
from collections.abc import Awaitable, Callable

SECONDS_BETWEEN_LOOKS = 0.2


class DemoError(Exception):
    """Something a person has to know, in a sentence."""


async def until(
    happened: Callable[[], Awaitable[bool]], seconds: float, otherwise: str
) -> None:
    """Look until it happened; raise DemoError(otherwise) after the seconds."""
    try:
        async with asyncio.timeout(seconds):
            while not await happened():  # noqa: ASYNC110 - another process, no event
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    except TimeoutError:
        raise DemoError(f"{otherwise} (waited {seconds:g} seconds)") from None
