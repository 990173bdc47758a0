"""What the live gateway does all the time, and what happens to streams by the clock."""

import asyncio
from contextlib import suppress

import structlog
from dishka import AsyncContainer
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.gateways.live.audit import Audit
from omenigen.gateways.live.doors import Doors
from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.refreshing import AWAY, Refresher
from omenigen.gateways.live.sockets import Sockets
from omenigen.gateways.live.wire import NatsWire
from omenigen.kit.clock import Clock
from omenigen.kit.jobs import Job, Loop
from omenigen.kit.streams import compaction

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 5.0
MEASURE_SECONDS = 15.0


async def _hear(container: AsyncContainer) -> None:
    """Listen to the other nodes, read what falls behind, audit, sweep: until cancelled."""
    hub, wire = await container.get(Hub), await container.get(NatsWire)
    refresher, audit, sockets = await container.get(Refresher), await container.get(Audit), await container.get(Sockets)
    async with wire.listening(hub.hear, hub.overhear), asyncio.TaskGroup() as group:
        group.create_task(refresher.run(), name="live-refresh")
        group.create_task(audit.run(), name="live-audit")
        group.create_task(_sweep(sockets), name="live-sweep")
        group.create_task(_measure(await container.get(Doors)), name="live-doors")


async def _sweep(sockets: Sockets) -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        sockets.sweep()


async def _measure(doors: Doors) -> None:
    while True:
        await asyncio.sleep(MEASURE_SECONDS)
        with suppress(*AWAY):
            await doors.measure()


async def _compact(scope: AsyncContainer) -> None:
    await compaction.compact(await scope.get(AsyncSession), await scope.get(Clock))


async def _retain(scope: AsyncContainer) -> None:
    session, clock = await scope.get(AsyncSession), await scope.get(Clock)
    await compaction.trim(session, clock)
    await compaction.remove_closed(session, clock)


LOOPS = (Loop(name="live", run=_hear),)
JOBS = (
    Job(name="streams.compact", cron="7 * * * *", run=_compact),
    Job(name="streams.retain", cron="27 3 * * *", run=_retain),
)
