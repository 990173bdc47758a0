"""An event loop whose clock jumps to the next timer: hours of waiting take no time, and every run is the same."""

import asyncio
import random
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Nothing in a simulation waits for the outside: PostgreSQL is asked synchronously, the network is ours."""

    def __init__(self) -> None:
        self.virtual = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self.virtual


class _Jumping(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("nothing is left to happen: the simulation waits for itself")
        self._loop.virtual += max(0.0, timeout)
        return []


class LoopClock:
    """The product's clock, on virtual time."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return START + timedelta(seconds=self._loop.virtual)

    def monotonic(self) -> float:
        return self._loop.virtual


def run_virtually(main: Coroutine[Any, Any, Any], loop: VirtualLoop) -> Any:
    """Run a coroutine to its end on a virtual loop."""
    asyncio.set_event_loop(None)
    try:
        return loop.run_until_complete(main)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def fork(rng: random.Random) -> random.Random:
    """Return an independent generator, so that one part's rolls do not move another's."""
    return random.Random(rng.getrandbits(64))
