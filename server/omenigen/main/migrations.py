"""Bring the database's tables to the form that this version of the code expects."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from omenigen.kit.settings import REPOSITORY, DatabaseSettings

_LOCK = 0x0ED1_6E4E_0002


def migrate(settings: DatabaseSettings, *, to: str = "head") -> None:
    """Upgrade to a revision. Two nodes that start at once take turns behind an advisory lock."""
    engine = create_engine(_url(settings), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(settings), to)
    engine.dispose()


def downgrade(settings: DatabaseSettings, *, to: str) -> None:
    """Go back to a revision (`base` for an empty database)."""
    command.downgrade(_config(settings), to)


def at_head(settings: DatabaseSettings) -> bool:
    """Tell whether the database is at the newest revision."""
    engine = create_engine(_url(settings))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return current == ScriptDirectory.from_config(_config(settings)).get_current_head()


def _config(settings: DatabaseSettings) -> Config:
    config = Config(REPOSITORY / "server" / "alembic.ini")
    config.set_main_option("sqlalchemy.url", _url(settings).replace("%", "%%"))
    return config


def _url(settings: DatabaseSettings) -> str:
    return settings.url.replace("postgresql+asyncpg://", "postgresql+psycopg://", 1)
