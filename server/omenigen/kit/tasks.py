"""Tasks are ended for certain, and what they waited for is given up without losing the order to end."""

import asyncio
from collections.abc import Iterable
from typing import Any

_ASK_AGAIN_SECONDS = 2.0


async def end(*tasks: asyncio.Task[Any]) -> None:  # Any: what they would have returned
    """Cancel tasks and return when all have ended, whatever they raised.

    A library may lose a cancellation (before Python 3.12 `asyncio.wait_for` does when its result comes in the same
    turn of the loop; some turn it into a failure that is tried again), so one that is not heard is repeated.
    """
    left: Iterable[asyncio.Task[Any]] = tasks
    while left := [task for task in left if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=_ASK_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


async def came(event: asyncio.Event, *, within: float) -> bool:
    """Wait for an event, `within` seconds at most; return whether it came."""
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    return True
