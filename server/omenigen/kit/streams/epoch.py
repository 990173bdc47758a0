"""The epoch: which life of the database versions belong to. A restore begins a new one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock
from omenigen.kit.ids import new_uuid
from omenigen.kit.streams.models import LiveEpoch


async def current_epoch(session: AsyncSession) -> UUID | None:
    """Return the epoch, or None in a database where nothing has been written yet."""
    return await session.scalar(select(LiveEpoch.epoch))


async def ensure_epoch(session: AsyncSession, *, now: datetime) -> UUID:
    """Return the epoch; begin the first one where there is none."""
    if (known := await current_epoch(session)) is not None:
        return known
    first = insert(LiveEpoch).values(id=1, epoch=new_uuid(), since=now, reason="first")
    await session.execute(first.on_conflict_do_nothing())
    known = await current_epoch(session)
    assert known is not None, "the row has just been written, by us or by who was quicker"
    return known


async def new_epoch(session: AsyncSession, reason: str, *, clock: Clock, known: UUID | None = None) -> UUID:
    """Begin a new epoch, so that every device throws its copy away and loads anew; return the one that holds now.

    With `known` it is compare-and-set: of N nodes that notice the same thing, one begins it and the others follow.
    """
    now = clock.now()
    await ensure_epoch(session, now=now)
    change = update(LiveEpoch).values(epoch=new_uuid(), since=now, reason=reason)
    if known is not None:
        change = change.where(LiveEpoch.epoch == known)
    await session.execute(change)
    return await ensure_epoch(session, now=now)
