"""How a window ended, kept with its SHA-256, so that nobody can change history unseen."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.modules.achievements.queries import boards as queries


async def keep_snapshot(
    db: AsyncSession, *, board: str, window: str, places: Sequence[tuple[int, int, datetime]], now: datetime
) -> None:
    """Keep the places of a window (player, value, moment; the foremost first), once."""
    rows = [
        {"rank": rank, "user_id": user, "value": value, "first_at": at.isoformat()}
        for rank, (user, value, at) in enumerate(places, start=1)
    ]
    digest = hashlib.sha256(orjson.dumps([board, window, rows], option=orjson.OPT_SORT_KEYS)).digest()
    await queries.keep_snapshot(db, board=board, window=window, rows=rows, digest=digest, now=now)
