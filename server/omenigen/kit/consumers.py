"""Consumers: functions that react to facts, each fact exactly once in its effect.

Delivery is at least once; the effect is made single by `kit_seen`, written in the consumer's own transaction.
A failure is retried with backoff; what fails for good goes to the stream DEAD with its error, for the operator.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import structlog
from dishka import AsyncContainer
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError
from sqlalchemy import BigInteger, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from omenigen.kit.bus import FACTS, Bus
from omenigen.kit.clock import Clock
from omenigen.kit.db import Base, Moment
from omenigen.kit.edge import unit_of_work
from omenigen.kit.errors import Refusal
from omenigen.kit.metrics import CONSUME_SECONDS, CONSUMED
from omenigen.kit.settings import BusSettings

log = structlog.get_logger(__name__)

BACKOFF = (0.2, 1.0, 5.0, 20.0, 60.0, 180.0)
"""Seconds to wait before each further try; after the last one the fact is dead."""

AT_ONCE = 4
"""Facts that one consumer handles at the same time: below half the database pool."""


class SeenFact(Base):
    """A fact whose effect a consumer has already made."""

    __tablename__ = "kit_seen"
    __table_args__ = (PrimaryKeyConstraint("consumer", "fact_id"),)

    consumer: Mapped[str] = mapped_column(Text)
    fact_id: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[Moment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A fact as it arrives: unknown fields are there, and ignored."""

    id: int
    subject: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A named reaction to one subject (a trailing `>` takes all below). The name marks its place in the stream."""

    name: str
    subject: str
    handle: Callable[[AsyncContainer, Received], Awaitable[None]]


class Consumers:
    """Run a process's consumers on JetStream, and see to it that none goes deaf."""

    def __init__(
        self, settings: BusSettings, bus: Bus, container: AsyncContainer, clock: Clock, consumers: Sequence[Consumer]
    ) -> None:
        self._settings = settings
        self._bus = bus
        self._container = container
        self._clock = clock
        self._consumers = consumers
        self._broker: NatsBroker | None = None

    @property
    def names(self) -> list[str]:
        """The names of all consumers that run here."""
        return [consumer.name for consumer in self._consumers]

    async def start(self) -> None:
        """Subscribe all; the streams exist already (`Bus.provision`)."""
        broker = NatsBroker(self._settings.url, logger=None, max_reconnect_attempts=-1, reconnect_time_wait=1)
        for consumer in self._consumers:
            broker.subscriber(
                consumer.subject,
                durable=consumer.name,
                stream=JStream(FACTS, declare=False),
                config=ConsumerConfig(ack_wait=30, max_deliver=-1, max_ack_pending=256),
                pull_sub=PullSub(batch_size=AT_ONCE, timeout=5),
                ack_policy=AckPolicy.MANUAL,
                decoder=_leave_as_bytes,
            )(self._receiver(consumer))
        async with asyncio.timeout(15):
            await broker.start()
        self._broker = broker

    async def stop(self) -> None:
        """Finish what is being handled and unsubscribe."""
        if self._broker is not None:
            broker, self._broker = self._broker, None
            await broker.stop()

    async def watch(self, *, every: float = 5.0) -> None:
        """Until cancelled: restart the subscriptions when one was deleted on the server, which would leave it deaf."""
        while True:
            await asyncio.sleep(every)
            try:
                for name in self.names:
                    await self._bus.jetstream.consumer_info(FACTS, name)
            except NotFoundError:
                log.warning("a consumer was lost on the server; subscribing again")
                await self._again()
            except (NatsError, OSError, TimeoutError, Refusal) as error:
                log.warning("watchdog waits for NATS", error=str(error) or type(error).__name__)

    async def _again(self) -> None:
        try:
            await self._bus.provision()
            await self.stop()
            await self.start()
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("watchdog will try again", error=str(error) or type(error).__name__)

    def _receiver(self, consumer: Consumer) -> Callable[[bytes, NatsMessage], Awaitable[None]]:
        async def receive(body: bytes, message: NatsMessage) -> None:
            await self._receive(consumer, body, message)

        return receive

    async def _receive(self, consumer: Consumer, body: bytes, message: NatsMessage) -> None:
        started = time.perf_counter()
        tries = message.raw_message.metadata.num_delivered
        try:
            fact = read_fact(body)
        except (ValueError, KeyError, TypeError) as error:
            await self._bury(consumer, body, message, error)
            return
        with structlog.contextvars.bound_contextvars(consumer=consumer.name, fact_id=fact.id, operation=fact.subject):
            try:
                outcome = "done" if await self._once(consumer, fact) else "repeat"
                await message.ack()
                CONSUMED.labels(consumer.name, outcome).inc()
            except Exception as error:  # noqa: BLE001 # the edge of a message: it is retried, then kept for the operator
                await self._failed(consumer, body, message, tries, error)
        CONSUME_SECONDS.labels(consumer.name).observe(time.perf_counter() - started)

    async def _once(self, consumer: Consumer, fact: Received) -> bool:
        """Handle a fact in one transaction with the mark that says so; return False for one already handled."""
        async with unit_of_work(self._container) as scope:
            if not await seen_first(await scope.get(AsyncSession), consumer.name, fact.id, self._clock.now()):
                return False
            await consumer.handle(scope, fact)
        return True

    async def _failed(
        self, consumer: Consumer, body: bytes, message: NatsMessage, tries: int, error: Exception
    ) -> None:
        if tries > len(BACKOFF):
            await self._bury(consumer, body, message, error)
            return
        log.warning("a fact will be tried again", tries=tries, error=f"{type(error).__name__}: {error}")
        CONSUMED.labels(consumer.name, "retry").inc()
        await message.nack(delay=BACKOFF[tries - 1])

    async def _bury(self, consumer: Consumer, body: bytes, message: NatsMessage, error: Exception) -> None:
        log.error("a fact is dead", consumer=consumer.name, error=f"{type(error).__name__}: {error}")
        original = message.raw_message
        headers = {
            "Omenigen-Consumer": consumer.name,
            "Omenigen-Subject": original.subject,
            "Omenigen-Error": f"{type(error).__name__}: {error}".replace("\n", " ")[:500],
            "Nats-Msg-Id": f"dead-{consumer.name}-{original.metadata.sequence.stream}",
        }
        await self._bus.jetstream.publish(f"dead.{consumer.name}", body, headers=headers)
        await message.ack()
        CONSUMED.labels(consumer.name, "dead").inc()


async def seen_first(session: AsyncSession, consumer: str, fact_id: int, now: datetime) -> bool:
    """Mark a fact as seen by `consumer` in the running transaction; return False if it already was."""
    marked = await session.execute(
        insert(SeenFact)
        .values(consumer=consumer, fact_id=fact_id, seen_at=now)
        .on_conflict_do_nothing()
        .returning(SeenFact.fact_id)
    )
    return marked.scalar_one_or_none() is not None


def read_fact(body: bytes) -> Received:
    """Parse a fact from the wire. Raises `ValueError`, `KeyError` or `TypeError` for what is not one."""
    message = orjson.loads(body)
    if not isinstance(message["data"], dict):
        raise TypeError("data is not an object")
    return Received(
        id=int(message["id"]),
        subject=str(message["subject"]),
        at=datetime.fromisoformat(message["at"]),
        data=message["data"],
    )


async def _leave_as_bytes(message: NatsMessage) -> bytes:
    # One undecodable body must not be rejected (and lost) by the framework before we have seen it.
    return message.body
