"""The table of notices."""

from datetime import datetime

from sqlalchemy import DateTime, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from omenigen.kit.db import Base, Id, Moment, Ref
from omenigen.modules.notify.types import Params


class NoticeRow(Base):
    """One notice of one player; `key` is what it was made for, so that a repeated fact finds it."""

    __tablename__ = "notify_notices"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_notify_notices_user_id_id", "user_id", "id"),
        Index("ix_notify_notices_unread", "user_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notify_notices_made_at", "made_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[Ref]
    kind: Mapped[str]
    params: Mapped[Params] = mapped_column(JSONB)
    key: Mapped[str]
    made_at: Mapped[Moment]
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
