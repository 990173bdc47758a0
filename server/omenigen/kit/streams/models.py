"""Tables of the streams: their versions, the log of patches, the epoch, and how far each door has read."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from omenigen.kit.db import Base, Id, Moment


class LiveEpoch(Base):
    """Which life of the database this is; versions of another life mean nothing."""

    __tablename__ = "live_epoch"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[UUID]
    since: Mapped[Moment]
    reason: Mapped[str] = mapped_column(Text)


class LiveStream(Base):
    """A stream's counters. Only the unique name is indexed, so that a bump stays a HOT update."""

    __tablename__ = "live_streams"
    __table_args__ = (UniqueConstraint("name"), {"postgresql_with": {"fillfactor": "70"}})

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    gate: Mapped[int] = mapped_column(BigInteger, default=0)
    floor: Mapped[int] = mapped_column(BigInteger, default=0)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LivePatch(Base):
    """One key's new value at one version; NULL drops the key."""

    __tablename__ = "live_patches"
    __table_args__ = (
        PrimaryKeyConstraint("stream_id", "version"),
        Index("ix_live_patches_stream_id_key_version", "stream_id", "key", "version"),
        Index("ix_live_patches_made_at", "made_at", postgresql_using="brin"),
    )

    stream_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("live_streams.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(Text)
    value: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    why: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[Moment]


class LiveCursor(Base):
    """How far a stateless gateway has sent, and which of its processes may send now."""

    __tablename__ = "live_cursors"

    door: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    lease_by: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
