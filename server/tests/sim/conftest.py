"""A database of the simulation's own, and the log given back."""

from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import create_engine, text

from omenigen.kit.embedded import Embedded
from tests.sim.database import SimDatabase


@pytest.fixture(scope="module")
def database(servers: Embedded) -> Iterator[SimDatabase]:
    """A database of its own: nothing here is migrated, and nothing of it is seen elsewhere."""
    url = servers.database_url.replace("+asyncpg", "+psycopg")
    base, _, _ = url.rpartition("/")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS simulation"))
        connection.execute(text("CREATE DATABASE simulation"))
    database = SimDatabase(f"{base}/simulation")
    database.create()
    yield database
    database.sync.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE simulation"))
    admin.dispose()


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Give the log back as it was."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
