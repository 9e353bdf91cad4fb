"""Wait for something with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable


class DemoError(Exception):
    """A failure that a person has to know about, in a sentence."""


async def until(
    happened: Callable[[], bool | Awaitable[bool]], seconds: float, otherwise: str
) -> None:
    """Wait until it happened; raise DemoError(otherwise) after the seconds."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                answer = happened()
                if answer if isinstance(answer, bool) else await answer:
                    return
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise DemoError(f"{otherwise} (waited {seconds:g} seconds)") from None
