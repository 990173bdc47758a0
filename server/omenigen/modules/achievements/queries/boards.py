"""Every select over leaderboards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.modules.achievements.models import BoardDueRow, BoardRow, BoardSnapshotRow, PlayerRow
from omenigen.modules.achievements.queries.writing import packed
from omenigen.modules.achievements.types import day_key

Db = AsyncSession | AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A player's value in one window of a board."""

    board: str
    window: str
    user_id: int
    value: int
    first_at: datetime


async def claim_due(db: AsyncSession, *, limit: int) -> dict[int, frozenset[date]]:
    """Take players, each with the days that moved, out of the queue; they come back if the transaction fails."""
    rows = await db.execute(
        text(
            """
            DELETE FROM achievement_board_due WHERE id IN (
                SELECT id FROM achievement_board_due ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
            RETURNING user_id, day
            """
        ),
        {"limit": limit},
    )
    found: dict[int, set[date]] = {}
    for user, day in rows:
        found.setdefault(user, set()).update(() if day is None else (day,))
    return {user: frozenset(found[user]) for user in sorted(found)}


async def scores_of(db: AsyncSession, users: Sequence[int]) -> dict[int, RowMapping]:
    """Read players' scores, revisions and last activity."""
    rows = await db.execute(
        text(
            """
            SELECT user_id, event_points, coalesce(achievement_points, 0) AS achievement_points, last_activity,
                   score.rev, coalesce(standing.rev, 0) AS standing_rev
            FROM achievement_score AS score LEFT JOIN achievement_standing AS standing USING (user_id)
            WHERE user_id = ANY(:users)
            """
        ),
        {"users": list(users)},
    )
    return {row["user_id"]: row for row in rows.mappings()}


async def hidden_among(db: AsyncSession, users: Sequence[int]) -> frozenset[int]:
    """Name the players who asked not to stand on boards."""
    asked = select(PlayerRow.user_id).where(PlayerRow.user_id.in_(users), PlayerRow.off_boards)
    return frozenset((await db.scalars(asked)).all())


async def day_values(
    db: AsyncSession, users: Sequence[int], metrics: Sequence[int], first: date, last: date
) -> list[tuple[int, int, date, int]]:
    """Read day counters: player, metric, day, value."""
    rows = await db.execute(
        text(
            """
            SELECT user_id, metric_id, "window", value FROM achievement_counter
            WHERE user_id = ANY(:users) AND metric_id = ANY(:metrics)
              AND "window" >= :first COLLATE "C" AND "window" <= :last COLLATE "C"
            """
        ),
        {"users": list(users), "metrics": list(metrics), "first": day_key(first), "last": day_key(last)},
    )
    return [(row[0], row[1], date.fromisoformat(row[2].removeprefix("day:")), int(row[3])) for row in rows]


async def all_values(db: AsyncSession, users: Sequence[int], metrics: Sequence[int]) -> dict[tuple[int, int], int]:
    """Read counters over all time."""
    rows = await db.execute(
        text(
            """
            SELECT user_id, metric_id, value FROM achievement_counter
            WHERE user_id = ANY(:users) AND metric_id = ANY(:metrics) AND "window" = 'all'
            """
        ),
        {"users": list(users), "metrics": list(metrics)},
    )
    return {(row[0], row[1]): int(row[2]) for row in rows}


async def place(db: AsyncSession, places: Sequence[Place]) -> list[Place]:
    """Write values that changed; return them. An unchanged value keeps the moment it was reached at."""
    rows = await db.execute(
        text(
            """
            INSERT INTO achievement_board AS kept (board, "window", user_id, value, first_at)
            SELECT new.* FROM unnest(CAST(CAST(:boards AS text) AS text[]), CAST(CAST(:windows AS text) AS text[]),
                                     CAST(CAST(:users AS text) AS bigint[]), CAST(CAST(:values AS text) AS bigint[]),
                                     CAST(CAST(:moments AS text) AS timestamptz[]))
                 AS new (board, "window", user_id, value, first_at)
            -- A conflict locks its row and writes to the log even where nothing changes: most places are left out here.
            LEFT JOIN achievement_board AS had ON had.board = new.board COLLATE "C"
                 AND had."window" = new."window" COLLATE "C" AND had.user_id = new.user_id
            WHERE had.value IS DISTINCT FROM new.value AND (new.value > 0 OR had.value IS NOT NULL)
            ON CONFLICT (board, "window", user_id) DO UPDATE SET value = excluded.value, first_at = excluded.first_at
            WHERE kept.value <> excluded.value
            RETURNING board, "window", user_id, value, first_at
            """
        ),
        {
            "boards": packed(one.board for one in places),
            "windows": packed(one.window for one in places),
            "users": packed(one.user_id for one in places),
            "values": packed(one.value for one in places),
            "moments": packed(one.first_at.isoformat() for one in places),
        },
    )
    return [Place(board=row[0], window=row[1], user_id=row[2], value=row[3], first_at=row[4]) for row in rows]


async def rows_of(
    db: Db, board: str, window: str, *, limit: int | None, offset: int = 0
) -> list[tuple[int, int, datetime]]:
    """List places from the first: player, value, moment."""
    asked = (
        select(BoardRow.user_id, BoardRow.value, BoardRow.first_at)
        .where(BoardRow.board == board, BoardRow.window == window, BoardRow.value > 0)
        .order_by(BoardRow.value.desc(), BoardRow.first_at, BoardRow.user_id)
        .offset(offset)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in await db.execute(asked)]


async def my_place(db: Db, board: str, window: str, user_id: int) -> tuple[int, int] | None:
    """Find a player's rank and value."""
    mine = (
        await db.execute(
            select(BoardRow.value, BoardRow.first_at).where(
                BoardRow.board == board, BoardRow.window == window, BoardRow.user_id == user_id, BoardRow.value > 0
            )
        )
    ).one_or_none()
    if mine is None:
        return None
    before = await db.execute(
        select(func.count()).where(
            BoardRow.board == board,
            BoardRow.window == window,
            or_(
                BoardRow.value > mine[0],
                (BoardRow.value == mine[0]) & (BoardRow.first_at < mine[1]),
                (BoardRow.value == mine[0]) & (BoardRow.first_at == mine[1]) & (BoardRow.user_id < user_id),
            ),
        )
    )
    return int(before.scalar_one()) + 1, mine[0]


async def leave(db: AsyncSession, user_id: int) -> list[tuple[str, str]]:
    """Take a player off all boards; return where they stood."""
    gone = await db.execute(
        delete(BoardRow).where(BoardRow.user_id == user_id).returning(BoardRow.board, BoardRow.window)
    )
    return [(row[0], row[1]) for row in gone]


async def mark(db: AsyncSession, user_id: int, days: Sequence[date]) -> None:
    """Have a player's places written anew, in all windows that hold one of these days."""
    await db.execute(insert(BoardDueRow).values([{"user_id": user_id, "day": day} for day in days]))


async def unsnapped(db: AsyncSession, windows: Sequence[str]) -> list[tuple[str, str]]:
    """List the boards and windows among these that have rows and no snapshot yet."""
    rows = await db.execute(
        text(
            """
            SELECT DISTINCT board, "window" FROM achievement_board
            WHERE "window" = ANY(:windows) AND NOT EXISTS (
                SELECT 1 FROM achievement_board_snapshot AS had
                WHERE had.board = achievement_board.board AND had."window" = achievement_board."window")
            ORDER BY 1, 2
            """
        ),
        {"windows": list(windows)},
    )
    return [(row[0], row[1]) for row in rows]


async def keep_snapshot(
    db: AsyncSession, *, board: str, window: str, rows: list[dict[str, Any]], digest: bytes, now: datetime
) -> None:
    """Keep the end state of a window, once."""
    await db.execute(
        insert(BoardSnapshotRow)
        .values(board=board, window=window, rows=rows, digest=digest, taken_at=now)
        .on_conflict_do_nothing()
    )


async def forget_snapped(db: AsyncSession, *, taken_before: datetime) -> None:
    """Delete the rows of windows whose snapshot is old enough."""
    old = select(BoardSnapshotRow.window).where(BoardSnapshotRow.taken_at < taken_before)
    await db.execute(delete(BoardRow).where(BoardRow.window.in_(old)))
