"""The table of media."""

from datetime import datetime

from sqlalchemy import DateTime, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from omenigen.kit.db import Base, Id, Moment, Ref


class FileRow(Base):
    """A file that somebody gave us, as we keep it; `key` is its random name on disk and in its address."""

    __tablename__ = "media_files"
    __table_args__ = (
        Index(None, "owner_id"),
        Index("ix_media_files_released", "released_at", postgresql_where=text("released_at IS NOT NULL")),
    )

    id: Mapped[Id]
    owner_id: Mapped[Ref]
    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text, unique=True)
    mime: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    made_at: Mapped[Moment]
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
