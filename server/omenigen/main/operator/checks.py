"""A look at each part of the house, as the operator would do it by hand."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Sequence

from nats.errors import Error as NatsError
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from omenigen.gateways.live.audit import EVERY_SECONDS, STALE_AFTER_SECONDS, Audit
from omenigen.gateways.live.metrics import SOCKETS
from omenigen.kit.bus import Bus
from omenigen.kit.cache import AWAY, Redis
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.errors import Unavailable
from omenigen.kit.mail import Postman
from omenigen.kit.settings import DataSettings, MailSettings
from omenigen.main.operator import queries
from omenigen.main.operator.dead_letters import DeadLetters
from omenigen.main.operator.queues import Queues
from omenigen.main.operator.types import Finding, Part, State

PATIENCE = 3.0
"""Seconds that a part has to answer."""

SLOW = 0.25
RELAY_STRAINED, RELAY_DOWN = 5.0, 60.0
LAG_STRAINED, LAG_DOWN = 30.0, 300.0
AUDIT_STRAINED, AUDIT_DOWN = 2 * EVERY_SECONDS, 2 * STALE_AFTER_SECONDS
DISK_STRAINED, DISK_DOWN = 2 * 1024**3, 256 * 1024**2
CONNECTIONS_STRAINED = 0.9
MAIL_LATE = 60.0

_FAILURES = (DBAPIError, InterfaceError, PoolTimeout, NatsError, Unavailable, *AWAY)


class Checks:
    """Look at every part at once; a part that does not answer in time is down."""

    def __init__(
        self,
        *,
        database: Database,
        redis: Redis,
        bus: Bus,
        queues: Queues,
        audit: Audit,
        letters: DeadLetters,
        data: DataSettings,
        mail: MailSettings,
        postman: Postman,
        clock: Clock,
    ) -> None:
        self._database = database
        self._redis = redis
        self._bus = bus
        self._queues = queues
        self._audit = audit
        self._letters = letters
        self._data = data
        self._mail = mail
        self._postman = postman
        self._clock = clock

    async def all(self) -> Sequence[Finding]:
        """Return one finding a part, in the order of `Part`."""
        looks: dict[Part, Awaitable[Finding]] = {
            Part.DATABASE: self._look_at_database(),
            Part.REDIS: self._look_at_redis(),
            Part.NATS: self._look_at_nats(),
            Part.RELAY: self._look_at_relay(),
            Part.CONSUMERS: self._look_at_consumers(),
            Part.AUDIT: self._look_at_audit(),
            Part.DISK: self._look_at_disk(),
            Part.MAIL: self._look_at_mail(),
        }
        return await asyncio.gather(*(_within(part, look) for part, look in looks.items()))

    async def _look_at_database(self) -> Finding:
        started = time.perf_counter()
        async with self._database.reads.connect() as db:
            size, connections, allowed = await queries.database_figures(db)
        took = time.perf_counter() - started
        crowded = connections > allowed * CONNECTIONS_STRAINED
        return Finding(
            part=Part.DATABASE,
            state=State.STRAINED if crowded or took > SLOW else State.OK,
            cause="crowded" if crowded else "slow" if took > SLOW else None,
            figures={"ms": _ms(took), "bytes": size, "connections": connections, "allowed": allowed},
        )

    async def _look_at_redis(self) -> Finding:
        started = time.perf_counter()
        info = await self._redis.info("memory")
        took = time.perf_counter() - started
        return Finding(
            part=Part.REDIS,
            state=State.STRAINED if took > SLOW else State.OK,
            cause="slow" if took > SLOW else None,
            figures={"ms": _ms(took), "bytes": int(info["used_memory"])},
        )

    async def _look_at_nats(self) -> Finding:
        if not self._bus.connected:
            return Finding(part=Part.NATS, state=State.DOWN)
        started = time.perf_counter()
        streams = await self._queues.streams()
        took = time.perf_counter() - started
        return Finding(
            part=Part.NATS,
            state=State.STRAINED if took > SLOW else State.OK,
            cause="slow" if took > SLOW else None,
            figures={
                "ms": _ms(took),
                "bytes": sum(stream.bytes for stream in streams),
                "messages": sum(stream.messages for stream in streams),
            },
        )

    async def _look_at_relay(self) -> Finding:
        outbox = await self._queues.outbox()
        return Finding(
            part=Part.RELAY,
            state=_grade(outbox.lag, RELAY_STRAINED, RELAY_DOWN),
            figures={"waiting": outbox.waiting, "lag": round(outbox.lag)},
        )

    async def _look_at_consumers(self) -> Finding:
        consumers = await self._queues.consumers()
        dead = await self._letters.count()
        deaf = [consumer.name for consumer in consumers if not consumer.listening]
        lag = max((consumer.lag for consumer in consumers), default=0.0)
        state = _grade(lag, LAG_STRAINED, LAG_DOWN)
        worst = State.DOWN if deaf else max(state, State.STRAINED if dead else State.OK, key=lambda one: one.rank)
        cause = "deaf" if deaf else "behind" if state is not State.OK else "dead" if dead else None
        return Finding(
            part=Part.CONSUMERS,
            state=worst,
            cause=cause,
            figures={
                "consumers": len(consumers),
                "pending": sum(consumer.pending for consumer in consumers),
                "lag": round(lag),
                "dead": dead,
                "deaf": ", ".join(deaf),
            },
        )

    async def _look_at_audit(self) -> Finding:
        age = round(self._audit.age)
        sockets = sum(int(sample.value) for metric in SOCKETS.collect() for sample in metric.samples)
        return Finding(
            part=Part.AUDIT,
            state=_grade(age, AUDIT_STRAINED, AUDIT_DOWN),
            figures={"age": age, "sockets": sockets},
        )

    async def _look_at_disk(self) -> Finding:
        usage = await asyncio.to_thread(shutil.disk_usage, self._data.folder)
        state = State.DOWN if usage.free < DISK_DOWN else State.STRAINED if usage.free < DISK_STRAINED else State.OK
        return Finding(part=Part.DISK, state=state, figures={"free": usage.free, "total": usage.total})

    async def _look_at_mail(self) -> Finding:
        waiting, oldest = await self._postman.waiting()
        late = 0.0 if oldest is None else max(0.0, (self._clock.now() - oldest).total_seconds())
        overdue = late > MAIL_LATE
        return Finding(
            part=Part.MAIL,
            state=State.STRAINED if overdue else State.OK,
            cause="waiting" if overdue else None if self._mail.smtp_url else "kept",
            figures={"waiting": waiting, "lag": round(late)},
        )


async def _within(part: Part, look: Awaitable[Finding]) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            return await look
    except _FAILURES as error:
        return Finding(part=part, state=State.DOWN, figures={"error": type(error).__name__})


def _grade(value: float, strained: float, down: float) -> State:
    return State.DOWN if value >= down else State.STRAINED if value >= strained else State.OK


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
