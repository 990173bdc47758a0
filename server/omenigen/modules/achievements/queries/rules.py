"""Rules and types as rows, and what their walks over all players need."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.modules.achievements.models import BackfillRow, DryRunRow, RuleRow, SourceRow, TypeRow

Db = AsyncSession | AsyncConnection


async def all_types(db: AsyncSession) -> Sequence[TypeRow]:
    """Read the event types that games declared."""
    return (await db.scalars(select(TypeRow).order_by(TypeRow.id))).all()


async def all_rules(db: AsyncSession) -> Sequence[RuleRow]:
    """Read all rules that have a row."""
    return (await db.scalars(select(RuleRow).order_by(RuleRow.id))).all()


async def unvouched_sources(db: AsyncSession) -> frozenset[int]:
    """Name the games that nobody stands up for."""
    return frozenset((await db.scalars(select(SourceRow.id).where(SourceRow.vouched_at.is_(None)))).all())


async def rule_coded(db: AsyncSession, code: str) -> RuleRow | None:
    """Find a rule by its code and lock it."""
    return await db.scalar(select(RuleRow).where(RuleRow.code == code).with_for_update())


async def add_pack_rules(db: AsyncSession, rows: Sequence[tuple[str, bytes, str]], now: datetime) -> None:
    """Give the rules of the packs their rows: `(code, digest, state)`; a changed digest is a new version.

    A rule that an HTTP caller made under the same code keeps its row: it has a body.
    """
    await db.execute(
        text(
            """
            INSERT INTO achievement_rule AS kept (code, version, state, body, digest, made_at, changed_at)
            SELECT code, 1, state, NULL, digest, :now, :now
            FROM unnest(CAST(:codes AS text[]), CAST(:digests AS bytea[]), CAST(:states AS text[]))
                 AS new (code, digest, state)
            ON CONFLICT (code) DO UPDATE SET version = kept.version + 1, digest = excluded.digest, changed_at = :now
            WHERE kept.digest <> excluded.digest AND kept.body IS NULL
            """
        ),
        {
            "now": now,
            "codes": [code for code, _, _ in sorted(rows)],
            "digests": [digest for _, digest, _ in sorted(rows)],
            "states": [state for _, _, state in sorted(rows)],
        },
    )


async def players_after(db: Db, after: int, *, limit: int) -> list[int]:
    """Read the ids of the next players who ever had an event, in order."""
    rows = await db.execute(
        text("SELECT user_id FROM achievement_score WHERE user_id > :after ORDER BY user_id LIMIT :limit"),
        {"after": after, "limit": limit},
    )
    return [row[0] for row in rows]


async def mark_players_of_days(db: AsyncSession, looks: Sequence[tuple[int, int]], windows: Sequence[str]) -> int:
    """Leave due marks of rules for the players who have counters of their metrics in these windows; return how many.

    `looks`: rule and metric that it looks at.
    """
    rows = await db.execute(
        text(
            """
            INSERT INTO achievement_due (user_id, rule_id)
            SELECT DISTINCT user_id, rule_id FROM achievement_counter
            JOIN unnest(CAST(:rules AS bigint[]), CAST(:metrics AS bigint[])) AS look (rule_id, metric_id)
                USING (metric_id)
            WHERE "window" = ANY(:windows)
            RETURNING 1
            """
        ),
        {"rules": [rule for rule, _ in looks], "metrics": [metric for _, metric in looks], "windows": list(windows)},
    )
    return len(rows.all())


async def open_backfills(db: AsyncSession) -> Sequence[BackfillRow]:
    """Read the backfills that are not finished, oldest first."""
    return (
        await db.scalars(select(BackfillRow).where(BackfillRow.finished_at.is_(None)).order_by(BackfillRow.id))
    ).all()


async def take_backfill(db: AsyncSession, backfill_id: int) -> BackfillRow | None:
    """Take an unfinished backfill that nobody else is carrying right now."""
    return await db.scalar(
        select(BackfillRow)
        .where(BackfillRow.id == backfill_id, BackfillRow.finished_at.is_(None))
        .with_for_update(skip_locked=True)
    )


async def backfill_of(db: AsyncSession, rule_id: int) -> BackfillRow | None:
    """Read the newest backfill of a rule."""
    return await db.scalar(
        select(BackfillRow).where(BackfillRow.rule_id == rule_id).order_by(BackfillRow.id.desc()).limit(1)
    )


async def take_dry_run(db: AsyncSession) -> DryRunRow | None:
    """Take the oldest dry run that waits."""
    return await db.scalar(
        select(DryRunRow)
        .where(DryRunRow.state == "waiting")
        .order_by(DryRunRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def forget_dry_runs(db: AsyncSession, *, before: datetime) -> None:
    """Remove the results of old dry runs."""
    await db.execute(delete(DryRunRow).where(DryRunRow.started_at < before))


async def unlocks_of(db: Db, user: int) -> list[RowMapping]:
    """Read a player's unlocks, oldest first."""
    rows = await db.execute(
        text(
            """
            SELECT id, user_id, rule_id, rule_code, tier, n, points, at, state, disputed_why
            FROM achievement_unlock WHERE user_id = :user ORDER BY id
            """
        ),
        {"user": user},
    )
    return list(rows.mappings())


async def counted_events(db: Db, user: int, types: Sequence[str], *, newest: int) -> list[RowMapping]:
    """Read a player's newest events of some types, with all that decides whether they count."""
    rows = await db.execute(
        text(
            """
            SELECT id, type_code, amount, details, at, counts_at, trust, late FROM achievement_event
            WHERE user_id = :user AND type_code = ANY(:types) ORDER BY id DESC LIMIT :newest
            """
        ),
        {"user": user, "types": list(types), "newest": newest},
    )
    return list(rows.mappings())


async def corrected_among(db: Db, events: Sequence[int]) -> dict[int, int]:
    """Read how much was taken from (or added to) events by corrections."""
    rows = await db.execute(
        text(
            """
            SELECT event_id, CAST(sum(amount) AS bigint) FROM achievement_correction
            WHERE event_id = ANY(:events) GROUP BY event_id
            """
        ),
        {"events": list(events)},
    )
    return {row[0]: row[1] for row in rows}


async def count_players(db: Db) -> int:
    """Count the players who ever had an event."""
    return int((await db.execute(text("SELECT count(*) FROM achievement_score"))).scalar_one())
