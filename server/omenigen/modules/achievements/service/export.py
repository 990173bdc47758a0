"""A player's own copy of everything that was counted for them, and its end."""

from typing import Any

import orjson
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.ids import UserId
from omenigen.modules.achievements.queries import boards as board_queries
from omenigen.modules.achievements.queries import players as queries
from omenigen.modules.achievements.service.boards import Order
from omenigen.modules.achievements.service.directory import Directory


class AchievementsExport:
    """Give a player's events, unlocks with their evidence, runs and places (`accounts` asks for it)."""

    part = "achievements"

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def export(self, *, user_id: UserId) -> JsonValue:
        """Return everything as JSON."""
        found = await queries.export_of(self._session, user_id)
        whole: JsonValue = orjson.loads(orjson.dumps(found, default=_plain))
        return whole


class Forgetting:
    """Forget players who left."""

    def __init__(self, session: AsyncSession, directory: Directory, order: Order) -> None:
        self._session = session
        self._directory = directory
        self._order = order

    async def forget(self, *, user_id: int) -> None:
        """Delete everything that was counted for a player."""
        await self._order.leave(user_id, await board_queries.leave(self._session, user_id))
        await queries.forget_player(self._session, user_id)
        self._directory.forget(user_id)


def _plain(value: Any) -> str:  # Any: what JSON has no word for
    return str(value)
