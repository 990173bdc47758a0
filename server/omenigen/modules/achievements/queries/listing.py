"""Every select over achievements as they are listed."""

from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.modules.achievements.models import RarityRow, RuleRow

Db = AsyncSession | AsyncConnection

ACTIVE = timedelta(days=30)


async def rules_made(db: Db) -> dict[str, datetime]:
    """Say when each achievement came into the world."""
    return {row[0]: row[1] for row in await db.execute(select(RuleRow.code, RuleRow.made_at))}


async def rarity(db: Db) -> dict[str, float]:
    """Read the share of active players who have each achievement, as counted last."""
    return {row[0]: row[1] for row in await db.execute(select(RarityRow.rule_code, RarityRow.share))}


async def count_rarity(db: AsyncSession, *, now: datetime) -> None:
    """Count anew which share of active players (an event within 30 days) has each achievement."""
    await db.execute(
        text(
            """
            WITH active AS (SELECT user_id FROM achievement_score WHERE last_activity > :since),
                 had AS (
                     SELECT rule_code, count(DISTINCT user_id) AS players
                     FROM achievement_unlock JOIN active USING (user_id) GROUP BY rule_code)
            INSERT INTO achievement_rarity AS kept (rule_code, share, counted_at)
            SELECT rule_code, players::float8 / greatest(1, (SELECT count(*) FROM active)), :now FROM had
            ON CONFLICT (rule_code) DO UPDATE SET share = excluded.share, counted_at = excluded.counted_at
            """
        ),
        {"since": now - ACTIVE, "now": now},
    )
    await db.execute(
        text("UPDATE achievement_rarity SET share = 0, counted_at = :now WHERE counted_at < :now"), {"now": now}
    )
