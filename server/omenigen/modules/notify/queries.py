"""Every select over notices."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.kit.ids import NoticeId, UserId
from omenigen.modules.notify.models import NoticeRow
from omenigen.modules.notify.types import NewNotice, NoticeKind

Db = AsyncSession | AsyncConnection


async def lock_reader(db: AsyncSession, user_id: UserId) -> None:
    """Let one transaction at a time write a player's notices, so that the unread count it tells is true."""
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("notify", user_id))))


async def insert_once(db: AsyncSession, notice: NewNotice, *, now: datetime) -> NoticeRow | None:
    """Insert a notice; None where its key was told before."""
    row = {
        "user_id": notice.user_id,
        "kind": notice.kind.value,
        "params": notice.params,
        "key": notice.key,
        "made_at": now,
    }
    found = await db.scalars(
        insert(NoticeRow).values(row).on_conflict_do_nothing(index_elements=["user_id", "key"]).returning(NoticeRow)
    )
    return found.one_or_none()


async def newest_of_kind(db: AsyncSession, user_id: UserId, kind: NoticeKind) -> NoticeRow | None:
    """Find a player's newest notice of one kind."""
    found = await db.scalars(
        select(NoticeRow)
        .where(NoticeRow.user_id == user_id, NoticeRow.kind == kind.value)
        .order_by(NoticeRow.id.desc())
        .limit(1)
    )
    return found.one_or_none()


async def is_told(db: AsyncSession, user_id: UserId, key: str) -> bool:
    """Say whether a notice with this key exists."""
    found = await db.scalar(select(NoticeRow.id).where(NoticeRow.user_id == user_id, NoticeRow.key == key))
    return found is not None


async def page_before(
    db: AsyncSession, user_id: UserId, before: NoticeId | None, *, limit: int | None
) -> Sequence[NoticeRow]:
    """List a player's notices from the newest, or from before an id."""
    asked = select(NoticeRow).where(NoticeRow.user_id == user_id)
    if before is not None:
        asked = asked.where(NoticeRow.id < before)
    return (await db.scalars(asked.order_by(NoticeRow.id.desc()).limit(limit))).all()


async def newest(db: AsyncSession, user_id: UserId, *, limit: int) -> Sequence[NoticeRow]:
    """List a player's newest notices."""
    return await page_before(db, user_id, None, limit=limit)


async def id_at_place(db: AsyncSession, user_id: UserId, place: int) -> NoticeId | None:
    """Find the id of the notice at a place from the newest, counting from 0."""
    asked = select(NoticeRow.id).where(NoticeRow.user_id == user_id).order_by(NoticeRow.id.desc())
    found = await db.scalar(asked.offset(place).limit(1))
    return None if found is None else NoticeId(found)


async def count_unread(db: AsyncSession, user_id: UserId) -> int:
    """Count a player's unread notices."""
    asked = select(func.count()).select_from(NoticeRow).where(NoticeRow.user_id == user_id, NoticeRow.read_at.is_(None))
    return await db.scalar(asked) or 0


async def mark_read(db: AsyncSession, user_id: UserId, up_to: NoticeId, *, now: datetime) -> int:
    """Mark a player's notices up to an id as read; return how many became so."""
    marked = await db.scalars(
        update(NoticeRow)
        .where(NoticeRow.user_id == user_id, NoticeRow.id <= up_to, NoticeRow.read_at.is_(None))
        .values(read_at=now)
        .returning(NoticeRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(marked.all())


async def readers_of_old(db: AsyncSession, older_than: datetime, *, limit: int) -> Sequence[UserId]:
    """List players that hold notices made before a moment, in order of id."""
    asked = select(NoticeRow.user_id).where(NoticeRow.made_at < older_than).distinct()
    return [UserId(one) for one in await db.scalars(asked.order_by(NoticeRow.user_id).limit(limit))]


async def delete_old(db: AsyncSession, user_id: UserId, older_than: datetime) -> Sequence[NoticeId]:
    """Delete a player's notices made before a moment; return their ids."""
    gone = await db.scalars(
        delete(NoticeRow)
        .where(NoticeRow.user_id == user_id, NoticeRow.made_at < older_than)
        .returning(NoticeRow.id)
        .execution_options(synchronize_session=False)
    )
    return [NoticeId(one) for one in gone]


async def delete_all(db: AsyncSession, user_id: UserId) -> Sequence[NoticeId]:
    """Delete all notices of a player; return their ids."""
    gone = await db.scalars(
        delete(NoticeRow)
        .where(NoticeRow.user_id == user_id)
        .returning(NoticeRow.id)
        .execution_options(synchronize_session=False)
    )
    return [NoticeId(one) for one in gone]
