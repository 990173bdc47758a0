"""Intake's own few connections: asyncpg without a session around it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from asyncpg import Record

from omenigen.kit.settings import DatabaseSettings
from omenigen.modules.achievements.queries.writing import Driver


class Pool:
    """Connections that are opened when first needed, and anew when they were lost."""

    SIZE = 4

    def __init__(self, settings: DatabaseSettings) -> None:
        self._dsn = settings.dsn
        self._pool: asyncpg.Pool[Record] | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Driver]:
        """Lend a connection for the length of the block. Raises what asyncpg raises while PostgreSQL is away."""
        pool = self._pool or await self._open()
        async with pool.acquire(timeout=5) as connection:
            yield connection  # type: ignore[misc] # a proxy of a Connection

    async def close(self) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.close()

    async def _open(self) -> "asyncpg.Pool[Record]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,
                    max_size=self.SIZE,
                    timeout=5,
                    command_timeout=30,
                    max_inactive_connection_lifetime=600,
                    reset=_leave_as_is,
                    server_settings={
                        "application_name": "omenigen intake",
                        "jit": "off",
                        "timezone": "UTC",
                        "lock_timeout": "2000",
                    },
                )
            return self._pool


async def _leave_as_is(_: Driver) -> None:
    """Intake changes nothing in a session, so the usual reset would be one more round trip for nothing."""
