"""Doors of stateless gateways: who may send a door's replies now, and how far they have been sent."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from omenigen.gateways.live.metrics import DOOR_LAG
from omenigen.kit.auth import Caller
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.streams import StreamKinds
from omenigen.kit.streams.reading import still_picture

LEASE_SECONDS = 30
WAIT_SECONDS = 1.0

_CLAIM = text("""
INSERT INTO live_cursors AS mine (door, version, lease_by, lease_until) VALUES (:door, 0, :holder, :until)
ON CONFLICT (door) DO UPDATE SET lease_by = :holder, lease_until = :until
WHERE mine.lease_by IS NULL OR mine.lease_by = :holder OR mine.lease_until <= :now
RETURNING version
""")

_RENEW = text(
    "UPDATE live_cursors SET lease_until = :until WHERE door = :door AND lease_by = :holder RETURNING version"
)

_ACK = text("""
UPDATE live_cursors SET version = greatest(version, :version), lease_until = :until
WHERE door = :door AND lease_by = :holder RETURNING version
""")

_RELEASE = text("UPDATE live_cursors SET lease_by = NULL, lease_until = NULL WHERE door = :door AND lease_by = :holder")

_LAGS = text("""
SELECT cursor.door, min(patch.made_at) AS oldest FROM live_cursors AS cursor
LEFT JOIN live_streams AS stream ON stream.name = 'door.' || cursor.door
LEFT JOIN live_patches AS patch
    ON patch.stream_id = stream.id AND patch.version > cursor.version AND patch.value IS NOT NULL
GROUP BY cursor.door
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The lease of a door: replies above `version` have not been sent."""

    door: str
    version: int


class Doors:
    """Lease doors to sockets. The cursor is the server's, so that a gateway keeps nothing."""

    def __init__(self, database: Database, kinds: StreamKinds, clock: Clock) -> None:
        self._database = database
        self._kinds = kinds
        self._clock = clock

    async def may_claim(self, caller: Caller, door: str) -> bool:
        """Tell whether the caller may follow the door's stream: its gate is the door's lock."""
        name = stream_of(door)
        async with still_picture(self._database.sessions) as db:
            return name in await self._kinds.admit(db, caller, [name])

    async def claim(self, *, door: str, holder: str) -> Claimed:
        """Take the lease for 30 s; while another holds it, wait for its end."""
        while (version := await self._write(_CLAIM, door=door, holder=holder)) is None:
            await asyncio.sleep(WAIT_SECONDS)
        return Claimed(door=door, version=version)

    async def renew(self, *, door: str, holder: str) -> bool:
        """Hold the lease for another 30 s; return False where it was lost."""
        return await self._write(_RENEW, door=door, holder=holder) is not None

    async def acknowledge(self, *, door: str, holder: str, version: int) -> bool:
        """Note how far replies have been sent; the cursor never goes back. Return False where the lease was lost."""
        return await self._write(_ACK, door=door, holder=holder, version=version) is not None

    async def release(self, *, door: str, holder: str) -> None:
        """Give the lease back at once."""
        async with self._database.sessions() as session:
            await session.execute(_RELEASE, {"door": door, "holder": holder})
            await session.commit()

    async def measure(self) -> None:
        """Tell the metrics how old the oldest reply is that each door has not sent."""
        async with self._database.sessions() as session:
            for row in await session.execute(_LAGS):
                age = (self._clock.now() - row.oldest).total_seconds() if row.oldest is not None else 0.0
                DOOR_LAG.labels(row.door).set(max(0.0, age))

    async def _write(self, statement: object, **values: object) -> int | None:
        now = self._clock.now()
        until = now + timedelta(seconds=LEASE_SECONDS)
        async with self._database.sessions() as session:
            version = await session.scalar(statement, {**values, "now": now, "until": until})  # type: ignore[call-overload] # text()
            await session.commit()
        return None if version is None else int(version)


def stream_of(door: str) -> str:
    """Return the stream that a door's replies are on."""
    return f"door.{door}"
