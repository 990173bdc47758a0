"""The process that reacts: consumers of facts, judges, letters."""

import asyncio

from omenigen.main.process import consumers, give_way, loops, probes, running, spare_what_stays, stop_on_signals
from omenigen.main.schedule import WORKER_LOOPS
from omenigen.main.settings import Settings


async def run(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Work until told to stop; health and metrics answer on the process's own port."""
    stop = stop or stop_on_signals()
    give_way()
    async with running(settings) as container, probes(container, settings), loops(container, WORKER_LOOPS):
        async with consumers(container, settings):
            spare_what_stays()
            await stop.wait()
