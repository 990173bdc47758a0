"""What every process does: connect, run its loops, and stop in the right order."""

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
import uvicorn
from dishka import AsyncContainer
from fastapi import FastAPI

from omenigen.gateways.live.protocol import PreparedFramesProtocol
from omenigen.kit import log as logs
from omenigen.kit.bus import Bus
from omenigen.kit.clock import Clock
from omenigen.kit.consumers import Consumers
from omenigen.kit.db import Database
from omenigen.kit.jobs import Loop, Scheduler, keep_running
from omenigen.kit.tasks import end
from omenigen.main.container import make_container
from omenigen.main.health import router as health
from omenigen.main.schedule import JOBS
from omenigen.main.settings import Settings
from omenigen.main.subscribers import CONSUMERS

log = structlog.get_logger(__name__)

_NICENESS = 5


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[AsyncContainer]:
    """Give a container with the bus connected; close everything at the end."""
    logs.configure(settings.log)
    container = make_container(settings)
    bus = await container.get(Bus)
    await bus.connect()
    try:
        yield container
    finally:
        await bus.close()
        await container.close()


@asynccontextmanager
async def loops(container: AsyncContainer, declared: Sequence[Loop]) -> AsyncIterator[None]:
    """Run loops for the length of the block; a loop that two roles share runs once."""
    unique = {loop.name: loop for loop in declared}
    tasks = [asyncio.create_task(keep_running(loop, container), name=loop.name) for loop in unique.values()]
    try:
        yield
    finally:
        await end(*tasks)


@asynccontextmanager
async def consumers(container: AsyncContainer, settings: Settings) -> AsyncIterator[None]:
    """Consume facts for the length of the block."""
    bus, clock = await container.get(Bus), await container.get(Clock)
    group = Consumers(settings.bus, bus, container, clock, CONSUMERS)
    await group.start()
    watchdog = asyncio.create_task(group.watch(), name="watchdog")
    try:
        yield
    finally:
        await end(watchdog)
        await group.stop()


@asynccontextmanager
async def schedule(container: AsyncContainer) -> AsyncIterator[None]:
    """Compete for the leadership and tick for the length of the block."""
    scheduler = Scheduler(await container.get(Database), await container.get(Bus), await container.get(Clock), JOBS)
    task = asyncio.create_task(scheduler.run(), name="scheduler")
    try:
        yield
    finally:
        await end(task)


@asynccontextmanager
async def probes(container: AsyncContainer, settings: Settings) -> AsyncIterator[None]:
    """Answer health and metrics on HOST:PORT of a process that has no other door."""
    app = FastAPI(openapi_url=None)
    app.state.dishka_container = container
    app.include_router(health)
    stop = asyncio.Event()
    task = asyncio.create_task(serve(app, settings, stop), name="probes")
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(task, return_exceptions=True)


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def] # uvicorn's own signature has no types
        yield


async def serve(app: FastAPI, settings: Settings, stop: asyncio.Event) -> None:
    """Answer HTTP and WebSockets until `stop` is set."""
    server = Server(
        uvicorn.Config(
            app,
            host=settings.http.host,
            port=settings.http.port,
            loop="none",  # the process itself runs on uvloop, see the command line
            http="httptools",
            ws=PreparedFramesProtocol,
            ws_max_size=64 * 1024 + 1,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.http.trusted_proxies,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
            lifespan="off",
        )
    )

    async def watch() -> None:
        await stop.wait()
        server.should_exit = True

    watcher = asyncio.create_task(watch())
    try:
        await server.serve()
    finally:
        await end(watcher)


def give_way() -> None:
    """Let the processes that answer go first where there are too few cores for all."""
    os.nice(_NICENESS)


def spare_what_stays() -> None:
    """Spare the collector what lives as long as the process: looking through it stops every request for a while."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def stop_on_signals() -> asyncio.Event:
    """Return an event that the first SIGINT or SIGTERM sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
