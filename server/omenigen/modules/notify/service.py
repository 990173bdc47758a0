"""Telling a player what happened, and keeping count of what they have not read."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import User
from omenigen.kit.clock import Clock
from omenigen.kit.ids import NoticeId, UserId
from omenigen.kit.streams import Streams
from omenigen.kit.texts import Locale, Texts
from omenigen.modules.notify import queries, rules
from omenigen.modules.notify.models import NoticeRow
from omenigen.modules.notify.types import NewNotice, Notice, NoticeKind, NoticePage, UnlockLine, UnreadCount


class NoticeWords:
    """Build what a reader sees from what is kept: the one builder for patches, snapshots and lists."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def notice(self, row: NoticeRow) -> Notice:
        """Say a kept notice in every language."""
        kind = NoticeKind(row.kind)
        wordings = {locale: rules.decide_wording(kind=kind, params=row.params, locale=locale) for locale in Locale}
        return Notice(
            id=NoticeId(row.id),
            kind=kind,
            params=row.params,
            title={one.value: self._texts.say(one, said.title, **said.fill) for one, said in wordings.items()},
            text={one.value: self._texts.say(one, said.text, **said.fill) for one, said in wordings.items()},
            at=row.made_at,
            read_at=row.read_at,
        )


class Notices:
    """A player's notices: told once, read up to a point, forgotten after `rules.KEPT_FOR`."""

    def __init__(self, session: AsyncSession, streams: Streams, words: NoticeWords, clock: Clock) -> None:
        self._session = session
        self._streams = streams
        self._words = words
        self._clock = clock

    async def tell(self, *, notice: NewNotice) -> None:
        """Keep a notice and show it on open screens; a key that was told before changes nothing."""
        await queries.lock_reader(self._session, notice.user_id)
        row = await queries.insert_once(self._session, notice, now=self._clock.now())
        if row is not None:
            await self._show(notice.user_id, [row], why=f"notify.{notice.kind.value}")

    async def tell_unlock(self, *, user_id: UserId, unlock: UnlockLine) -> None:
        """Tell of an unlock; one that follows another within ten seconds joins its notice."""
        await queries.lock_reader(self._session, user_id)
        kind = NoticeKind.ACHIEVEMENT_UNLOCKED
        key = f"unlock/{unlock.code}.{unlock.tier}.{unlock.n}"
        last = await queries.newest_of_kind(self._session, user_id, kind)
        if last is None or not rules.may_merge(made_at=last.made_at, read_at=last.read_at, now=self._clock.now()):
            params = rules.unlock_params([unlock])
            await self.tell(notice=NewNotice(user_id=user_id, kind=kind, key=key, params=params))
        elif not await queries.is_told(self._session, user_id, key):
            last.params = rules.unlock_params(rules.merge_unlocks(rules.read_unlocks(last.params), unlock))
            await self._show(user_id, [last], why=f"notify.{kind.value}")

    async def read(self, *, caller: User, up_to: NoticeId) -> int:
        """Mark everything up to a notice as read; return how many stay unread."""
        user_id = caller.user_id
        await queries.lock_reader(self._session, user_id)
        marked = await queries.mark_read(self._session, user_id, up_to, now=self._clock.now())
        if marked:
            shown = await queries.newest(self._session, user_id, limit=rules.IN_STREAM)
            await self._show(user_id, [row for row in shown if row.id <= up_to], why="notify.read")
        return await queries.count_unread(self._session, user_id)

    async def page(self, *, caller: User, before: NoticeId | None, limit: int) -> NoticePage:
        """List the caller's notices, newest first."""
        rows = await queries.page_before(self._session, caller.user_id, before, limit=limit + 1)
        shown = rows[:limit]
        return NoticePage(
            items=[self._words.notice(row) for row in shown],
            unread=await queries.count_unread(self._session, caller.user_id),
            next=NoticeId(shown[-1].id) if len(rows) > limit else None,
        )

    async def forget_old(self, *, readers: int = 200) -> int:
        """Delete notices past their time for a handful of players; return how many players that were."""
        older_than: datetime = self._clock.now() - rules.KEPT_FOR
        users = await queries.readers_of_old(self._session, older_than, limit=readers)
        for user_id in users:
            await queries.lock_reader(self._session, user_id)
            await self._hide(user_id, await queries.delete_old(self._session, user_id, older_than))
        return len(users)

    async def forget_player(self, *, user_id: UserId) -> None:
        """Delete all notices of a player whose account is gone."""
        await queries.lock_reader(self._session, user_id)
        await self._hide(user_id, await queries.delete_all(self._session, user_id))

    async def _show(self, user_id: UserId, rows: Sequence[NoticeRow], *, why: str) -> None:
        await self._session.flush()
        pushed_out = await queries.id_at_place(self._session, user_id, rules.IN_STREAM)
        unread = await queries.count_unread(self._session, user_id)
        self._streams.append(
            f"user.{user_id}",
            put={
                **{f"notice/{row.id}": self._words.notice(row) for row in rows},
                "notices": UnreadCount(unread=unread),
            },
            drop=[] if pushed_out is None else [f"notice/{pushed_out}"],
            why=why,
        )

    async def _hide(self, user_id: UserId, ids: Sequence[NoticeId]) -> None:
        if not ids:
            return
        unread = await queries.count_unread(self._session, user_id)
        self._streams.append(
            f"user.{user_id}",
            put={"notices": UnreadCount(unread=unread)},
            drop=[f"notice/{one}" for one in ids],
            why="notify.forgotten",
        )


class NoticeExport:
    """What we keep of a person's notices, for the person."""

    part = "notices"

    def __init__(self, session: AsyncSession, words: NoticeWords) -> None:
        self._session = session
        self._words = words

    async def export(self, *, user_id: UserId) -> JsonValue:
        """List every notice that is still kept, newest first, in both languages."""
        rows = await queries.page_before(self._session, user_id, None, limit=None)
        return [_plain(self._words.notice(row)) for row in rows]


def _plain(notice: Notice) -> JsonValue:
    return {
        "kind": notice.kind.value,
        "title": dict(notice.title),
        "text": dict(notice.text),
        "at": notice.at.isoformat(),
        "read_at": notice.read_at.isoformat() if notice.read_at else None,
    }
