"""The whole house in one process: what `make up` runs."""

import asyncio

from omenigen.main.app import make_app
from omenigen.main.process import consumers, loops, running, schedule, serve, spare_what_stays, stop_on_signals
from omenigen.main.schedule import API_LOOPS, WORKER_LOOPS
from omenigen.main.settings import Settings


async def run(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Serve, react and tick until told to stop."""
    stop = stop or stop_on_signals()
    async with running(settings) as container, loops(container, (*API_LOOPS, *WORKER_LOOPS)):
        async with consumers(container, settings), schedule(container):
            app = await make_app(container, settings)
            spare_what_stays()
            await serve(app, settings, stop)
