"""Alembic's environment: our metadata against the database that the caller names."""

from alembic import context
from sqlalchemy import create_engine

from omenigen.main.tables import METADATA

url = context.config.get_main_option("sqlalchemy.url")
assert url is not None, "the address of the database comes from omenigen.main.migrations"

with create_engine(url).connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA, compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()
