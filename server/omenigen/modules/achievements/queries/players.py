"""Every select over what players have done and have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.modules.achievements.models import (
    BoardDueRow,
    BoardRow,
    CorrectionRow,
    CounterRow,
    DueRow,
    EventRow,
    LeagueRow,
    LinkCodeRow,
    LinkRow,
    MemberRow,
    PlayerRow,
    ScoreRow,
    StandingRow,
    StreakRow,
    UnlockRow,
)
from omenigen.modules.achievements.types import UnlockState

Db = AsyncSession | AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFound:
    """An event as lists show it."""

    id: int
    user_id: int
    type_code: str
    details: Mapping[str, Any] | None  # Any: JSON
    received_at: datetime
    event_id: UUID
    amount: int
    points: int
    late: bool
    source_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFound:
    """A player's score; the revisions move with each change, 0 where nothing has happened yet."""

    user_id: int
    event_points: int = 0
    achievement_points: int = 0
    achievements_count: int = 0
    last_activity: datetime | None = None
    rev: int = 0
    standing_rev: int = 0

    @property
    def revs(self) -> tuple[int, int]:
        """Both revisions: of what happened, and of what was recognised."""
        return self.rev, self.standing_rev


_EVENT_COLUMNS = tuple(
    EventRow.__table__.c[name]
    for name in (
        "id", "user_id", "type_code", "details", "received_at", "event_id", "amount", "points", "late", "source_id",
    )
)  # fmt: skip


async def events_of(
    db: Db, user_id: int, *, limit: int, before: int | None = None, sources: frozenset[int] | None = None
) -> list[EventFound]:
    """List a player's events, newest first; `sources` narrows them to those of some games."""
    asked = select(*_EVENT_COLUMNS).where(EventRow.user_id == user_id)
    if before is not None:
        asked = asked.where(EventRow.id < before)
    if sources is not None:
        asked = asked.where(EventRow.source_id.in_(sources))
    found = await db.execute(asked.order_by(EventRow.id.desc()).limit(limit))
    return [EventFound(**row) for row in found.mappings()]


async def score_of(db: Db, user_id: int) -> ScoreFound:
    """Read a player's score and standing."""
    score, standing = ScoreRow.__table__.c, StandingRow.__table__.c
    found = await db.execute(
        select(
            score.user_id,
            score.event_points,
            func.coalesce(standing.achievement_points, 0).label("achievement_points"),
            func.coalesce(standing.achievements_count, 0).label("achievements_count"),
            score.last_activity,
            score.rev,
            func.coalesce(standing.rev, 0).label("standing_rev"),
        )
        .select_from(ScoreRow.__table__.outerjoin(StandingRow.__table__, score.user_id == standing.user_id))
        .where(score.user_id == user_id)
    )
    row = found.mappings().one_or_none()
    return ScoreFound(user_id=user_id) if row is None else ScoreFound(**row)


async def counters_of(db: Db, user_id: int, metric_ids: Sequence[int], window: str) -> dict[int, int]:
    """Read some of a player's counters in one window."""
    found = await db.execute(
        select(CounterRow.metric_id, CounterRow.value).where(
            CounterRow.user_id == user_id, CounterRow.metric_id.in_(metric_ids), CounterRow.window == window
        )
    )
    return {row[0]: int(row[1]) for row in found}


async def counters_between(
    db: Db, user_id: int, metric_ids: Sequence[int], first: str, last: str
) -> list[tuple[int, str, int]]:
    """Read some of a player's counters in a range of windows of one kind, ends included."""
    found = await db.execute(
        select(CounterRow.metric_id, CounterRow.window, CounterRow.value).where(
            CounterRow.user_id == user_id,
            CounterRow.metric_id.in_(metric_ids),
            CounterRow.window >= first,
            CounterRow.window <= last,
        )
    )
    return [(row[0], row[1], int(row[2])) for row in found]


async def unlocks_of(db: Db, user_id: int) -> Sequence[UnlockRow]:
    """List what a player has earned, newest first."""
    table = UnlockRow.__table__
    found = await db.execute(select(table).where(table.c.user_id == user_id).order_by(table.c.id.desc()))
    return [UnlockRow(**row) for row in found.mappings()]


async def unlock_rows(db: AsyncSession, user_ids: Sequence[int]) -> Sequence[RowMapping]:
    """Read the unlocks of players, oldest first."""
    table = UnlockRow.__table__
    found = await db.execute(select(table).where(table.c.user_id.in_(user_ids)).order_by(table.c.id))
    return found.mappings().all()


async def event_taken(db: AsyncSession, event_id: int) -> EventRow | None:
    """Take an event's row, so that it is corrected by one writer at a time."""
    return await db.scalar(select(EventRow).where(EventRow.id == event_id).with_for_update())


async def corrected(db: AsyncSession, event_id: int) -> tuple[int, int]:
    """Add up the corrections that an event has had: steps of amount and points."""
    row = (
        await db.execute(
            select(
                func.coalesce(func.sum(CorrectionRow.amount), 0), func.coalesce(func.sum(CorrectionRow.points), 0)
            ).where(CorrectionRow.event_id == event_id)
        )
    ).one()
    return int(row[0]), int(row[1])


async def valid_details(
    db: AsyncSession, user_id: int, type_code: str
) -> list[tuple[Mapping[str, Any], datetime, date, str]]:
    """List details, moments, days and trust of a player's events of one type that no correction took away."""
    gone = (
        select(CorrectionRow.event_id)
        .join(EventRow, EventRow.id == CorrectionRow.event_id)
        .where(EventRow.user_id == user_id, EventRow.type_code == type_code)
        .group_by(CorrectionRow.event_id, EventRow.amount)
        .having(func.sum(CorrectionRow.amount) + EventRow.amount == 0)
    )
    found = await db.execute(
        select(EventRow.details, EventRow.counts_at, EventRow.day, EventRow.trust).where(
            EventRow.user_id == user_id,
            EventRow.type_code == type_code,
            EventRow.details.is_not(None),
            EventRow.id.not_in(gone),
        )
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]


async def granted_by(db: AsyncSession, user_id: int, codes: Sequence[str]) -> Sequence[UnlockRow]:
    """List a player's undisputed unlocks of some rules, taking their rows."""
    asked = select(UnlockRow).where(
        UnlockRow.user_id == user_id, UnlockRow.rule_code.in_(codes), UnlockRow.state == UnlockState.GRANTED.value
    )
    return (await db.scalars(asked.order_by(UnlockRow.id).with_for_update())).all()


async def dispute(db: AsyncSession, unlock_ids: Sequence[int], *, why: str) -> Sequence[RowMapping]:
    """Put unlocks in doubt; return their rows."""
    found = await db.execute(
        update(UnlockRow)
        .where(UnlockRow.id.in_(unlock_ids))
        .values(state=UnlockState.DISPUTED.value, disputed_why=why)
        .returning(*UnlockRow.__table__.c)
        .execution_options(synchronize_session=False)
    )
    return found.mappings().all()


async def export_of(db: AsyncSession, user_id: int) -> dict[str, Sequence[Any]]:
    """Read everything that is kept of a player: events, counters, unlocks with evidence, runs."""
    tables = {
        "events": EventRow.__table__,
        "unlocks": UnlockRow.__table__,
        "streaks": StreakRow.__table__,
        "scores": ScoreRow.__table__,
        "standings": StandingRow.__table__,
        "boards": BoardRow.__table__,
    }
    return {
        name: [dict(row) for row in (await db.execute(select(table).where(table.c.user_id == user_id))).mappings()]
        for name, table in tables.items()
    }


async def forget_player(db: AsyncSession, user_id: int) -> None:
    """Delete everything that is kept of a player."""
    for model in (
        DueRow, BoardDueRow, BoardRow, UnlockRow, StreakRow, MemberRow, CounterRow, ScoreRow, StandingRow, LinkRow,
        LinkCodeRow, LeagueRow, PlayerRow,
    ):  # fmt: skip
        await db.execute(delete(model).where(model.user_id == user_id))
    events = select(EventRow.id).where(EventRow.user_id == user_id)
    await db.execute(delete(CorrectionRow).where(CorrectionRow.event_id.in_(events)))
    await db.execute(delete(EventRow).where(EventRow.user_id == user_id))


async def forget_events(db: AsyncSession, *, received_before: datetime, limit: int) -> int:
    """Delete the oldest raw events; counters, scores and unlocks stay."""
    oldest = select(EventRow.id).where(EventRow.received_at < received_before).limit(limit)
    gone = await db.execute(delete(EventRow).where(EventRow.id.in_(oldest)).returning(EventRow.id))
    return len(gone.all())
