"""Counters worked out anew from the events themselves: for rules that ask for windows nobody counted so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Trust
from omenigen.modules.achievements.catalog import Metric, Season
from omenigen.modules.achievements.queries.judging import Counter, Db
from omenigen.modules.achievements.types import MetricKind, Window, WindowKind

_WINDOWS: Mapping[WindowKind, str] = {
    WindowKind.ALL: "'all'",
    WindowKind.DAY: "'day:' || day",
    WindowKind.WEEK: "'week:' || to_char(day, 'IYYY\"-W\"IW')",
    WindowKind.MONTH: "'month:' || to_char(day, 'YYYY-MM')",
    WindowKind.SESSION: "'session:' || left(details ->> 'session', 64)",
    WindowKind.SPAN: ":name",
    WindowKind.SEASON: ":name",
}

# A number of the details as intake reads it: neither text nor truth, and not beyond what a float holds exactly.
_NUMBER = """CASE WHEN jsonb_typeof(details -> :measure) = 'number'
    AND abs(CAST(details ->> :measure AS numeric)) <= 9007199254740992 THEN CAST(details ->> :measure AS float8) END"""
_TEXT = """CASE WHEN jsonb_typeof(details -> :measure) IN ('string', 'boolean')
    OR details ->> :measure ~ '^-?[0-9]+$' AND jsonb_typeof(details -> :measure) = 'number'
    THEN nullif(left(details ->> :measure, 64), '') END"""


# Corrections are few and events many: summed up first, they are joined by hash, not looked up for each event.
_PUT_RIGHT = """LEFT JOIN (SELECT event_id, sum(amount) AS amount FROM achievement_correction GROUP BY event_id)
    AS put_right ON put_right.event_id = achievement_event.id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A value that a distinct metric met."""

    user_id: int
    metric_id: int
    value: str
    first_event: int


async def hold_intake(db: AsyncSession) -> None:
    """Keep events from being written until the transaction ends; those under way are waited for.

    Intake inserts its events before anything else, so it waits here holding nothing, and nobody can lock in a ring.
    """
    await db.execute(text("LOCK TABLE achievement_event IN SHARE ROW EXCLUSIVE MODE"))


async def recount(
    db: Db, metric: Metric, window: Window, users: Sequence[int], seasons: Mapping[str, Season]
) -> list[Counter]:
    """Work out a metric's counters in one kind of window for some players."""
    since, until = window.since, window.until
    if window.kind is WindowKind.SEASON:
        season = seasons[window.season]
        since, until = season.since, season.until
    key = _WINDOWS[window.kind]
    rows = await db.execute(
        text(
            f"""
            SELECT user_id, "window", {_value(metric)} AS value FROM (
                SELECT user_id, type_code, id, counts_at, details, {key} AS "window",
                       achievement_event.amount + coalesce(put_right.amount, 0) AS amount
                FROM achievement_event {_PUT_RIGHT}
                WHERE user_id = ANY(:users) AND type_code = :type AND trust = ANY(:trusts)
                  AND (CAST(:since AS timestamptz) IS NULL OR counts_at >= :since)
                  AND (CAST(:until AS timestamptz) IS NULL OR counts_at < :until)) AS told
            WHERE "window" IS NOT NULL AND amount > 0
            GROUP BY user_id, "window"
            """  # noqa: S608 - the parts come from the tables above, values are bound
        ),
        {
            "users": list(users),
            "type": metric.type_code,
            "trusts": [trust.value for trust in Trust if trust.rank >= metric.floor.rank],
            "since": since,
            "until": until,
            **({"name": str(window)} if key == ":name" else {}),
            **({} if metric.measure in ("count", "amount") else {"measure": metric.measure}),
        },
    )
    return [
        Counter(user_id=row[0], metric_id=metric.id, window=row[1], value=float(row[2]))
        for row in rows
        if row[2] is not None
    ]


async def remember(db: Db, metric: Metric, users: Sequence[int]) -> list[Member]:
    """Work out the values that a distinct metric met for some players, for all time; voided events met nothing."""
    rows = await db.execute(
        text(
            f"""
            SELECT user_id, value, min(id) FROM (
                SELECT user_id, id, {_TEXT} AS value FROM achievement_event {_PUT_RIGHT}
                WHERE user_id = ANY(:users) AND type_code = :type AND trust = ANY(:trusts)
                  AND achievement_event.amount + coalesce(put_right.amount, 0) > 0) AS told
            WHERE value IS NOT NULL GROUP BY user_id, value
            """  # noqa: S608 - as above
        ),
        {
            "users": list(users),
            "type": metric.type_code,
            "trusts": [trust.value for trust in Trust if trust.rank >= metric.floor.rank],
            "measure": metric.measure,
        },
    )
    return [Member(user_id=row[0], metric_id=metric.id, value=row[1], first_event=row[2]) for row in rows]


async def fill_counters(db: AsyncSession, counters: Sequence[Counter], kind: MetricKind) -> None:
    """Write counters that were worked out; what is there and stands further stays.

    Counters live for ever and events do not: a count that is greater than what the events tell is the true one.
    """
    if not counters:
        return
    better = {
        MetricKind.MIN: "least(kept.value, excluded.value)",
        MetricKind.GAUGE: "excluded.value",
        MetricKind.LAST: "excluded.value",
    }.get(kind, "greatest(kept.value, excluded.value)")
    ordered = sorted(counters, key=lambda one: (one.user_id, one.metric_id, one.window))
    await db.execute(
        text(
            f"""
            INSERT INTO achievement_counter AS kept (user_id, metric_id, "window", value)
            SELECT * FROM unnest(CAST(:users AS bigint[]), CAST(:metrics AS bigint[]), CAST(:windows AS text[]),
                                 CAST(:values AS float8[]))
            ON CONFLICT (user_id, metric_id, "window") DO UPDATE SET value = {better}
            """  # noqa: S608 - as above
        ),
        {
            "users": [one.user_id for one in ordered],
            "metrics": [one.metric_id for one in ordered],
            "windows": [one.window for one in ordered],
            "values": [one.value for one in ordered],
        },
    )


async def fill_members(db: AsyncSession, members: Sequence[Member]) -> None:
    """Write values that were met."""
    if not members:
        return
    ordered = sorted(members, key=lambda one: (one.user_id, one.metric_id, one.value))
    await db.execute(
        text(
            """
            INSERT INTO achievement_member (user_id, metric_id, "window", value, first_event)
            SELECT user_id, metric_id, 'all', value, first_event
            FROM unnest(CAST(:users AS bigint[]), CAST(:metrics AS bigint[]), CAST(:values AS text[]),
                        CAST(:events AS bigint[])) AS met (user_id, metric_id, value, first_event)
            ON CONFLICT DO NOTHING
            """
        ),
        {
            "users": [one.user_id for one in ordered],
            "metrics": [one.metric_id for one in ordered],
            "values": [one.value for one in ordered],
            "events": [one.first_event for one in ordered],
        },
    )


async def forget_runs(db: AsyncSession, users: Sequence[int], metrics: Sequence[int]) -> None:
    """Forget the settled parts of runs: their past was worked out anew."""
    await db.execute(
        text("DELETE FROM achievement_streak WHERE user_id = ANY(:users) AND metric_id = ANY(:metrics)"),
        {"users": list(users), "metrics": list(metrics)},
    )


def _value(metric: Metric) -> str:
    match metric.kind, metric.measure:
        case _, "count":
            return "count(*)"
        case _, "amount":
            return "sum(amount)"
        case MetricKind.MAX, _:
            return f"max({_NUMBER})"
        case MetricKind.MIN, _:
            return f"min({_NUMBER})"
        case MetricKind.LAST, _:
            return f"(array_agg({_NUMBER} ORDER BY counts_at DESC, id DESC) FILTER (WHERE {_NUMBER} IS NOT NULL))[1]"
        case _:
            return f"sum({_NUMBER})"
