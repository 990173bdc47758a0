"""What the operator's desk asks of PostgreSQL."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from omenigen.kit.outbox import OutboxRow
from omenigen.modules.achievements.models import DueRow


async def oldest_fact(db: AsyncConnection) -> tuple[int, datetime | None]:
    """Count the facts in the outbox and find when the oldest was made."""
    count, oldest = (await db.execute(select(func.count(), func.min(OutboxRow.made_at)))).one()
    return count, oldest


async def database_figures(db: AsyncConnection) -> tuple[int, int, int]:
    """Return the size of the database in bytes, its connections, and how many it allows."""
    asked = text(
        "SELECT pg_database_size(current_database()), "
        "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), "
        "current_setting('max_connections')::int"
    )
    size, connections, allowed = (await db.execute(asked)).one()
    return size, connections, allowed


async def count_due(db: AsyncConnection) -> int:
    """Count the marks that wait for a judge."""
    return (await db.execute(select(func.count()).select_from(DueRow))).scalar_one()
