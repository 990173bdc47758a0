"""Real PostgreSQL under the virtual clock.

The driver is synchronous psycopg beneath SQLAlchemy's async classes: a transaction is one instant of virtual time, so
a seed always gives the same run. What takes time is the way there and back: each session opens and closes after a
rolled delay, and it is between those that other things happen. (Races inside PostgreSQL have their own test:
tests/kit/streams/test_concurrency.py.)
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from omenigen.kit.streams import models
from tests.sim import rooms

LIVE_TABLES = ("live_epoch", "live_streams", "live_patches")
TABLES = (*LIVE_TABLES, *rooms.TABLES)


class _Cursor(psycopg.Cursor[Any]):
    async def _async_soft_close(self) -> None:
        """SQLAlchemy's async classes ask this of a cursor; rows are in memory already."""


class SimDatabase:
    """What `kit.db.Database` is to the hub and the edge: a place to get sessions from, sometimes away."""

    def __init__(self, url: str) -> None:
        self.sync = create_engine(
            url.replace("+asyncpg", "+psycopg"), pool_size=4, connect_args={"cursor_factory": _Cursor}
        )
        self.sync.dialect.is_async = True
        self._maker = async_sessionmaker(AsyncEngine(self.sync), expire_on_commit=False)
        self.rng = random.Random(0)
        self.away = False

    def create(self) -> None:
        """Make the tables of the streams and of the simulated rooms."""
        with self.sync.begin() as connection:
            for model in (models.LiveEpoch, models.LiveStream, models.LivePatch, models.LiveCursor):
                model.__table__.create(connection, checkfirst=True)
            for statement in rooms.SCHEMA:
                connection.execute(text(statement))
            for table in TABLES:
                connection.execute(text(f"CREATE UNLOGGED TABLE IF NOT EXISTS old_{table} (LIKE {table})"))

    def reset(self, rng: random.Random) -> None:
        """Empty everything, quickly: the tables are small, so DELETE beats TRUNCATE."""
        self.rng, self.away = rng, False
        with self.sync.begin() as connection:
            for table in reversed(TABLES):
                connection.execute(text(f"DELETE FROM {table}"))

    def back_up(self) -> None:
        """Keep a copy of everything as it is now."""
        with self.sync.begin() as connection:
            for table in TABLES:
                connection.execute(text(f"DELETE FROM old_{table}"))
                connection.execute(text(f"INSERT INTO old_{table} SELECT * FROM {table}"))

    def restore(self) -> None:
        """Put the copy back: yesterday's database."""
        with self.sync.begin() as connection:
            for table in reversed(TABLES):
                connection.execute(text(f"DELETE FROM {table}"))
            for table in TABLES:
                connection.execute(text(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM old_{table}"))

    @asynccontextmanager
    async def sessions(self) -> AsyncIterator[AsyncSession]:
        """Open a session after the way there, close it, and take the way back."""
        await asyncio.sleep(self.rng.uniform(0.0005, 0.004))
        if self.away:
            raise OperationalError("the way there", {}, ConnectionRefusedError("database away"))
        async with self._maker() as session:
            yield session
        slow = self.rng.random() < 0.35
        await asyncio.sleep(self.rng.uniform(0.02, 0.4) if slow else self.rng.uniform(0.0005, 0.02))
