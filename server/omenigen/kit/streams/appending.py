"""Appending: what a verb changes on open screens, written in the transaction that changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock
from omenigen.kit.streams.epoch import ensure_epoch
from omenigen.kit.streams.types import Encoded, Entity, Written, encode, ensure_key, ensure_name

# Names go in sorted, and before any row lock is taken: two units that make the same streams meet in one order.
_MAKE_MISSING = text("""
INSERT INTO live_streams (name, version, gate, floor)
SELECT name, 0, 0, 0 FROM unnest(CAST(:names AS text[])) AS name
WHERE NOT EXISTS (SELECT 1 FROM live_streams AS known WHERE known.name = name.name)
ORDER BY name
ON CONFLICT (name) DO NOTHING
""")

_LOCK = text("""
SELECT id, name, version, gate, (SELECT epoch FROM live_epoch) AS epoch
FROM live_streams WHERE name = ANY(CAST(:names AS text[])) ORDER BY name FOR UPDATE
""")

_ERASE = text("""
DELETE FROM live_patches USING unnest(CAST(:ids AS bigint[]), CAST(:keys AS text[])) AS erased (id, key)
WHERE stream_id = erased.id AND live_patches.key = erased.key
""")

_WIPE = text("DELETE FROM live_patches WHERE stream_id = ANY(CAST(:ids AS bigint[]))")

_BUMP_AND_INSERT = text("""
WITH bumped AS (
    UPDATE live_streams AS stream
    SET version = moved.version, gate = moved.gate,
        closed_at = CASE WHEN moved.closes THEN CAST(:now AS timestamptz) ELSE stream.closed_at END,
        floor = CASE WHEN moved.wipes THEN moved.version ELSE stream.floor END
    FROM unnest(CAST(:ids AS bigint[]), CAST(:versions AS bigint[]), CAST(:gates AS bigint[]),
                CAST(:closes AS boolean[]), CAST(:wipes AS boolean[])) AS moved (id, version, gate, closes, wipes)
    WHERE stream.id = moved.id
)
INSERT INTO live_patches (stream_id, version, key, value, why, made_at)
SELECT id, version, key, CAST(value AS jsonb), why, CAST(:now AS timestamptz)
FROM unnest(CAST(:patch_ids AS bigint[]), CAST(:patch_versions AS bigint[]), CAST(:keys AS text[]),
            CAST(:values AS text[]), CAST(:whys AS text[])) AS patch (id, version, key, value, why)
""")


@dataclass(slots=True)
class _Change:
    """All that one unit of work does to one stream; the last word on each key wins."""

    keys: dict[str, tuple[Encoded | None, str | None]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    regate: bool = False
    close: bool = False
    wipe: bool = False

    @property
    def why(self) -> str | None:
        return next((why for _, why in reversed(self.keys.values()) if why is not None), None)


class Streams:
    """Collect the patches of one unit of work; the edge writes them last, so that stream locks are held briefly."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changes: dict[str, _Change] = {}

    def append(
        self,
        stream: str,
        *,
        put: Mapping[str, Entity] | None = None,
        drop: Sequence[str] = (),
        why: str | None = None,
        erase: bool = False,
    ) -> None:
        """Put whole entities by key, or drop keys; `why` names the fact that an animation may be chosen by.

        Appends to one stream merge into one frame. `erase` also removes the keys' earlier patches from the log in
        the same transaction: an erased body lives nowhere. Raises `PatchBroken` for what a stream cannot carry.
        """
        change = self._change(stream)
        for key, entity in (put or {}).items():
            self._say(change, key, encode(entity), why)
        for key in drop:
            self._say(change, key, None, why)
        if erase:
            change.erased |= {*(put or {}), *drop}

    def regate(self, stream: str) -> None:
        """Have every node ask again who may follow. Every verb that takes access away calls this."""
        self._change(stream).regate = True

    def close(self, stream: str, *, wipe: bool = False) -> None:
        """End a stream with its object: followers are told `gone`, the row goes after 24 h, with `wipe` the log now."""
        change = self._change(stream)
        change.regate = change.close = True
        change.wipe |= wipe

    async def write(self, session: AsyncSession) -> list[Written]:
        """Lock the streams in the order of their names, move their versions, insert the patches.

        A row counter, not a sequence: a sequence leaves holes on rollback and lets 6 become visible before 5.
        """
        if not any(self._touched(change) for change in self._changes.values()):
            return []
        changes = {name: change for name, change in sorted(self._changes.items()) if self._touched(change)}
        self._changes = {}
        now = self._clock.now()
        rows = await self._lock(session, list(changes))
        epoch: UUID | None = rows[0].epoch
        if epoch is None:
            epoch = await ensure_epoch(session, now=now)
        await self._forget(session, changes, rows)
        written = [_written(row, changes[row.name], epoch) for row in rows]
        await session.execute(_BUMP_AND_INSERT, _parameters(written, rows, changes, now))
        return written

    def _change(self, stream: str) -> _Change:
        ensure_name(stream)
        return self._changes.setdefault(stream, _Change())

    def _say(self, change: _Change, key: str, value: Encoded | None, why: str | None) -> None:
        ensure_key(key)
        change.keys.pop(key, None)  # said again, it moves to the end: order inside a frame is the order of events
        change.keys[key] = (value, why)

    @staticmethod
    def _touched(change: _Change) -> bool:
        return bool(change.keys) or change.regate

    async def _lock(self, session: AsyncSession, names: list[str]) -> Sequence[Any]:  # Any: rows of text()
        await session.execute(_MAKE_MISSING, {"names": names})
        return (await session.execute(_LOCK, {"names": names})).all()

    async def _forget(self, session: AsyncSession, changes: Mapping[str, _Change], rows: Sequence[Any]) -> None:
        erased = [(row.id, key) for row in rows for key in sorted(changes[row.name].erased)]
        if erased:
            ids, keys = zip(*erased, strict=True)
            await session.execute(_ERASE, {"ids": list(ids), "keys": list(keys)})
        wiped = [row.id for row in rows if changes[row.name].wipe]
        if wiped:
            await session.execute(_WIPE, {"ids": wiped})


def _written(row: Any, change: _Change, epoch: UUID) -> Written:  # Any: a row of text()
    return Written(
        stream=row.name,
        from_=row.version,
        to=row.version + max(1, len(change.keys)),
        gate=row.gate + change.regate,
        put={key: value for key, (value, _) in change.keys.items() if value is not None},
        drop=tuple(key for key, (value, _) in change.keys.items() if value is None),
        why=change.why,
        epoch=epoch,
    )


def _parameters(
    written: Sequence[Written], rows: Sequence[Any], changes: Mapping[str, _Change], now: datetime
) -> dict[str, object]:
    patches = [
        (row.id, one.from_ + place, key, value.decode() if value is not None else None, why)
        for one, row in zip(written, rows, strict=True)
        for place, (key, (value, why)) in enumerate(changes[one.stream].keys.items(), start=1)
        if not changes[one.stream].wipe
    ]
    columns = [list(column) for column in zip(*patches, strict=True)] or [[], [], [], [], []]
    return {
        "ids": [row.id for row in rows],
        "versions": [one.to for one in written],
        "gates": [one.gate for one in written],
        "closes": [changes[one.stream].close for one in written],
        "wipes": [changes[one.stream].wipe for one in written],
        "now": now,
        **dict(zip(("patch_ids", "patch_versions", "keys", "values", "whys"), columns, strict=True)),
    }
