"""Facts: recorded in the transaction in which they happened, told to everybody soon after."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

import orjson
import structlog
from nats.errors import Error as NatsError
from prometheus_client import Counter, Gauge
from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from omenigen.kit.bus import Bus
from omenigen.kit.clock import Clock
from omenigen.kit.db import Base, Database, Id, Moment
from omenigen.kit.tasks import came

log = structlog.get_logger(__name__)

RELAYED = Counter("outbox_relayed_total", "Facts handed to the bus", ["subject"])
RELAY_FAILED = Counter("outbox_relay_failed_total", "Attempts of the relay that failed")
WAITING = Gauge("outbox_waiting", "Facts that wait for the bus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened, in the past tense: ids and plain values only. Fields may be added, never changed."""

    subject: ClassVar[str]


class OutboxRow(Base):
    """A fact that waits to be told."""

    __tablename__ = "kit_outbox"

    id: Mapped[Id]
    subject: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[Moment]


class Outbox:
    """Collect the facts of one unit of work; the edge writes them with the state that they tell of."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._facts: list[Fact] = []

    def record(self, fact: Fact) -> None:
        """Add a fact; nothing leaves unless the whole unit commits."""
        self._facts.append(fact)

    @property
    def recorded(self) -> tuple[Fact, ...]:
        """The facts recorded so far."""
        return tuple(self._facts)

    async def write(self, session: AsyncSession) -> int:
        """Insert what was recorded; return how many facts there were."""
        if not self._facts:
            return 0
        now = self._clock.now()
        rows = [{"subject": fact.subject, "payload": payload_of(fact), "made_at": now} for fact in self._facts]
        await session.execute(insert(OutboxRow), rows)
        return len(rows)


def payload_of(fact: Fact) -> dict[str, Any]:
    """Return the fields of a fact as JSON-able values."""
    return {field.name: _plain(getattr(fact, field.name)) for field in fields(fact)}


def _plain(value: Any) -> Any:  # Any: a field of a fact
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    return value


class Relay:
    """Carry facts from the outbox to JetStream, at least once and in order of their ids.

    Nudged right after a commit in this process; polls each second for the facts of others. `SKIP LOCKED` lets
    several relays run: each takes its own rows. The outbox id is the message id, so that JetStream drops a repeat.
    """

    BATCH = 500

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._nudged = asyncio.Event()
        self.alive_at: float | None = None

    def nudge(self) -> None:
        """Say that there may be something to carry."""
        self._nudged.set()

    async def run(self) -> None:
        """Carry until cancelled; a failure of either side is waited out."""
        while True:
            try:
                while await self.carry() == self.BATCH:
                    pass
                await self._wait(1.0)
            except (DBAPIError, InterfaceError, NatsError, OSError, TimeoutError) as error:
                RELAY_FAILED.inc()
                log.warning("relay waits", error=str(error) or type(error).__name__)
                await self._wait(2.0)

    async def carry(self) -> int:
        """Publish one batch, delete what the bus has acknowledged, return its size."""
        async with self._database.sessions() as session:
            rows = (
                await session.scalars(
                    select(OutboxRow).order_by(OutboxRow.id).limit(self.BATCH).with_for_update(skip_locked=True)
                )
            ).all()
            if not rows:
                WAITING.set(0)
                return 0
            await asyncio.gather(*(self._publish(row) for row in rows))
            await session.execute(delete(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows])))
            await session.commit()
        return len(rows)

    async def waiting(self) -> int:
        """Count the facts that are still in the outbox."""
        async with self._database.sessions() as session:
            count = await session.scalar(select(func.count()).select_from(OutboxRow)) or 0
        WAITING.set(count)
        return count

    async def _publish(self, row: OutboxRow) -> None:
        body = {"id": row.id, "subject": row.subject, "at": row.made_at.isoformat(), "data": row.payload}
        # The moment belongs to the name: after a restore the ids of lost rows are given out again.
        message_id = f"outbox-{row.id}-{row.made_at.timestamp()}"
        await self._bus.publish_fact(row.subject, orjson.dumps(body), message_id=message_id)
        RELAYED.labels(row.subject).inc()

    async def _wait(self, seconds: float) -> None:
        await came(self._nudged, within=seconds)
        self._nudged.clear()
