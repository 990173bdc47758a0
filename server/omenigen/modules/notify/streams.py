"""The part of a player's stream that holds notices."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.ids import UserId
from omenigen.kit.streams import Entity, StreamPart
from omenigen.modules.notify import queries, rules
from omenigen.modules.notify.service import NoticeWords
from omenigen.modules.notify.types import UnreadCount


def notices_part(words: NoticeWords) -> StreamPart:
    """Declare keys `notice/<id>` (the newest) and `notices` (how many are unread) of `user.<id>`."""

    async def snapshot(db: AsyncSession, names: Sequence[str], window: int) -> dict[str, dict[str, Entity]]:
        return {name: await _of(db, UserId(int(name.partition(".")[2]))) for name in names}

    async def _of(db: AsyncSession, user_id: UserId) -> dict[str, Entity]:
        rows = await queries.newest(db, user_id, limit=rules.IN_STREAM)
        unread = UnreadCount(unread=await queries.count_unread(db, user_id))
        return {**{f"notice/{row.id}": words.notice(row) for row in rows}, "notices": unread}

    return StreamPart(prefix="user", name="notices", snapshot=snapshot)
