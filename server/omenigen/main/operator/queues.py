"""What waits on its way: the outbox, the streams, and each consumer."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from omenigen.kit.bus import DEAD, FACTS, Bus
from omenigen.kit.clock import Clock
from omenigen.kit.consumers import Consumer
from omenigen.kit.db import Database
from omenigen.main.operator import queries
from omenigen.main.operator.types import ConsumerFigures, OutboxFigures, StreamFigures


class Queues:
    """Measure queues without touching them."""

    def __init__(self, bus: Bus, database: Database, clock: Clock, consumers: Sequence[Consumer]) -> None:
        self._bus = bus
        self._database = database
        self._clock = clock
        self._consumers = consumers

    async def streams(self) -> list[StreamFigures]:
        """Measure the streams of the bus."""
        infos = [await self._bus.jetstream.stream_info(name) for name in (FACTS, DEAD)]
        return [
            StreamFigures(
                name=info.config.name or "",
                messages=info.state.messages,
                bytes=info.state.bytes,
                first=info.state.first_seq,
                last=info.state.last_seq,
            )
            for info in infos
        ]

    async def consumers(self) -> list[ConsumerFigures]:
        """Measure every consumer that the house declares; one that the bus does not know is not listening."""
        return list(await asyncio.gather(*(self._consumer(consumer) for consumer in self._consumers)))

    async def outbox(self) -> OutboxFigures:
        """Measure what the relay has yet to carry."""
        async with self._database.reads.connect() as db:
            waiting, oldest = await queries.oldest_fact(db)
        return OutboxFigures(waiting=waiting, lag=self._age(oldest))

    async def due(self) -> int:
        """Count the marks that wait for a judge of achievements."""
        async with self._database.reads.connect() as db:
            return await queries.count_due(db)

    async def _consumer(self, consumer: Consumer) -> ConsumerFigures:
        try:
            info = await self._bus.jetstream.consumer_info(FACTS, consumer.name)
        except NotFoundError:
            return ConsumerFigures(
                name=consumer.name,
                subject=consumer.subject,
                pending=0,
                unacknowledged=0,
                redelivered=0,
                listening=False,
                lag=0,
            )
        pending, unacknowledged = info.num_pending or 0, info.num_ack_pending or 0
        return ConsumerFigures(
            name=consumer.name,
            subject=consumer.subject,
            pending=pending,
            unacknowledged=unacknowledged,
            redelivered=info.num_redelivered or 0,
            listening=bool(info.num_waiting) or unacknowledged > 0,
            lag=await self._lag(consumer, info) if pending or unacknowledged else 0,
        )

    async def _lag(self, consumer: Consumer, info: ConsumerInfo) -> float:
        done = info.ack_floor.stream_seq if info.ack_floor else 0
        try:
            oldest = await self._bus.jetstream.get_msg(FACTS, seq=done + 1, subject=consumer.subject, next=True)
        except NotFoundError:
            return 0
        return self._age(oldest.time)

    def _age(self, moment: datetime | None) -> float:
        if moment is None:
            return 0
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, round((self._clock.now() - aware).total_seconds(), 3))
