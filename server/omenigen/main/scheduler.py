"""The process that knows the time: one of them leads, and only enqueues."""

import asyncio

from omenigen.main.process import probes, running, schedule, stop_on_signals
from omenigen.main.settings import Settings


async def run(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Tick until told to stop; health and metrics answer on the process's own port."""
    stop = stop or stop_on_signals()
    async with running(settings) as container, probes(container, settings), schedule(container):
        await stop.wait()
