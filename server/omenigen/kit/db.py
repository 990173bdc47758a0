"""PostgreSQL: the tables' common base, two engines, and small column types."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, NewType

import orjson
from sqlalchemy import BigInteger, DateTime, Identity, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

from omenigen.kit.settings import DatabaseSettings

Id = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
"""A bigint that PostgreSQL numbers."""

Ref = Annotated[int, mapped_column(BigInteger)]
"""A bigint that names a row elsewhere (other modules' rows are named, never joined by a foreign key)."""

Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
"""A moment with its zone; always UTC in Python."""

Json = Annotated[dict[str, Any], mapped_column(JSONB)]
"""A JSON object."""

ReadDb = NewType("ReadDb", AsyncConnection)
"""A connection in AUTOCOMMIT for reads of one statement: no BEGIN, no ROLLBACK, about a third less time."""


class Base(DeclarativeBase):
    """The base of every table: one metadata, constraints with predictable names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """Hold one process's two pools: transactions, and single-statement reads."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self.engine = _engine(settings, pool_size=settings.pool_size)
        self.reads = _engine(
            settings, pool_size=max(2, settings.pool_size // 2), isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    async def session(self) -> AsyncIterator[AsyncSession]:
        """Open a session and close it; committing belongs to the edge (`kit.edge`)."""
        async with self.sessions() as session:
            yield session

    async def read(self) -> AsyncIterator[ReadDb]:
        """Open a connection for reads of one statement."""
        async with self.reads.connect() as connection:
            yield ReadDb(connection)

    async def close(self) -> None:
        """Close both pools."""
        await self.engine.dispose()
        await self.reads.dispose()


def _engine(settings: DatabaseSettings, *, pool_size: int, **options: Any) -> AsyncEngine:  # Any: engine options
    return create_async_engine(
        settings.url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        pool_pre_ping=False,
        pool_recycle=1800,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": 5,
            "command_timeout": 30,
            "server_settings": {
                "application_name": "omenigen",
                "jit": "off",
                "timezone": "UTC",
                "lock_timeout": "2000",
                "idle_in_transaction_session_timeout": "60000",
            },
        },
        **options,
    )
