"""Tables of the achievements platform: who may send, what happened, what it adds up to, what was recognised."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from omenigen.kit.db import Base, Id, Moment, Ref

SCREEN = 0
"""Rule id of a due mark that says "this player's score and screens moved", whatever rule it was."""

_UPDATED_OFTEN = {"postgresql_with": {"fillfactor": "70"}}


class SourceRow(Base):
    """A game that tells us what happens in it; `owner_id` None is the operator's own.

    `vouched_at` None: nobody stands up for it yet, so its word counts as its owner's own. `vouched_by` None beside a
    moment is the command line.
    """

    __tablename__ = "achievement_source"
    __table_args__ = (UniqueConstraint("name"), Index("ix_achievement_source_owner", "owner_id"))

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    trust: Mapped[str] = mapped_column(Text)
    zone: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    vouched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    vouched_by: Mapped[int | None] = mapped_column(BigInteger)


class KeyRow(Base):
    """A key of a game: only its hash is kept."""

    __tablename__ = "achievement_key"
    __table_args__ = (UniqueConstraint("digest"), Index("ix_achievement_key_source", "source_id"))

    id: Mapped[Id]
    source_id: Mapped[Ref]
    prefix: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    types: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    rate: Mapped[int] = mapped_column(Integer)
    burst: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[Moment]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class TypeRow(Base):
    """An event type that a game declared, or an override of one from the packs (then `source_id` is None)."""

    __tablename__ = "achievement_type"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[Id]
    source_id: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[dict[str, Any]] = mapped_column(JSONB)
    points: Mapped[int] = mapped_column(Integer)
    lowest_trust: Mapped[str] = mapped_column(Text)
    amount_max: Mapped[int] = mapped_column(BigInteger)
    per_hour: Mapped[int | None] = mapped_column(BigInteger)
    self_reported: Mapped[bool]
    client_allowed: Mapped[bool]
    schema: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    measures: Mapped[dict[str, str]] = mapped_column(JSONB)
    creature: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[Moment]


class PlayerRow(Base):
    """What intake must know of a player: whose days they live in, who brought them, whether boards may show them.

    `zone_before` and `zone_since` remember the last move, so that a change of zone never cuts a day short.
    """

    __tablename__ = "achievement_player"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    zone: Mapped[str] = mapped_column(Text)
    zone_before: Mapped[str | None] = mapped_column(Text)
    zone_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    off_boards: Mapped[bool]


class LinkRow(Base):
    """A player let a game see them."""

    __tablename__ = "achievement_link"
    __table_args__ = (PrimaryKeyConstraint("source_id", "user_id"), Index("ix_achievement_link_user", "user_id"))

    source_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[Moment]


class LinkCodeRow(Base):
    """Eight characters that a player tells a game to be linked with it; one at a time, ten minutes."""

    __tablename__ = "achievement_link_code"
    __table_args__ = (UniqueConstraint("code"),)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[Moment]


class EventRow(Base):
    """Something that happened, once per (source, event_id).

    `type_code` is text, because types of the platform live in content files and have no row. `day` is the player's
    day that it counts for, `counts_at` the moment (the sender's `at`, or `received_at` where that came too late).
    `points` are what it earned in fact, after the daily cap. `content` is a 64-bit digest by which a repeat under
    the same event_id is told from a contradiction.
    """

    __tablename__ = "achievement_event"
    __table_args__ = (
        UniqueConstraint("source_id", "event_id"),
        Index("ix_achievement_event_user", "user_id", "id"),
        Index("ix_achievement_event_received", "received_at", postgresql_using="brin"),
    )

    id: Mapped[Id]
    source_id: Mapped[Ref]
    event_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[Ref]
    type_code: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(BigInteger)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    at: Mapped[Moment]
    counts_at: Mapped[Moment]
    received_at: Mapped[Moment]
    day: Mapped[date] = mapped_column(Date)
    trust: Mapped[str] = mapped_column(Text)
    late: Mapped[bool]
    content: Mapped[int] = mapped_column(BigInteger)


class CounterRow(Base):
    """One number per player, metric and window (`all`, `day:2026-11-21`, …). HOT updates: only the key is indexed."""

    __tablename__ = "achievement_counter"
    __table_args__ = (PrimaryKeyConstraint("user_id", "metric_id", "window"), _UPDATED_OFTEN)

    user_id: Mapped[int] = mapped_column(BigInteger)
    metric_id: Mapped[int] = mapped_column(BigInteger)
    window: Mapped[str] = mapped_column(Text(collation="C"))
    value: Mapped[float] = mapped_column(Double)


class MemberRow(Base):
    """A value that a distinct metric has met (at most 1,000 per player, metric and window)."""

    __tablename__ = "achievement_member"
    __table_args__ = (PrimaryKeyConstraint("user_id", "metric_id", "window", "value"),)

    user_id: Mapped[int] = mapped_column(BigInteger)
    metric_id: Mapped[int] = mapped_column(BigInteger)
    window: Mapped[str] = mapped_column(Text(collation="C"))
    value: Mapped[str] = mapped_column(Text(collation="C"))
    first_event: Mapped[int] = mapped_column(BigInteger)


class StreakRow(Base):
    """A run of days or weeks as it was last judged; `law` is `unit:min:freeze`, one metric may have several."""

    __tablename__ = "achievement_streak"
    __table_args__ = (PrimaryKeyConstraint("user_id", "metric_id", "law"),)

    user_id: Mapped[int] = mapped_column(BigInteger)
    metric_id: Mapped[int] = mapped_column(BigInteger)
    law: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(Integer)
    best: Mapped[int] = mapped_column(Integer)
    last_day: Mapped[date] = mapped_column(Date)
    freezes: Mapped[int] = mapped_column(Integer)


class ScoreRow(Base):
    """What a player's events are worth in all. Only intake writes here; each write moves `rev` by one."""

    __tablename__ = "achievement_score"
    __table_args__ = (_UPDATED_OFTEN,)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_points: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_activity: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rev: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))


class StandingRow(Base):
    """What was recognised in all. Only judges write here: in one row with the score, intake would wait for them.

    `level` is the last one told; the true one follows from the experience (event + achievement points).
    """

    __tablename__ = "achievement_standing"
    __table_args__ = (_UPDATED_OFTEN,)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    achievement_points: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    achievements_count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    level: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    rev: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))


class DueRow(Base):
    """Something to judge: a queue, so that marking never waits for a judge.

    Judges take rows with DELETE … SKIP LOCKED and only then read counters: whatever is committed later leaves
    another mark. One player and rule may stand here several times. `rule_id` may be `SCREEN`; then `day` is the
    player's day that moved, which the judge passes on to the boards.
    """

    __tablename__ = "achievement_due"

    id: Mapped[Id]
    user_id: Mapped[Ref]
    rule_id: Mapped[Ref]
    day: Mapped[date | None] = mapped_column(Date)
    marked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=text("now()"))


class RuleRow(Base):
    """One achievement: the id that unlocks name, and the version now in force (`body` None: the pack's own text).

    `digest` is the SHA-256 of the body in force, by which a changed pack is told from the one that was loaded before.
    """

    __tablename__ = "achievement_rule"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(Text)
    source_id: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Moment]
    changed_at: Mapped[Moment]


class UnlockRow(Base):
    """An achievement earned. `n` counts repeats from 0; `points` are what it paid."""

    __tablename__ = "achievement_unlock"
    __table_args__ = (
        UniqueConstraint("user_id", "rule_id", "tier", "n"),
        Index("ix_achievement_unlock_rule", "rule_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[Ref]
    rule_id: Mapped[Ref]
    rule_code: Mapped[str] = mapped_column(Text)
    rule_version: Mapped[int] = mapped_column(Integer)
    tier: Mapped[int] = mapped_column(SmallInteger)
    n: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    points: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    disputed_why: Mapped[str | None] = mapped_column(Text)


class RarityRow(Base):
    """The share of active players who have an achievement, counted daily."""

    __tablename__ = "achievement_rarity"

    rule_code: Mapped[str] = mapped_column(Text, primary_key=True)
    share: Mapped[float] = mapped_column(Double)
    counted_at: Mapped[Moment]


class CorrectionRow(Base):
    """An event was put right: `amount` and `points` are the steps that were added to the counters."""

    __tablename__ = "achievement_correction"
    __table_args__ = (Index("ix_achievement_correction_event", "event_id"),)

    id: Mapped[Id]
    event_id: Mapped[Ref]
    amount: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(BigInteger)
    by_user: Mapped[int | None] = mapped_column(BigInteger)
    by_source: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]


class RefusedRow(Base):
    """An event that a game sent and we did not take: what its builder needs to see (the last 100 per game)."""

    __tablename__ = "achievement_refused"
    __table_args__ = (Index("ix_achievement_refused_source", "source_id", "id"),)

    id: Mapped[Id]
    source_id: Mapped[Ref]
    at: Mapped[Moment]
    code: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)


class BoardRow(Base):
    """A player's value on a board in one window; equal values rank by who had theirs first."""

    __tablename__ = "achievement_board"
    __table_args__ = (
        PrimaryKeyConstraint("board", "window", "user_id"),
        CheckConstraint("value >= 0", name="value"),
        _UPDATED_OFTEN,
    )

    board: Mapped[str] = mapped_column(Text(collation="C"))
    window: Mapped[str] = mapped_column(Text(collation="C"))
    user_id: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[int] = mapped_column(BigInteger)
    first_at: Mapped[Moment]


class LeagueRow(Base):
    """A player's league in one week; leagues are numbered from 1, the foremost of last week first."""

    __tablename__ = "achievement_league"
    __table_args__ = (PrimaryKeyConstraint("week", "user_id"), Index("ix_achievement_league_league", "week", "league"))

    week: Mapped[str] = mapped_column(Text(collation="C"))
    league: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int] = mapped_column(BigInteger)


class BoardDueRow(Base):
    """A player whose board rows and cached answers are to be brought up to date: a queue like `DueRow`.

    `day` is the player's day that moved; None where only standing values did.
    """

    __tablename__ = "achievement_board_due"

    id: Mapped[Id]
    user_id: Mapped[Ref]
    day: Mapped[date | None] = mapped_column(Date)


class BoardSnapshotRow(Base):
    """The end state of a board's window: its rows and their SHA-256, so that nobody can change history unseen."""

    __tablename__ = "achievement_board_snapshot"
    __table_args__ = (PrimaryKeyConstraint("board", "window"),)

    board: Mapped[str] = mapped_column(Text)
    window: Mapped[str] = mapped_column(Text)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    taken_at: Mapped[Moment]


class BackfillRow(Base):
    """A walk over all players for one rule; it goes on behind `after_user` whoever carries it."""

    __tablename__ = "achievement_backfill"
    __table_args__ = (Index("ix_achievement_backfill_rule", "rule_id"),)

    id: Mapped[Id]
    rule_id: Mapped[Ref]
    rule_version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    after_user: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    judged: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    unlocked: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    points: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    started_at: Mapped[Moment]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DryRunRow(Base):
    """A rule tried on everybody without writing: asked over HTTP, carried on by a worker when it takes long."""

    __tablename__ = "achievement_dry_run"

    id: Mapped[Id]
    by_user: Mapped[int | None] = mapped_column(BigInteger)
    by_source: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    started_at: Mapped[Moment]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
