"""Wait for a task that goes on when the caller is cancelled."""

import asyncio


async def async_outcome[T](task: asyncio.Task[T]) -> T:
    """Return the result of a task, without cancelling it when cancelled.

    `asyncio.shield` would log an error where the task fails after its last waiter was
    cancelled.
    """
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait([task])
    return task.result()
