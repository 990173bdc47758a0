"""Keeping the log small: a patch that a later one of its key has replaced tells nobody anything."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock

COMPACT_AFTER = timedelta(hours=1)
KEEP_FOR = timedelta(days=30)
KEEP_NEWEST = 10_000
CLOSED_FOR = timedelta(hours=24)

_COMPACT = text("""
DELETE FROM live_patches AS old
WHERE old.made_at < :before AND EXISTS (
    SELECT 1 FROM live_patches AS later
    WHERE later.stream_id = old.stream_id AND later.key = old.key AND later.version > old.version
)
""")

# The stream rows are locked in the order of their names, as every writer does.
_TRIM = text("""
WITH aged AS (
    SELECT stream_id, max(version) AS version FROM live_patches WHERE made_at < :before GROUP BY stream_id
), crowded AS (
    SELECT stream_id, version FROM (
        SELECT stream_id, version, row_number() OVER (PARTITION BY stream_id ORDER BY version DESC) AS place
        FROM live_patches WHERE stream_id IN (
            SELECT stream_id FROM live_patches GROUP BY stream_id HAVING count(*) > :most
        )
    ) AS numbered WHERE place = :most + 1
), floors AS (
    SELECT stream_id, max(version) AS floor FROM (SELECT * FROM aged UNION ALL SELECT * FROM crowded) AS both_reasons
    GROUP BY stream_id
), locked AS (
    SELECT live_streams.id, floors.floor FROM live_streams JOIN floors ON floors.stream_id = live_streams.id
    ORDER BY live_streams.name FOR UPDATE OF live_streams
), raised AS (
    UPDATE live_streams SET floor = greatest(live_streams.floor, locked.floor)
    FROM locked WHERE live_streams.id = locked.id
)
DELETE FROM live_patches USING locked
WHERE live_patches.stream_id = locked.id AND live_patches.version <= locked.floor
""")

_REMOVE_CLOSED = text("DELETE FROM live_streams WHERE closed_at < :before")


async def compact(session: AsyncSession, clock: Clock, *, after: timedelta = COMPACT_AFTER) -> int:
    """Delete patches older than `after` whose key has a later patch; no follower can tell. Return how many."""
    result = await session.execute(_COMPACT, {"before": clock.now() - after})
    return int(result.rowcount)  # type: ignore[attr-defined] # a DELETE's result is a CursorResult


async def trim(
    session: AsyncSession, clock: Clock, *, keep_for: timedelta = KEEP_FOR, keep_newest: int = KEEP_NEWEST
) -> int:
    """Delete patches by age and number and raise each stream's `floor` to the highest gone; return how many."""
    result = await session.execute(_TRIM, {"before": clock.now() - keep_for, "most": keep_newest})
    return int(result.rowcount)  # type: ignore[attr-defined] # a DELETE's result is a CursorResult


async def remove_closed(session: AsyncSession, clock: Clock) -> None:
    """Delete streams (with their log) whose object ended more than a day ago."""
    await session.execute(_REMOVE_CLOSED, {"before": clock.now() - CLOSED_FOR})
