"""The process that reacts: consumers of facts, judges, letters."""

import asyncio

from omenigen.main.process import consumers, loops, probes, running, stop_on_signals
from omenigen.main.schedule import WORKER_LOOPS
from omenigen.main.settings import Settings


async def run(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Work until told to stop; health and metrics answer on the process's own port."""
    stop = stop or stop_on_signals()
    async with running(settings) as container, probes(container, settings), loops(container, WORKER_LOOPS):
        async with consumers(container, settings):
            await stop.wait()
