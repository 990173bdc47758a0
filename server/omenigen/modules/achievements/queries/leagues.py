"""Every select over leagues. What a member has this week stands on the board of points."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.modules.achievements.models import BoardRow, LeagueRow

Db = AsyncSession | AsyncConnection

BOARD = "score"

_FORMING = 0x4F4D_4C00_0000_0000  # "OML": one worker at a time forms the leagues of a week


async def may_form(db: AsyncSession, week: str) -> bool:
    """Say whether a week has no leagues yet and nobody else forms them; hold others off until the transaction ends."""
    if not await db.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _FORMING}):
        return False
    return await db.scalar(select(LeagueRow.user_id).where(LeagueRow.week == week).limit(1)) is None


async def players_of_week(db: AsyncSession, week: str) -> Sequence[int]:
    """List who has points in a week and is shown on boards, the foremost first."""
    asked = (
        select(BoardRow.user_id)
        .where(BoardRow.board == BOARD, BoardRow.window == week, BoardRow.value > 0)
        .order_by(BoardRow.value.desc(), BoardRow.first_at, BoardRow.user_id)
    )
    return (await db.scalars(asked)).all()


async def keep(db: AsyncSession, week: str, members: Sequence[tuple[int, int]]) -> None:
    """Write the leagues of a week: pairs of league and player."""
    await db.execute(
        text(
            """
            INSERT INTO achievement_league (week, league, user_id)
            SELECT :week, league, user_id FROM unnest(CAST(:leagues AS int[]), CAST(:users AS bigint[]))
                 AS new (league, user_id)
            ON CONFLICT DO NOTHING
            """
        ),
        {"week": week, "leagues": [league for league, _ in members], "users": [user for _, user in members]},
    )


async def league_of(db: Db, week: str, user_id: int) -> int | None:
    """Find a player's league."""
    found = await db.execute(select(LeagueRow.league).where(LeagueRow.week == week, LeagueRow.user_id == user_id))
    league: int | None = found.scalar_one_or_none()
    return league


async def size_of(db: Db, week: str, league: int) -> int:
    """Count a league's members."""
    found = await db.execute(select(func.count()).where(LeagueRow.week == week, LeagueRow.league == league))
    return int(found.scalar_one())


async def places_in(db: Db, week: str, league: int) -> list[tuple[int, int, datetime]]:
    """List a league's members who have points this week, from the first: player, points, moment.

    Whoever left the boards has no row there and is not listed.
    """
    asked = (
        select(BoardRow.user_id, BoardRow.value, BoardRow.first_at)
        .join(LeagueRow, LeagueRow.user_id == BoardRow.user_id)
        .where(
            LeagueRow.week == week,
            LeagueRow.league == league,
            BoardRow.board == BOARD,
            BoardRow.window == week,
            BoardRow.value > 0,
        )
        .order_by(BoardRow.value.desc(), BoardRow.first_at, BoardRow.user_id)
    )
    return [(row[0], row[1], row[2]) for row in await db.execute(asked)]


async def points_in(db: Db, week: str, user_id: int) -> int:
    """Read what a player has in a week."""
    asked = select(BoardRow.value).where(BoardRow.board == BOARD, BoardRow.window == week, BoardRow.user_id == user_id)
    return int((await db.execute(asked)).scalar_one_or_none() or 0)


async def unsnapped(db: AsyncSession, weeks: Sequence[str]) -> list[RowMapping]:
    """List the leagues of weeks (`week`, `league`) that have no snapshot yet."""
    rows = await db.execute(
        text(
            """
            SELECT DISTINCT week, league FROM achievement_league
            WHERE week = ANY(:weeks) AND NOT EXISTS (
                SELECT 1 FROM achievement_board_snapshot AS had
                WHERE had.board = 'league:' || achievement_league.league AND had."window" = achievement_league.week)
            ORDER BY 1, 2
            """
        ),
        {"weeks": list(weeks)},
    )
    return list(rows.mappings())


async def forget(db: AsyncSession, *, taken_before: datetime) -> None:
    """Delete the members of weeks whose snapshots are old enough."""
    await db.execute(
        text(
            """
            DELETE FROM achievement_league WHERE week IN (
                SELECT "window" FROM achievement_board_snapshot
                WHERE board LIKE 'league:%' AND taken_at < :taken_before)
            """
        ),
        {"taken_before": taken_before},
    )
