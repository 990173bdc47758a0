"""Idempotency keys: a repeated request gets the first answer again, and nothing happens twice.

The answer is kept in the transaction of its effect, for ever per actor (draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import BigInteger, LargeBinary, PrimaryKeyConstraint, SmallInteger, Text, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from omenigen.kit.clock import Clock
from omenigen.kit.db import Base, Moment
from omenigen.kit.errors import FieldInvalid, KeyReused

KEY_MAX = 128


class KeptAnswer(Base):
    """The first answer that a key received."""

    __tablename__ = "kit_idempotency"
    __table_args__ = (PrimaryKeyConstraint("actor_kind", "actor_id", "key"),)

    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Moment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request under a key: who, which key, and a digest of what was asked."""

    actor_kind: str
    actor_id: int
    key: str
    digest: bytes


class Raced(Exception):
    """Two equal requests ran at once and the other one was first: undo and read its answer."""


class IdempotencyKeys:
    """Find and keep answers by key."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def find(self, attempt: Attempt) -> KeptAnswer | None:
        """Return the kept answer. Raises `KeyReused` when the key came with another request."""
        kept = await self._session.scalar(
            select(KeptAnswer).where(
                KeptAnswer.actor_kind == attempt.actor_kind,
                KeptAnswer.actor_id == attempt.actor_id,
                KeptAnswer.key == attempt.key,
            )
        )
        if kept is not None and kept.digest != attempt.digest:
            raise KeyReused(key=attempt.key)
        return kept

    async def keep(self, attempt: Attempt, *, status: int, body: bytes) -> None:
        """Keep an answer in the running transaction. Raises `Raced` when an equal request was quicker."""
        inserted = await self._session.execute(
            insert(KeptAnswer)
            .values(
                actor_kind=attempt.actor_kind,
                actor_id=attempt.actor_id,
                key=attempt.key,
                digest=attempt.digest,
                status=status,
                body=body,
                made_at=self._clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(KeptAnswer.key)
        )
        if inserted.scalar_one_or_none() is None:
            raise Raced


def attempt_of(*, actor_kind: str, actor_id: int, key: str, method: str, path: str, body: bytes) -> Attempt:
    """Describe a request. Raises `FieldInvalid` for an empty, long or unprintable key."""
    if not 1 <= len(key) <= KEY_MAX or not key.isascii() or not key.isprintable():
        raise FieldInvalid(field="Idempotency-Key", error=f"1–{KEY_MAX} printable ASCII characters")
    digest = hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()
    return Attempt(actor_kind=actor_kind, actor_id=actor_id, key=key, digest=digest)
