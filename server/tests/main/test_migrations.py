"""A fresh migration gives exactly the tables that the models describe, and every step can be taken back."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from omenigen.kit.embedded import Embedded
from omenigen.kit.settings import DatabaseSettings
from omenigen.main.migrations import at_head, downgrade, migrate
from omenigen.main.tables import METADATA

NAME = "migrations_of_the_tests"


@pytest.fixture
def empty(servers: Embedded) -> Iterator[DatabaseSettings]:
    """An empty database beside the one of the other tests."""
    admin = create_engine(_sync(servers.database_url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {NAME}"))
        yield DatabaseSettings(DATABASE_URL=servers.database_url.rsplit("/", 1)[0] + "/" + NAME)
        connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def engine(empty: DatabaseSettings) -> Iterator[Engine]:
    engine = create_engine(_sync(empty.url))
    yield engine
    engine.dispose()


def test_a_fresh_migration_equals_the_models(empty: DatabaseSettings, engine: Engine) -> None:
    migrate(empty)
    assert at_head(empty)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_migrating_twice_changes_nothing(empty: DatabaseSettings) -> None:
    migrate(empty)
    migrate(empty)
    assert at_head(empty)


def test_every_step_can_be_taken_back(empty: DatabaseSettings, engine: Engine) -> None:
    migrate(empty)
    downgrade(empty, to="base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    with engine.connect() as connection:
        leftovers = connection.scalars(
            text("SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public'")
        ).all()
    assert leftovers == []
    migrate(empty)
    assert at_head(empty)


def _sync(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql+psycopg://", 1)
