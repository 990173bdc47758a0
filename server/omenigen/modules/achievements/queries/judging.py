"""What the judge reads and writes, always for many players at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import RowMapping, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.modules.achievements.models import SCREEN, DueRow
from omenigen.modules.achievements.queries.writing import Mark

Db = AsyncSession | AsyncConnection

_JUDGING = 0x4F4D_4A00_0000_0000  # "OMJ": the advisory locks of judges, apart from everybody else's


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One counter row."""

    user_id: int
    metric_id: int
    window: str
    value: float


async def claim_due(db: AsyncSession, *, limit: int) -> list[Mark]:
    """Take due marks out of the queue; they come back if the transaction does not commit."""
    rows = await db.execute(
        text(
            """
            DELETE FROM achievement_due WHERE id IN (
                SELECT id FROM achievement_due ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
            RETURNING user_id, rule_id, day
            """
        ),
        {"limit": limit},
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def mark_boards(db: AsyncSession, days: Iterable[tuple[int, date]]) -> None:
    """Have the places of players written anew in the windows that hold these days."""
    marks = sorted(days)
    if marks:
        await db.execute(
            text(
                """
                INSERT INTO achievement_board_due (user_id, day)
                SELECT * FROM unnest(CAST(:users AS bigint[]), CAST(:days AS date[]))
                """
            ),
            {"users": [user for user, _ in marks], "days": [day for _, day in marks]},
        )


async def mark_screen(db: AsyncSession, user_id: int) -> None:
    """Have a player's screens written anew."""
    await db.execute(insert(DueRow).values(user_id=user_id, rule_id=SCREEN))


async def lock_players(db: AsyncSession, users: Sequence[int]) -> None:
    """Let nobody else judge these players until the transaction ends.

    Score rows are not locked for this: intake adds to them all the time and must not wait for a judge.
    """
    await db.execute(
        text(
            """
            SELECT pg_advisory_xact_lock(CAST(:base AS bigint) | user_id)
            FROM (SELECT user_id FROM unnest(CAST(:users AS bigint[])) AS user_id ORDER BY user_id) AS sorted
            """
        ),
        {"base": _JUDGING, "users": sorted(users)},
    )


async def find_zones(db: Db, users: Sequence[int]) -> dict[int, RowMapping]:
    """Read players' zones; who has none is missing."""
    rows = await db.execute(
        text("SELECT user_id, zone, zone_before, zone_since FROM achievement_player WHERE user_id = ANY(:users)"),
        {"users": list(users)},
    )
    return {row["user_id"]: row for row in rows.mappings()}


async def find_earned(db: Db, users: Sequence[int]) -> list[RowMapping]:
    """Read what players have, disputed ones included: an unlock is never taken back silently."""
    rows = await db.execute(
        text(
            """
            SELECT user_id, rule_code, tier, n, at, evidence ->> 'context' AS context
            FROM achievement_unlock WHERE user_id = ANY(:users) ORDER BY id
            """
        ),
        {"users": list(users)},
    )
    return list(rows.mappings())


async def find_counters(db: Db, keys: Sequence[tuple[int, int, str]]) -> list[Counter]:
    """Read single counter rows by player, metric and window."""
    if not keys:
        return []
    rows = await db.execute(
        text(
            """
            SELECT kept.user_id, kept.metric_id, kept."window", kept.value
            FROM unnest(CAST(:users AS bigint[]), CAST(:metrics AS bigint[]), CAST(:windows AS text[]))
                 AS asked (user_id, metric_id, "window")
            JOIN achievement_counter AS kept ON kept.user_id = asked.user_id AND kept.metric_id = asked.metric_id
                 AND kept."window" = asked."window" COLLATE "C"
            """
        ),
        _columns(keys, ("users", "metrics", "windows")),
    )
    return [Counter(user_id=row[0], metric_id=row[1], window=row[2], value=row[3]) for row in rows]


async def find_ranges(db: Db, ranges: Sequence[tuple[int, int, str, str]]) -> list[Counter]:
    """Read counter rows by player, metric and a range of windows, both ends included."""
    if not ranges:
        return []
    rows = await db.execute(
        text(
            """
            SELECT kept.user_id, kept.metric_id, kept."window", kept.value
            FROM unnest(CAST(:users AS bigint[]), CAST(:metrics AS bigint[]), CAST(:lows AS text[]),
                        CAST(:highs AS text[])) AS asked (user_id, metric_id, low, high)
            JOIN achievement_counter AS kept ON kept.user_id = asked.user_id AND kept.metric_id = asked.metric_id
                 AND kept."window" >= asked.low COLLATE "C" AND kept."window" <= asked.high COLLATE "C"
            """
        ),
        _columns(ranges, ("users", "metrics", "lows", "highs")),
    )
    return [Counter(user_id=row[0], metric_id=row[1], window=row[2], value=row[3]) for row in rows]


async def find_members(db: Db, pairs: Sequence[tuple[int, int]]) -> list[RowMapping]:
    """Read the values that distinct metrics have met, for all time."""
    if not pairs:
        return []
    rows = await db.execute(
        text(
            """
            SELECT kept.user_id, kept.metric_id, kept.value
            FROM unnest(CAST(:users AS bigint[]), CAST(:metrics AS bigint[])) AS asked (user_id, metric_id)
            JOIN achievement_member AS kept USING (user_id, metric_id)
            WHERE kept."window" = 'all'
            """
        ),
        _columns(pairs, ("users", "metrics")),
    )
    return list(rows.mappings())


async def find_runs(db: Db, laws: Sequence[tuple[int, int, str]]) -> list[RowMapping]:
    """Read the settled part of runs by player, metric and law."""
    if not laws:
        return []
    rows = await db.execute(
        text(
            """
            SELECT kept.user_id, kept.metric_id, kept.law, kept.count, kept.best, kept.last_day, kept.freezes
            FROM unnest(CAST(:users AS bigint[]), CAST(:metrics AS bigint[]), CAST(:laws AS text[]))
                 AS asked (user_id, metric_id, law)
            JOIN achievement_streak AS kept USING (user_id, metric_id, law)
            """
        ),
        _columns(laws, ("users", "metrics", "laws")),
    )
    return list(rows.mappings())


async def save_runs(db: AsyncSession, rows: Sequence[tuple[int, int, str, int, int, date, int]]) -> None:
    """Keep the settled part of runs."""
    if not rows:
        return
    await db.execute(
        text(
            """
            INSERT INTO achievement_streak (user_id, metric_id, law, count, best, last_day, freezes)
            SELECT * FROM unnest(CAST(:users AS bigint[]), CAST(:metrics AS bigint[]), CAST(:laws AS text[]),
                CAST(:counts AS int[]), CAST(:bests AS int[]), CAST(:days AS date[]), CAST(:freezes AS int[]))
            ON CONFLICT (user_id, metric_id, law) DO UPDATE SET count = excluded.count, best = excluded.best,
                last_day = excluded.last_day, freezes = excluded.freezes
            """
        ),
        _columns(sorted(rows), ("users", "metrics", "laws", "counts", "bests", "days", "freezes")),
    )


async def find_happened(db: Db, users: Sequence[int], types: Sequence[str], *, newest: int | None) -> list[RowMapping]:
    """Read players' events of some types: among their `newest` events of any type, or all of them."""
    if not users or not types:
        return []
    rows = await db.execute(
        text(
            """
            SELECT recent.* FROM unnest(CAST(:users AS bigint[])) AS asked (user_id), LATERAL (
                SELECT id, user_id, type_code, counts_at, trust FROM (
                    SELECT id, user_id, type_code, counts_at, trust FROM achievement_event AS one
                    WHERE one.user_id = asked.user_id ORDER BY id DESC LIMIT :newest) AS newest
                WHERE type_code = ANY(:types)) AS recent
            """
        ),
        {"users": list(users), "types": list(types), "newest": newest},
    )
    return list(rows.mappings())


async def find_happened_since(db: Db, users: Sequence[int], types: Sequence[str], since: datetime) -> list[RowMapping]:
    """Read players' events of some types that count from a moment on, however many others there were."""
    rows = await db.execute(
        text(
            """
            SELECT id, user_id, type_code, counts_at, trust FROM achievement_event
            WHERE user_id = ANY(:users) AND type_code = ANY(:types) AND counts_at >= :since
            """
        ),
        {"users": list(users), "types": list(types), "since": since},
    )
    return list(rows.mappings())


async def find_evidence(
    db: Db, asked: Sequence[tuple[int, Sequence[str]]], *, newest: int, open_types: Sequence[str]
) -> dict[int, list[RowMapping]]:
    """Read the newest events of each player that an unlock may rest on; a client's word is enough for `open_types`."""
    rows = await db.execute(
        text(
            """
            SELECT recent.* FROM unnest(CAST(:users AS bigint[]), CAST(:types AS text[])) AS asked (user_id, types),
            LATERAL (
                SELECT id, user_id, source_id, counts_at FROM achievement_event AS one
                WHERE one.user_id = asked.user_id AND one.type_code = ANY(string_to_array(asked.types, ','))
                  AND (one.trust <> 'client' OR one.type_code = ANY(:open_types))
                ORDER BY id DESC LIMIT :newest) AS recent
            """
        ),
        {
            "users": [user for user, _ in asked],
            "types": [",".join(types) for _, types in asked],
            "newest": newest,
            "open_types": list(open_types),
        },
    )
    found: dict[int, list[RowMapping]] = {}
    for row in rows.mappings():
        found.setdefault(row["user_id"], []).append(row)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnlock:
    """An unlock to write."""

    user_id: int
    rule_id: int
    rule_code: str
    rule_version: int
    tier: int
    n: int
    points: int
    evidence: Mapping[str, Any]  # Any: JSON
    source_id: int | None


async def insert_unlocks(db: AsyncSession, unlocks: Sequence[NewUnlock], now: datetime) -> list[RowMapping]:
    """Write unlocks; return those that were not there before, the only ones that may be paid."""
    if not unlocks:
        return []
    ordered = sorted(unlocks, key=lambda one: (one.user_id, one.rule_id, one.tier, one.n))
    rows = await db.execute(
        text(
            """
            INSERT INTO achievement_unlock
                (user_id, rule_id, rule_code, rule_version, tier, n, points, at, evidence, source_id, state)
            SELECT new.user_id, new.rule_id, new.rule_code, new.rule_version, new.tier, new.n, new.points, :now,
                   CAST(new.evidence AS jsonb), new.source_id, 'granted'
            FROM unnest(CAST(:users AS bigint[]), CAST(:rules AS bigint[]), CAST(:codes AS text[]),
                        CAST(:versions AS int[]), CAST(:tiers AS int[]), CAST(:ns AS int[]), CAST(:points AS int[]),
                        CAST(:evidence AS text[]), CAST(:sources AS bigint[]))
                 AS new (user_id, rule_id, rule_code, rule_version, tier, n, points, evidence, source_id)
            ON CONFLICT (user_id, rule_id, tier, n) DO NOTHING
            RETURNING id, user_id, rule_id, rule_code, tier, n, points, at, source_id, state
            """
        ),
        {
            "now": now,
            "users": [one.user_id for one in ordered],
            "rules": [one.rule_id for one in ordered],
            "codes": [one.rule_code for one in ordered],
            "versions": [one.rule_version for one in ordered],
            "tiers": [one.tier for one in ordered],
            "ns": [one.n for one in ordered],
            "points": [one.points for one in ordered],
            "evidence": [_json(one.evidence) for one in ordered],
            "sources": [one.source_id for one in ordered],
        },
    )
    return list(rows.mappings())


async def pay(db: AsyncSession, paid: Mapping[int, tuple[int, int]]) -> None:
    """Add achievement points and counts to players' standings: `{user: (points, achievements)}`."""
    if not paid:
        return
    users = sorted(paid)
    await db.execute(
        text(
            """
            INSERT INTO achievement_standing AS kept (user_id, achievement_points, achievements_count)
            SELECT * FROM unnest(CAST(:users AS bigint[]), CAST(:points AS bigint[]), CAST(:counts AS int[]))
            ON CONFLICT (user_id) DO UPDATE SET
                achievement_points = kept.achievement_points + excluded.achievement_points,
                achievements_count = kept.achievements_count + excluded.achievements_count, rev = kept.rev + 1
            """
        ),
        {
            "users": users,
            "points": [paid[user][0] for user in users],
            "counts": [paid[user][1] for user in users],
        },
    )
    await db.execute(
        text("INSERT INTO achievement_board_due (user_id) SELECT unnest(CAST(:users AS bigint[]))"), {"users": users}
    )


async def find_scores(db: Db, users: Sequence[int]) -> dict[int, RowMapping]:
    """Read players' scores; who has none is missing."""
    rows = await db.execute(
        text(
            """
            SELECT user_id, event_points, coalesce(achievement_points, 0) AS achievement_points,
                   coalesce(achievements_count, 0) AS achievements_count, coalesce(level, 1) AS level, last_activity
            FROM achievement_score LEFT JOIN achievement_standing USING (user_id) WHERE user_id = ANY(:users)
            """
        ),
        {"users": list(users)},
    )
    return {row["user_id"]: row for row in rows.mappings()}


async def save_levels(db: AsyncSession, levels: Mapping[int, int]) -> None:
    """Remember the level that each player was told of."""
    if not levels:
        return
    users = sorted(levels)
    await db.execute(
        text(
            """
            INSERT INTO achievement_standing AS kept (user_id, level)
            SELECT * FROM unnest(CAST(:users AS bigint[]), CAST(:levels AS int[]))
            ON CONFLICT (user_id) DO UPDATE SET level = excluded.level, rev = kept.rev + 1
            """
        ),
        {"users": users, "levels": [levels[user] for user in users]},
    )


async def find_counts(db: Db, users: Sequence[int], metrics: Mapping[int, str]) -> dict[int, dict[str, int]]:
    """Read all-time counters of some metrics, by player and the event type that `metrics` names for each."""
    rows = await db.execute(
        text(
            """
            SELECT user_id, metric_id, value FROM achievement_counter
            WHERE user_id = ANY(:users) AND metric_id = ANY(:metrics) AND "window" = 'all'
            """
        ),
        {"users": list(users), "metrics": list(metrics)},
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        by_type, code = found.setdefault(row[0], {}), metrics[row[1]]
        by_type[code] = by_type.get(code, 0) + int(row[2])
    return found


async def newest_of_players(db: Db, users: Sequence[int], *, newest: int) -> list[RowMapping]:
    """Read each player's newest events, newest first, with the name of the game that told of them."""
    rows = await db.execute(
        text(
            """
            SELECT recent.*, source.name AS source
            FROM unnest(CAST(:users AS bigint[])) AS asked (user_id), LATERAL (
                SELECT id, user_id, source_id, type_code, amount, points, counts_at FROM achievement_event AS one
                WHERE one.user_id = asked.user_id ORDER BY id DESC LIMIT :newest) AS recent
            LEFT JOIN achievement_source AS source ON source.id = recent.source_id
            ORDER BY recent.user_id, recent.id DESC
            """
        ),
        {"users": list(users), "newest": newest},
    )
    return list(rows.mappings())


async def sources_of_newest(db: Db, users: Sequence[int], *, newest: int) -> set[int]:
    """Name the games that told of players' newest events."""
    rows = await db.execute(
        text(
            """
            SELECT DISTINCT recent.source_id
            FROM unnest(CAST(:users AS bigint[])) AS asked (user_id), LATERAL (
                SELECT source_id FROM achievement_event AS one
                WHERE one.user_id = asked.user_id ORDER BY id DESC LIMIT :newest) AS recent
            """
        ),
        {"users": list(users), "newest": newest},
    )
    return {row[0] for row in rows}


async def newest_of_sources(db: Db, sources: Sequence[int], *, newest: int) -> list[RowMapping]:
    """Read each game's newest events, newest first."""
    rows = await db.execute(
        text(
            """
            SELECT recent.*, source.name AS source
            FROM unnest(CAST(:sources AS bigint[])) AS asked (source_id), LATERAL (
                SELECT id, user_id, source_id, type_code, amount, points, counts_at FROM achievement_event AS one
                WHERE one.source_id = asked.source_id ORDER BY id DESC LIMIT :newest) AS recent
            LEFT JOIN achievement_source AS source ON source.id = recent.source_id
            ORDER BY recent.source_id, recent.id DESC
            """
        ),
        {"sources": list(sources), "newest": newest},
    )
    return list(rows.mappings())


def _columns(rows: Sequence[tuple[Any, ...]], names: tuple[str, ...]) -> dict[str, list[Any]]:  # Any: bind values
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _json(value: Mapping[str, Any]) -> str:  # Any: JSON
    return orjson.dumps(value).decode()
