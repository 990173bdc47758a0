"""Reading the log: what a follower missed, and fresh copies, each in one still picture of the database."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from omenigen.kit.auth import Caller
from omenigen.kit.streams.kinds import StreamKinds
from omenigen.kit.streams.types import Encoded

KEYS_PER_STREAM = 500
KEYS_PER_FOLLOW = 2_000

_ROWS = text("""
SELECT epoch.epoch, stream.id, asked.name, asked.have, coalesce(stream.version, 0) AS version,
       coalesce(stream.gate, 0) AS gate, coalesce(stream.floor, 0) AS floor, stream.closed_at IS NOT NULL AS closed
FROM unnest(CAST(:names AS text[]), CAST(:haves AS bigint[])) WITH ORDINALITY AS asked (name, have, place)
LEFT JOIN live_streams AS stream ON stream.name = asked.name
LEFT JOIN live_epoch AS epoch ON true
ORDER BY asked.place
""")

# The last patch of each key above what the follower has; one more than the limit tells that there are too many.
_CHANGES = text("""
SELECT asked.id, changed.key, CAST(changed.value AS text) AS value
FROM unnest(CAST(:ids AS bigint[]), CAST(:haves AS bigint[])) AS asked (id, have)
CROSS JOIN LATERAL (
    SELECT last.key, last.value, last.version FROM (
        SELECT DISTINCT ON (key) key, value, version FROM live_patches
        WHERE stream_id = asked.id AND version > asked.have ORDER BY key, version DESC
    ) AS last LIMIT :most
) AS changed
ORDER BY asked.id, changed.version
""")


class ReloadWhy(StrEnum):
    """Why a follower must take a fresh copy."""

    EPOCH = "epoch"
    NEW = "new"
    TOO_OLD = "too_old"
    AHEAD = "ahead"
    TOO_MANY = "too_many"


_STANDINGS = text("""
SELECT epoch.epoch, stream.name, stream.version, stream.gate
FROM (SELECT 1) AS once LEFT JOIN live_epoch AS epoch ON true
LEFT JOIN live_streams AS stream ON stream.name = ANY(CAST(:names AS text[]))
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a stream stands in the table."""

    version: int
    gate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Nothing to follow here: refused, never was, or closed. The three answer alike."""

    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """A patch cannot bridge the distance; `version` is what the stream stands at."""

    stream: str
    version: int
    gate: int
    why: ReloadWhy


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Everything that changed in `(from_, to]`; equal ends mean that nothing did."""

    stream: str
    from_: int
    to: int
    gate: int
    put: Mapping[str, Encoded]
    drop: tuple[str, ...]

    @property
    def version(self) -> int:
        """What the follower stands at afterwards."""
        return self.to


Answer = Gone | Reload | Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The answers to one `follow`, in the order of the question."""

    epoch: UUID | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Fresh copies of streams, and the versions they are true at."""

    epoch: UUID | None
    versions: Mapping[str, int]
    entities: Mapping[str, Mapping[str, Encoded]]
    gone: tuple[str, ...]


@asynccontextmanager
async def still_picture(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """Open one REPEATABLE READ transaction: every query in it sees the same moment."""
    async with sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        yield session


async def resume(
    db: AsyncSession, kinds: StreamKinds, caller: Caller, *, epoch: str | None, have: Mapping[str, int | None]
) -> Resumed:
    """Say for each stream what the follower missed. Never a part of it: all of a stream's changes, or a reload."""
    admitted = await kinds.admit(db, caller, have)
    rows = await stream_rows(db, have)
    now = next((row.epoch for row in rows), None)
    answers: dict[str, Answer] = {}
    open_rows = []
    for row in rows:
        if row.name not in admitted or row.closed:
            answers[row.name] = Gone(stream=row.name)
        elif (why := _reason_to_reload(row, same_epoch=epoch == str(now))) is not None:
            answers[row.name] = _reload(row, why)
        else:
            open_rows.append(row)
    answers |= await _ranges(db, open_rows)
    return Resumed(epoch=now, answers=tuple(answers[name] for name in have))


async def missed(db: AsyncSession, have: Mapping[str, int | None]) -> tuple[UUID | None, dict[str, Answer]]:
    """Say what a node missed of streams that it follows already (who may see it is the caller's affair)."""
    rows = await stream_rows(db, have)
    answers: dict[str, Answer] = {}
    open_rows = []
    for row in rows:
        if row.closed:
            answers[row.name] = Gone(stream=row.name)
        elif (why := _reason_to_reload(row, same_epoch=True)) is not None:
            answers[row.name] = _reload(row, why)
        else:
            open_rows.append(row)
    return next((row.epoch for row in rows), None), answers | await _ranges(db, open_rows)


async def copies(
    db: AsyncSession,
    kinds: StreamKinds,
    caller: Caller,
    names: Sequence[str],
    *,
    parts: Collection[str] | None = None,
    window: int = 50,
) -> Copies:
    """Return fresh copies of streams: what `reload` sends a follower for."""
    admitted = await kinds.admit(db, caller, names)
    rows = [row for row in await stream_rows(db, dict.fromkeys(names)) if row.name in admitted and not row.closed]
    versions = {row.name: row.version for row in rows}
    return Copies(
        epoch=rows[0].epoch if rows else None,
        versions=versions,
        entities=await kinds.snapshot(db, versions, parts=parts, window=window),
        gone=tuple(name for name in names if name not in versions),
    )


async def standings(db: AsyncSession, names: Sequence[str]) -> tuple[UUID | None, dict[str, Standing]]:
    """Return the epoch, and where each stream that has a row stands."""
    rows = (await db.execute(_STANDINGS, {"names": list(names)})).all()
    found = {row.name: Standing(version=row.version, gate=row.gate) for row in rows if row.name is not None}
    return rows[0].epoch, found


async def stream_rows(db: AsyncSession, have: Mapping[str, int | None]) -> Sequence[Any]:  # Any: rows of text()
    """Return `epoch, id, name, have, version, gate, floor, closed` of each stream; one never written is at 0."""
    return (await db.execute(_ROWS, {"names": list(have), "haves": list(have.values())})).all()


def _reason_to_reload(row: Any, *, same_epoch: bool) -> ReloadWhy | None:  # Any: a row of text()
    if row.have is None:
        return ReloadWhy.NEW
    if not same_epoch:
        return ReloadWhy.EPOCH
    if row.have > row.version:
        return ReloadWhy.AHEAD
    if row.have < row.floor:
        return ReloadWhy.TOO_OLD
    return None


def _reload(row: Any, why: ReloadWhy) -> Reload:  # Any: a row of text()
    return Reload(stream=row.name, version=row.version, gate=row.gate, why=why)


async def _ranges(db: AsyncSession, rows: Sequence[Any]) -> dict[str, Answer]:
    behind = [row for row in rows if row.id is not None and row.version > row.have]
    changes: dict[int, list[Any]] = {row.id: [] for row in behind}
    if behind:
        question = {"ids": list(changes), "haves": [row.have for row in behind], "most": KEYS_PER_STREAM + 1}
        for change in await db.execute(_CHANGES, question):
            changes[change.id].append(change)
    excess = _too_many({name: len(found) for name, found in changes.items()})
    return {
        row.name: _reload(row, ReloadWhy.TOO_MANY) if row.id in excess else _range(row, changes.get(row.id, []))
        for row in rows
    }


def _too_many(counts: Mapping[int, int]) -> set[int]:
    """Choose the streams that must be loaded anew, largest first, until the rest fits."""
    excess: set[int] = set()
    total = sum(counts.values())
    for stream_id, count in sorted(counts.items(), key=lambda item: -item[1]):
        if count <= KEYS_PER_STREAM and total <= KEYS_PER_FOLLOW:
            break
        excess.add(stream_id)
        total -= count
    return excess


def _range(row: Any, changes: Sequence[Any]) -> Range:
    return Range(
        stream=row.name,
        from_=row.have,
        to=row.version,
        gate=row.gate,
        put={change.key: Encoded(change.value.encode()) for change in changes if change.value is not None},
        drop=tuple(change.key for change in changes if change.value is None),
    )
