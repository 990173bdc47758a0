"""Work by the clock, and work that never ends: how modules declare both."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from dishka import AsyncContainer
from nats.errors import Error as NatsError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection

from omenigen.kit.bus import Bus
from omenigen.kit.clock import Clock
from omenigen.kit.consumers import Consumer, Received
from omenigen.kit.db import Database
from omenigen.kit.errors import Unavailable
from omenigen.kit.metrics import JOBS

log = structlog.get_logger(__name__)

JOBS_SUBJECT = "jobs"
_LEADER_LOCK = 0x0ED1_6E4E_0001
_CHECK_LEADER_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do by the clock. `cron` has five fields (minute hour day month weekday), in UTC."""

    name: str
    cron: str
    run: Callable[[AsyncContainer], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Something to do for as long as the process lives; it is started again when it fails."""

    name: str
    run: Callable[[AsyncContainer], Awaitable[None]]


async def keep_running(loop: Loop, container: AsyncContainer) -> None:
    """Run a loop until cancelled; after a failure wait a little longer each time, 30 s at most."""
    pause = 0.5
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await loop.run(container)
            return
        except Exception as error:  # the edge of a loop: it must come back whatever happened
            known = isinstance(error, DBAPIError | InterfaceError | NatsError | OSError | Unavailable)
            log.error("loop failed", loop=loop.name, error=f"{type(error).__name__}: {error}", exc_info=not known)
        if asyncio.get_running_loop().time() - started > 60:
            pause = 0.5
        await asyncio.sleep(pause)
        pause = min(pause * 2, 30.0)


class Scheduler:
    """Tick for the whole installation: only the node that holds the advisory lock does, and its ticks only enqueue.

    A slot's message id is the job's name and its minute, so that two leaders in a bad moment enqueue once.
    """

    def __init__(self, database: Database, bus: Bus, clock: Clock, jobs: Sequence[Job]) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._jobs = jobs
        self.leading = False

    async def run(self) -> None:
        """Wait for the leadership, tick while holding it, and begin again when it is lost."""
        while True:
            try:
                async with self._database.reads.connect() as connection:
                    await self._lead(connection)
            except (DBAPIError, InterfaceError, OSError, TimeoutError) as error:
                log.warning("scheduler waits for the database", error=type(error).__name__)
            finally:
                self.leading = False
            await asyncio.sleep(_CHECK_LEADER_SECONDS)

    async def _lead(self, connection: AsyncConnection) -> None:
        lock = text("SELECT pg_try_advisory_lock(:key)").bindparams(key=_LEADER_LOCK)
        while not await connection.scalar(lock):
            await asyncio.sleep(_CHECK_LEADER_SECONDS)
        ticker = AsyncIOScheduler(timezone="UTC")
        for job in self._jobs:
            ticker.add_job(self._enqueue, CronTrigger.from_crontab(job.cron, timezone="UTC"), args=[job.name])
        ticker.start()
        self.leading = True
        log.info("scheduler leads", jobs=len(self._jobs))
        try:
            while True:
                await connection.execute(text("SELECT 1"))
                await asyncio.sleep(_CHECK_LEADER_SECONDS)
        finally:
            ticker.shutdown(wait=False)

    async def _enqueue(self, name: str) -> None:
        slot = self._clock.now().replace(second=0, microsecond=0)
        try:
            await enqueue(self._bus, name, slot)
        except (NatsError, OSError, TimeoutError, Unavailable) as error:
            log.warning("a slot was missed", job=name, error=type(error).__name__)


async def enqueue(bus: Bus, name: str, slot: datetime) -> None:
    """Ask a worker to run a job for a slot (once, however often it is asked)."""
    key = f"{name}@{slot.isoformat()}"
    number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 1
    body = {"id": number, "subject": f"{JOBS_SUBJECT}.{name}", "at": slot.isoformat(), "data": {"job": name}}
    await bus.publish_fact(f"{JOBS_SUBJECT}.{name}", orjson.dumps(body), message_id=f"job-{key}")


def consumer_of(jobs: Sequence[Job]) -> Consumer:
    """Return the consumer that runs enqueued jobs."""
    by_name = {job.name: job for job in jobs}

    async def run(scope: AsyncContainer, fact: Received) -> None:
        name = str(fact.data["job"])
        job = by_name.get(name)
        if job is None:
            log.warning("a job of another version was skipped", job=name)
            return
        await job.run(scope)
        JOBS.labels(name, "done").inc()

    return Consumer(name="jobs", subject=f"{JOBS_SUBJECT}.>", handle=run)
