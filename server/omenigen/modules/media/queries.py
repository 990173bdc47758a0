"""Every question that media asks of the database."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.ids import UserId
from omenigen.modules.media.models import FileRow
from omenigen.modules.media.types import FileKind


async def release(db: AsyncSession, owner_id: UserId, kind: FileKind, *, now: datetime) -> None:
    """Mark a person's files of a kind as no longer shown."""
    await db.execute(
        update(FileRow)
        .where(FileRow.owner_id == owner_id, FileRow.kind == kind.value, FileRow.released_at.is_(None))
        .values(released_at=now)
    )


async def files_of(db: AsyncSession, owner_id: UserId) -> Sequence[FileRow]:
    """List a person's files, oldest first."""
    return (await db.scalars(select(FileRow).where(FileRow.owner_id == owner_id).order_by(FileRow.id))).all()


async def forget_owner(db: AsyncSession, owner_id: UserId) -> Sequence[str]:
    """Delete the rows of a person's files; return their keys."""
    return (await db.scalars(delete(FileRow).where(FileRow.owner_id == owner_id).returning(FileRow.key))).all()


async def forget_released(db: AsyncSession, *, before: datetime) -> Sequence[str]:
    """Delete the rows of files released before a moment; return their keys."""
    return (await db.scalars(delete(FileRow).where(FileRow.released_at < before).returning(FileRow.key))).all()


async def known_among(db: AsyncSession, keys: Collection[str]) -> frozenset[str]:
    """Tell which keys have a row."""
    return frozenset(await db.scalars(select(FileRow.key).where(FileRow.key.in_(keys))))
