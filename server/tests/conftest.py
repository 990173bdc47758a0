"""Real servers once per session, an empty world for each test."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest
import redis
from dishka import AsyncContainer, Scope
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.bus import DEAD, FACTS, Bus
from omenigen.kit.clock import ManualClock
from omenigen.kit.embedded import Embedded
from omenigen.kit.embedded.tuning import Tuning
from omenigen.kit.settings import AuthSettings, DatabaseSettings, DataSettings, HttpSettings
from omenigen.main.app import make_app
from omenigen.main.container import make_container
from omenigen.main.migrations import migrate
from omenigen.main.process import consumers, loops
from omenigen.main.schedule import API_LOOPS, WORKER_LOOPS
from omenigen.main.settings import Settings

START = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
ADDRESS = "http://localhost:8000"


@pytest.fixture(scope="session")
def servers() -> Iterator[Embedded]:
    """PostgreSQL, NATS and Redis, started once. Not in pytest's own folder: as root PostgreSQL could not enter it."""
    with tempfile.TemporaryDirectory(prefix="omenigen-") as folder:
        with Embedded(Path(folder), tuning=Tuning.quick()) as embedded:
            yield embedded


@pytest.fixture(scope="session")
def migrated(servers: Embedded) -> Settings:
    """Settings that name a migrated database."""
    settings = Settings().with_servers(
        database_url=servers.database_url, redis_url=servers.redis_url, nats_url=servers.nats_url
    )
    migrate(settings.database)
    return settings


@pytest.fixture
async def settings(migrated: Settings, tmp_path: Path) -> AsyncIterator[Settings]:
    """Settings of an empty world: no rows, no keys, no facts, a data folder of its own."""
    yield replace(
        migrated,
        http=HttpSettings(PORT=8000),
        auth=AuthSettings(SECRET_KEY=SecretStr("a secret of the tests, long enough for HS256")),
        data=DataSettings(DATA=tmp_path),
    )
    await _empty(migrated.database)
    redis.Redis.from_url(migrated.redis.url).flushdb()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at noon of 1 May 2026, UTC, until it is advanced."""
    return ManualClock(START)


@pytest.fixture
async def container(settings: Settings, clock: ManualClock) -> AsyncIterator[AsyncContainer]:
    """The real container of a process, its bus connected."""
    container = make_container(settings, clock=clock)
    bus = await container.get(Bus)
    await bus.connect()
    yield container
    for stream in (FACTS, DEAD):  # not purged: the server would remember the ids of messages
        await bus.jetstream.delete_stream(stream)
    await bus.close()
    await container.close()


@pytest.fixture
async def scope(container: AsyncContainer) -> AsyncIterator[AsyncContainer]:
    """One unit of work, never committed: what a service does in it is seen through `db` and undone."""
    async with container(scope=Scope.REQUEST) as scope:
        yield scope


@pytest.fixture
async def db(scope: AsyncContainer) -> AsyncSession:
    """The session of `scope`."""
    return await scope.get(AsyncSession)


@pytest.fixture
async def client(container: AsyncContainer, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser-like client of the whole application, its loops running."""
    app = await make_app(container, settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(loops(container, API_LOOPS))
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 50000))
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=ADDRESS))


@pytest.fixture
async def worker(container: AsyncContainer, settings: Settings) -> AsyncIterator[None]:
    """Consumers and loops of a worker, running beside the test."""
    async with loops(container, WORKER_LOOPS), consumers(container, settings):
        yield


async def _empty(settings: DatabaseSettings) -> None:
    connection = await asyncpg.connect(settings.dsn)
    try:
        names = await connection.fetchval(
            "SELECT string_agg(format('SELECT %1$L AS name WHERE EXISTS (SELECT 1 FROM %1$I)', tablename), "
            "' UNION ALL ') "
            "FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'kit_outbox')"
        )
        # Facts keep counting: JetStream drops a message id that it has seen within twenty minutes.
        await connection.execute("DELETE FROM kit_outbox")
        full = [row["name"] for row in await connection.fetch(names)]
        if full:
            await connection.execute(f"TRUNCATE {', '.join(full)} RESTART IDENTITY CASCADE", timeout=10)
    finally:
        await connection.close()
