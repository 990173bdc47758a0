"""Every select over games, their keys, types and links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.kit.ids import KeyId, SourceId, UserId
from omenigen.modules.achievements.models import (
    DueRow,
    EventRow,
    KeyRow,
    LinkCodeRow,
    LinkRow,
    PlayerRow,
    RefusedRow,
    SourceRow,
    TypeRow,
)

Db = AsyncSession | AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAndSource:
    """A key with what its game allows."""

    key_id: int
    digest: bytes
    scopes: Sequence[str]
    types: Sequence[str] | None
    rate: int
    burst: int
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    source_id: int
    source_name: str
    owner_id: int | None
    trust: str
    zone: str | None
    state: str
    vouched: bool


async def all_keys(db: Db) -> list[KeyAndSource]:
    """Read every key that was not forgotten, with its game."""
    found = await db.execute(
        select(
            KeyRow.id.label("key_id"),
            KeyRow.digest,
            KeyRow.scopes,
            KeyRow.types,
            KeyRow.rate,
            KeyRow.burst,
            KeyRow.expires_at,
            KeyRow.revoked_at,
            KeyRow.last_used_at,
            SourceRow.id.label("source_id"),
            SourceRow.name.label("source_name"),
            SourceRow.owner_id,
            SourceRow.trust,
            SourceRow.zone,
            SourceRow.state,
            SourceRow.vouched_at.is_not(None).label("vouched"),
        ).join(SourceRow, SourceRow.id == KeyRow.source_id)
    )
    return [KeyAndSource(**row) for row in found.mappings()]


async def note_key_used(db: AsyncConnection, key_id: KeyId, at: datetime) -> None:
    """Keep when a key was last used."""
    await db.execute(update(KeyRow).where(KeyRow.id == key_id).values(last_used_at=at))


async def ensure_source(db: AsyncSession | AsyncConnection, *, name: str, trust: str, now: datetime) -> SourceId:
    """Find a game of the operator's by its name, or make it."""
    await db.execute(
        insert(SourceRow)
        .values(
            name=name,
            title=name,
            owner_id=None,
            trust=trust,
            zone=None,
            state="live",
            made_at=now,
            vouched_at=now,
            vouched_by=None,
        )
        .on_conflict_do_nothing()
    )
    return SourceId((await db.execute(select(SourceRow.id).where(SourceRow.name == name))).scalar_one())


async def source_named(db: AsyncSession, name: str) -> SourceRow | None:
    """Find a game by its name."""
    return await db.scalar(select(SourceRow).where(SourceRow.name == name))


async def lock_source(db: AsyncSession, source_id: int) -> SourceRow | None:
    """Take a game's row, so that its keys are counted by one writer at a time."""
    return await db.scalar(select(SourceRow).where(SourceRow.id == source_id).with_for_update())


async def page_of_sources(db: Db, *, but: str, before: int | None, limit: int) -> Sequence[SourceRow]:
    """List games from the newest, without the one named `but`."""
    asked = select(SourceRow).where(SourceRow.name != but).order_by(SourceRow.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(SourceRow.id < before)
    return (await db.execute(asked)).scalars().all()


async def events_of_each(db: Db, source_ids: Sequence[int], since: datetime) -> dict[int, int]:
    """Count the events of games since a moment."""
    found = await db.execute(
        select(EventRow.source_id, func.count())
        .where(EventRow.source_id.in_(source_ids), EventRow.received_at >= since)
        .group_by(EventRow.source_id)
    )
    return {row[0]: row[1] for row in found}


async def sources_of(db: Db, owner_id: UserId | None) -> Sequence[SourceRow]:
    """List a person's games, or with None those of everybody."""
    asked = select(SourceRow).order_by(SourceRow.id)
    if owner_id is not None:
        asked = asked.where(SourceRow.owner_id == owner_id)
    return (await db.execute(asked)).scalars().all()


async def live_keys(db: Db, source_ids: Sequence[int], now: datetime) -> dict[int, int]:
    """Count the live keys of games."""
    found = await db.execute(
        select(KeyRow.source_id, func.count())
        .where(KeyRow.source_id.in_(source_ids), _alive(now))
        .group_by(KeyRow.source_id)
    )
    return {row[0]: row[1] for row in found}


async def key_is_alive(db: Db, key_id: KeyId, *, now: datetime) -> bool:
    """Tell whether a key may still be used."""
    return await db.scalar(select(KeyRow.id).where(KeyRow.id == key_id, _alive(now))) is not None


async def players_of(db: Db, source_ids: Sequence[int]) -> dict[int, int]:
    """Count the players that games may see."""
    found = await db.execute(
        select(LinkRow.source_id, func.count()).where(LinkRow.source_id.in_(source_ids)).group_by(LinkRow.source_id)
    )
    return {row[0]: row[1] for row in found}


async def keys_of(db: Db, source_id: int) -> Sequence[KeyRow]:
    """List a game's keys, newest first."""
    return (
        (await db.execute(select(KeyRow).where(KeyRow.source_id == source_id).order_by(KeyRow.id.desc())))
        .scalars()
        .all()
    )


async def all_key_rows(db: AsyncSession) -> Sequence[tuple[KeyRow, SourceRow]]:
    """List every key with its game, oldest first."""
    found = await db.execute(
        select(KeyRow, SourceRow).join(SourceRow, SourceRow.id == KeyRow.source_id).order_by(KeyRow.id)
    )
    return [(row[0], row[1]) for row in found]


async def key_of(db: AsyncSession, *, source_id: int, key_id: KeyId) -> KeyRow | None:
    """Find one key of a game."""
    return await db.scalar(select(KeyRow).where(KeyRow.id == key_id, KeyRow.source_id == source_id))


async def type_coded(db: AsyncSession, code: str) -> TypeRow | None:
    """Find a declared event type, taking its row."""
    return await db.scalar(select(TypeRow).where(TypeRow.code == code).with_for_update())


async def types_of(db: Db, source_id: int) -> Sequence[TypeRow]:
    """List the event types that a game declared, by code."""
    return (
        (await db.execute(select(TypeRow).where(TypeRow.source_id == source_id).order_by(TypeRow.code))).scalars().all()
    )


async def link(db: AsyncSession, *, source_id: int, user_id: int, now: datetime) -> None:
    """Let a game see a player."""
    await db.execute(insert(LinkRow).values(source_id=source_id, user_id=user_id, made_at=now).on_conflict_do_nothing())


async def unlink(db: AsyncSession, *, source_id: int, user_id: int) -> bool:
    """Take a player out of a game's sight; say whether they were in it."""
    gone = await db.execute(delete(LinkRow).where(LinkRow.source_id == source_id, LinkRow.user_id == user_id))
    return bool(gone.rowcount)  # type: ignore[attr-defined] # a DELETE's result is a CursorResult


async def keep_link_code(db: AsyncSession, *, user_id: int, code: str, expires_at: datetime) -> None:
    """Keep a player's link code in place of an older one."""
    await db.execute(
        insert(LinkCodeRow)
        .values(user_id=user_id, code=code, expires_at=expires_at)
        .on_conflict_do_update(index_elements=["user_id"], set_={"code": code, "expires_at": expires_at})
    )


async def take_link_code(db: AsyncSession, *, code: str, now: datetime) -> UserId | None:
    """Use up a link code; say whose it was."""
    found = await db.execute(
        delete(LinkCodeRow).where(LinkCodeRow.code == code, LinkCodeRow.expires_at > now).returning(LinkCodeRow.user_id)
    )
    user_id = found.scalar_one_or_none()
    return None if user_id is None else UserId(user_id)


async def linked_among(db: Db, user_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Say which games may see these players."""
    seen: dict[int, set[int]] = {}
    for user_id, source_id in await db.execute(
        select(LinkRow.user_id, LinkRow.source_id).where(LinkRow.user_id.in_(user_ids))
    ):
        seen.setdefault(user_id, set()).add(source_id)
    return {user_id: frozenset(sources) for user_id, sources in seen.items()}


async def players_among(db: Db, user_ids: Sequence[int]) -> dict[int, PlayerRow]:
    """Read what intake knows of these players."""
    table = PlayerRow.__table__
    found = await db.execute(select(table).where(table.c.user_id.in_(user_ids)))
    return {row["user_id"]: PlayerRow(**row) for row in found.mappings()}


async def keep_player(
    db: Db, *, user_id: int, made_by: int | None, zone: str, before: str | None = None, since: datetime | None = None
) -> None:
    """Note a player, or their move to another zone."""
    row = {
        "user_id": user_id,
        "made_by": made_by,
        "zone": zone,
        "zone_before": before,
        "zone_since": since,
        "off_boards": False,
    }
    await db.execute(
        insert(PlayerRow)
        .values(row)
        .on_conflict_do_update(
            index_elements=["user_id"],
            set_={"zone": zone, "zone_before": before, "zone_since": since},
            where=PlayerRow.zone != zone,
        )
    )


async def is_off_boards(db: Db, *, user_id: int) -> bool:
    """Tell whether a player is off the leaderboards; who has not played yet is not."""
    return bool(await db.scalar(select(PlayerRow.off_boards).where(PlayerRow.user_id == user_id)))


async def set_off_boards(db: AsyncSession, *, user_id: int, off: bool) -> None:
    """Note whether boards may show a player."""
    await db.execute(update(PlayerRow).where(PlayerRow.user_id == user_id).values(off_boards=off))


async def refused_of(db: Db, source_id: int, *, limit: int) -> Sequence[RefusedRow]:
    """List a game's newest refusals."""
    table = RefusedRow.__table__
    found = await db.execute(
        select(table).where(table.c.source_id == source_id).order_by(table.c.id.desc()).limit(limit)
    )
    return [RefusedRow(**row) for row in found.mappings()]


async def trim_refused(db: AsyncSession, source_id: int, *, keep: int) -> None:
    """Forget a game's older refusals."""
    oldest_kept = (
        select(RefusedRow.id)
        .where(RefusedRow.source_id == source_id)
        .order_by(RefusedRow.id.desc())
        .offset(keep)
        .limit(1)
        .scalar_subquery()
    )
    await db.execute(delete(RefusedRow).where(RefusedRow.source_id == source_id, RefusedRow.id <= oldest_kept))


async def refused_beyond(db: AsyncSession, source_id: int, *, place: int) -> Sequence[int]:
    """List the refusals of a game that are past a place from the newest."""
    asked = select(RefusedRow.id).where(RefusedRow.source_id == source_id).order_by(RefusedRow.id.desc())
    return (await db.scalars(asked.offset(place))).all()


async def events_since(db: Db, source_id: int, since: datetime) -> tuple[int, datetime | None]:
    """Count a game's events since a moment, and tell when the newest came."""
    row = (
        await db.execute(
            select(func.count(), func.max(EventRow.received_at)).where(
                EventRow.source_id == source_id, EventRow.received_at >= since
            )
        )
    ).one()
    return row[0], row[1]


async def waiting_marks(db: Db) -> tuple[int, datetime | None]:
    """Count the marks that wait to be judged, and tell when the oldest was made."""
    row = (await db.execute(select(func.count(), func.min(DueRow.marked_at)))).one()
    return row[0], row[1]


async def is_owner(db: Db, *, source_id: int, user_id: UserId) -> bool:
    """Say whether a game belongs to a person."""
    found = await db.execute(select(exists().where(SourceRow.id == source_id, SourceRow.owner_id == user_id)))
    return bool(found.scalar())


def _alive(now: datetime):  # type: ignore[no-untyped-def] # a column expression
    return KeyRow.revoked_at.is_(None) & or_(KeyRow.expires_at.is_(None), KeyRow.expires_at > now)
