"""The statements of intake's one transaction, by asyncpg.

SQLAlchemy's session costs 1.5–1.9 ms a unit of work, which is the whole budget of a single event (see
bench/achievements). Every statement takes its rows sorted by key, so that two batches lock in one order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from asyncpg import Connection, Record

# Ids follow the order of arrival, insertion the order of keys: lists stay true, and two batches that hold the same
# events wait for each other in one direction only. Two arrays come back, not a record for every row.
_INSERT_EVENTS = """
WITH told AS MATERIALIZED (
    SELECT nextval('achievement_event_id_seq') AS id, *
    FROM unnest($1::text::bigint[], $2::text::uuid[], $3::text::bigint[], $4::text::text[], $5::text::bigint[],
                $6::text::bigint[], $7::text[], $8::text::timestamptz[], $9::text::timestamptz[], $10::text::date[],
                $11::text::text[], $12::text::bool[], $13::text::bigint[])
         WITH ORDINALITY
         AS told (source_id, event_id, user_id, type_code, amount, points, details, at, counts_at, day, trust, late,
                  content, place)
), kept AS (
    INSERT INTO achievement_event (id, source_id, event_id, user_id, type_code, amount, points, details, at, counts_at,
                                   received_at, day, trust, late, content)
    SELECT id, source_id, event_id, user_id, type_code, amount, points, details::jsonb, at, counts_at, $14, day, trust,
           late, content
    FROM told ORDER BY source_id, event_id
    ON CONFLICT (source_id, event_id) DO NOTHING
    RETURNING id
)
SELECT array_agg(place), array_agg(id) FROM kept JOIN told USING (id)
"""

_FIND_EVENTS = """
SELECT id, source_id, event_id, user_id, type_code, amount, points, details::text AS details, received_at, late, content
FROM achievement_event
JOIN unnest($1::bigint[], $2::uuid[]) AS asked (source_id, event_id) USING (source_id, event_id)
"""

_ADD = """
WITH changed AS (
    INSERT INTO achievement_counter AS kept (user_id, metric_id, "window", value)
    SELECT * FROM unnest($1::text::bigint[], $2::text::bigint[], $3::text::text[], $4::text::float8[])
    ON CONFLICT (user_id, metric_id, "window") DO UPDATE SET value = kept.value + excluded.value
    RETURNING value
)
SELECT array_agg(value) FROM changed
"""

_RAISE = _ADD.replace("kept.value + excluded.value", "greatest(kept.value, excluded.value)")
_LOWER = _ADD.replace("kept.value + excluded.value", "least(kept.value, excluded.value)")

_RAISE_STAMPS = """
INSERT INTO achievement_counter AS kept (user_id, metric_id, "window", value)
SELECT * FROM unnest($1::text::bigint[], $2::text::bigint[], $3::text::text[], $4::text::float8[])
ON CONFLICT (user_id, metric_id, "window") DO UPDATE SET value = excluded.value WHERE excluded.value >= kept.value
RETURNING user_id, metric_id, "window"
"""
_SET = _ADD.replace("kept.value + excluded.value", "excluded.value")

_MEET = """
INSERT INTO achievement_member AS kept (user_id, metric_id, "window", value, first_event)
SELECT user_id, metric_id, "window", value, first_event
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[])
     AS met (user_id, metric_id, "window", value, first_event)
WHERE (SELECT count(*) FROM achievement_member AS had
       WHERE had.user_id = met.user_id AND had.metric_id = met.metric_id AND had."window" = met."window") < $6
ON CONFLICT DO NOTHING
RETURNING user_id, metric_id, "window"
"""

_SCORE_AND_MARKS = """
WITH due AS (
    INSERT INTO achievement_due (user_id, rule_id, day)
    SELECT * FROM unnest($4::text::bigint[], $5::text::bigint[], $6::text::date[])
)
INSERT INTO achievement_score AS kept (user_id, event_points, last_activity)
SELECT * FROM unnest($1::text::bigint[], $2::text::bigint[], $3::text::timestamptz[])
ON CONFLICT (user_id) DO UPDATE SET event_points = kept.event_points + excluded.event_points,
    last_activity = greatest(kept.last_activity, excluded.last_activity), rev = kept.rev + 1
RETURNING user_id, rev
"""

_LOCK_DAY = """
INSERT INTO achievement_counter (user_id, metric_id, "window", value)
SELECT user_id, $2, "window", 0 FROM unnest($1::bigint[], $3::text[]) AS asked (user_id, "window")
ON CONFLICT (user_id, metric_id, "window") DO UPDATE SET value = achievement_counter.value
RETURNING user_id, "window", value
"""

_CLIP = """
UPDATE achievement_event SET points = new.points FROM unnest($1::bigint[], $2::bigint[]) AS new (id, points)
WHERE achievement_event.id = new.id
"""


_FORGET = """
DELETE FROM achievement_counter USING
    unnest($1::bigint[], $2::bigint[], $3::text[]) AS gone (user_id, metric_id, "window")
WHERE achievement_counter.user_id = gone.user_id AND achievement_counter.metric_id = gone.metric_id
  AND achievement_counter."window" = gone."window" COLLATE "C"
"""

_FORGET_MEMBERS = """
DELETE FROM achievement_member
USING unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS gone (user_id, metric_id, "window", value)
WHERE achievement_member.user_id = gone.user_id AND achievement_member.metric_id = gone.metric_id
  AND achievement_member."window" = gone."window" COLLATE "C" AND achievement_member.value = gone.value COLLATE "C"
"""

_FORGET_RUNS = "DELETE FROM achievement_streak WHERE user_id = $1 AND metric_id = ANY($2::bigint[])"


@dataclass(slots=True, kw_only=True)
class NewEvent:
    """An event that was looked over and waits for its transaction.

    `points` are what it earns; `worth` what it would without the daily cap. `content` as in the table.
    """

    source_id: int
    event_id: UUID
    user_id: int
    type_code: str
    amount: int
    points: int
    details: str | None
    at: datetime
    counts_at: datetime
    day: date
    trust: str
    late: bool
    content: int
    worth: int = 0
    fields: Mapping[str, Any] | None = None  # Any: JSON
    self_reported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent:
    """An event that stands in the table."""

    id: int
    source_id: int
    event_id: UUID
    user_id: int
    type_code: str
    amount: int
    points: int
    details: str | None
    received_at: datetime
    late: bool
    content: int


Driver: TypeAlias = "Connection[Record]"
"""A connection as asyncpg itself gives it; generic for type checkers only."""

Mark = tuple[int, int, date | None]
"""Player, rule, and with `SCREEN` the day that moved."""

EventKey = tuple[int, int]
"""Game, and the event's id as a number: a UUID's own hash is slow."""

CounterKey = tuple[int, int, str]
"""Player, metric, window."""


def packed(values: Iterable[object]) -> str:
    """Write an array as PostgreSQL reads it, for values without commas, braces, quotes and blanks.

    asyncpg looks at each element of a list through two abstract classes, which costs more than the rest of its work.
    """
    return f"{{{','.join(map(str, values))}}}"


async def insert_events(db: Driver, events: Sequence[NewEvent], now: datetime) -> list[int | None]:
    """Insert the events that are not there yet; return their ids in the same order, None for one that was there."""
    stamp = lru_cache(maxsize=None)(datetime.isoformat)  # most events of a batch share their moment
    row = await db.fetchrow(
        _INSERT_EVENTS,
        packed([event.source_id for event in events]),
        packed([event.event_id.hex for event in events]),
        packed([event.user_id for event in events]),
        packed([event.type_code for event in events]),
        packed([event.amount for event in events]),
        packed([event.points for event in events]),
        [event.details for event in events] if any(event.details for event in events) else None,
        packed([stamp(event.at) for event in events]),
        packed([stamp(event.counts_at) for event in events]),
        packed([event.day for event in events]),
        packed([event.trust for event in events]),
        packed([event.late for event in events]),
        packed([event.content for event in events]),
        now,
    )
    ids: list[int | None] = [None] * len(events)
    if row is not None and row[0] is not None:
        for place, event_id in zip(row[0], row[1], strict=True):
            ids[place - 1] = event_id
    return ids


async def find_events(db: Driver, keys: Sequence[tuple[int, UUID]]) -> dict[EventKey, KeptEvent]:
    """Read events by game and event id."""
    rows = await db.fetch(_FIND_EVENTS, [key[0] for key in keys], [key[1] for key in keys])
    found = [KeptEvent(**{**row, "event_id": UUID(bytes=row["event_id"].bytes)}) for row in rows]
    return {(event.source_id, event.event_id.int): event for event in found}


async def add(db: Driver, steps: Sequence[tuple[CounterKey, float]]) -> list[float]:
    """Add to counters; return their new values in the same order."""
    return await _change(db, _ADD, steps)


async def raise_to(db: Driver, values: Sequence[tuple[CounterKey, float]]) -> list[float]:
    """Let counters be at least these values; return the new ones in the same order."""
    return await _change(db, _RAISE, values)


async def lower_to(db: Driver, values: Sequence[tuple[CounterKey, float]]) -> list[float]:
    """Let counters be at most these values; return the new ones in the same order."""
    return await _change(db, _LOWER, values)


async def set_latest(db: Driver, values: Sequence[tuple[CounterKey, float, float]]) -> list[tuple[CounterKey, float]]:
    """Set counters whose stamp (seconds) is not older than the one kept; return those that were set.

    The stamp stands in a row of its own (`<window>#at`), so that events may arrive in any order.
    """
    stamps = [((key[0], key[1], f"{key[2]}#at"), stamp) for key, _, stamp in values]
    moved = {(row[0], row[1], row[2][:-3]) for row in await db.fetch(_RAISE_STAMPS, *_columns(stamps))}
    newer = [(key, value) for key, value, _ in values if key in moved]
    if newer:
        await _change(db, _SET, newer)
    return newer


async def meet(db: Driver, met: Sequence[tuple[CounterKey, str, int]], *, at_most: int) -> dict[CounterKey, int]:
    """Note values that distinct metrics met; return how many were new per counter."""
    rows = await db.fetch(
        _MEET,
        [key[0] for key, _, _ in met],
        [key[1] for key, _, _ in met],
        [key[2] for key, _, _ in met],
        [value for _, value, _ in met],
        [event for _, _, event in met],
        at_most,
    )
    found: dict[CounterKey, int] = {}
    for row in rows:
        key = (row[0], row[1], row[2])
        found[key] = found.get(key, 0) + 1
    return found


async def lock_days(db: Driver, days: Sequence[tuple[int, str]], metric_id: int) -> dict[tuple[int, str], int]:
    """Take the rows that sum up players' capped points of a day; return what they hold."""
    rows = await db.fetch(_LOCK_DAY, [user for user, _ in days], metric_id, [window for _, window in days])
    return {(row[0], row[1]): int(row[2]) for row in rows}


async def clip_points(db: Driver, points: Sequence[tuple[int, int]]) -> None:
    """Write what events earned in fact, after the daily cap."""
    await db.execute(_CLIP, [event for event, _ in points], [earned for _, earned in points])


async def add_score(
    db: Driver,
    scores: Sequence[tuple[int, int, datetime]],
    due: Sequence[Mark],
) -> dict[int, int]:
    """Add event points to players' scores and leave marks for judges; return the new revisions."""
    rows = await db.fetch(
        _SCORE_AND_MARKS,
        packed(user for user, _, _ in scores),
        packed(points for _, points, _ in scores),
        packed(moment.isoformat() for _, _, moment in scores),
        packed(user for user, _, _ in due),
        packed(rule for _, rule, _ in due),
        packed(day or "NULL" for _, _, day in due),
    )
    return {row[0]: row[1] for row in rows}


async def set_to(db: Driver, values: Sequence[tuple[CounterKey, float]]) -> None:
    """Set counters, whatever they held."""
    await _change(db, _SET, values)


async def forget_counters(db: Driver, keys: Sequence[CounterKey]) -> None:
    """Delete counters that no event speaks for any more."""
    await db.execute(_FORGET, [key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys])


async def forget_members(db: Driver, members: Sequence[tuple[CounterKey, str]]) -> None:
    """Delete values that distinct metrics have not met after all."""
    await db.execute(
        _FORGET_MEMBERS,
        [key[0] for key, _ in members],
        [key[1] for key, _ in members],
        [key[2] for key, _ in members],
        [value for _, value in members],
    )


async def forget_runs(db: Driver, user_id: int, metric_ids: Sequence[int]) -> None:
    """Delete a player's settled runs: their days changed, and are to be folded anew."""
    await db.execute(_FORGET_RUNS, user_id, metric_ids)


async def _change(db: Driver, statement: str, values: Sequence[tuple[CounterKey, float]]) -> list[float]:
    changed: list[float] | None = await db.fetchval(statement, *_columns(values))
    return changed or []


def _columns(values: Sequence[tuple[CounterKey, float]]) -> tuple[str, str, str, str]:
    return (
        packed(key[0] for key, _ in values),
        packed(key[1] for key, _ in values),
        _quoted([key[2] for key, _ in values]),
        packed(value for _, value in values),
    )


def _quoted(texts: Sequence[str]) -> str:
    """Write an array of texts that may hold anything (a session's name is a game's own)."""
    whole = '","'.join(texts)
    if "\\" in whole or whole.count('"') != 2 * (len(texts) - 1):
        whole = '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return f'{{"{whole}"}}'
