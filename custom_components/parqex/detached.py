"""Work that goes on when whoever waits for it is cancelled."""

import asyncio


async def async_outcome[T](task: asyncio.Task[T]) -> T:
    """Wait for what comes of a task, without cancelling it when cancelled.

    `asyncio.shield` would log an error where the task fails after its last waiter
    was cancelled. How it fails concerns whoever waits; if nobody does, it is no news.
    """
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait([task])
    return task.result()
