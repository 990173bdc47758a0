"""Notices: read up to a point, forgotten in time, and the same on the stream as in a fresh copy."""

import asyncio
from typing import Any

import orjson
from dishka import AsyncContainer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Role, User
from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import NoticeId, SessionId, UserId
from omenigen.kit.streams import StreamKinds
from omenigen.kit.texts import Locale
from omenigen.modules.notify import rules
from omenigen.modules.notify.service import NoticeExport, Notices
from omenigen.modules.notify.types import NewNotice, NoticeKind, NoticePage, UnlockLine

VERA = UserId(7)
LEV = UserId(8)


def caller(user_id: UserId = VERA) -> User:
    return User(user_id=user_id, session_id=SessionId(1), role=Role.PLAYER, locale=Locale.RU)


async def tell_level(container: AsyncContainer, level: int, user_id: UserId = VERA) -> None:
    async with unit_of_work(container) as scope:
        notice = NewNotice(
            user_id=user_id, kind=NoticeKind.LEVEL_REACHED, key=f"level/{level}", params={"level": level}
        )
        await (await scope.get(Notices)).tell(notice=notice)


async def page(container: AsyncContainer, *, before: int | None = None, limit: int = 30) -> NoticePage:
    async with unit_of_work(container) as scope:
        start = None if before is None else NoticeId(before)
        return await (await scope.get(Notices)).page(caller=caller(), before=start, limit=limit)


async def read(container: AsyncContainer, up_to: int, user_id: UserId = VERA) -> int:
    async with unit_of_work(container) as scope:
        return await (await scope.get(Notices)).read(caller=caller(user_id), up_to=NoticeId(up_to))


async def on_stream(container: AsyncContainer, user_id: UserId = VERA) -> dict[str, Any]:
    """Fold the log of a player's stream: what a client that heard everything holds."""
    held: dict[str, Any] = {}
    async with unit_of_work(container) as scope:
        session = await scope.get(AsyncSession)
        patches = await session.execute(
            text(
                "SELECT key, value FROM live_patches JOIN live_streams ON live_streams.id = stream_id "
                "WHERE name = :name ORDER BY live_patches.version"
            ),
            {"name": f"user.{user_id}"},
        )
        for key, value in patches:
            held.pop(key, None)
            if value is not None:
                held[key] = value
    return held


async def fresh_copy(container: AsyncContainer, user_id: UserId = VERA) -> dict[str, Any]:
    """Ask for the part as a client that knows nothing does."""
    async with unit_of_work(container) as scope:
        kinds, session = await scope.get(StreamKinds), await scope.get(AsyncSession)
        name = f"user.{user_id}"
        copies = await kinds.snapshot(session, [name], parts={"notices"})
        return {key: orjson.loads(value) for key, value in copies[name].items()}


async def test_the_list_goes_newest_first_in_pages(container: AsyncContainer) -> None:
    for level in range(2, 7):
        await tell_level(container, level)
    first = await page(container, limit=2)
    assert [notice.params["level"] for notice in first.items] == [6, 5]
    assert first.unread == 5
    second = await page(container, before=first.next, limit=2)
    assert [notice.params["level"] for notice in second.items] == [4, 3]
    last = await page(container, before=second.next, limit=2)
    assert [notice.params["level"] for notice in last.items] == [2]
    assert last.next is None


async def test_reading_marks_this_and_all_older_ones_and_nobody_elses(container: AsyncContainer) -> None:
    for level in (2, 3, 4):
        await tell_level(container, level)
    await tell_level(container, 2, LEV)
    newest, middle, oldest = (await page(container)).items
    assert await read(container, middle.id) == 1
    assert [notice.read_at is not None for notice in (await page(container)).items] == [False, True, True]
    assert await read(container, oldest.id) == 1
    assert await read(container, newest.id + 100, LEV) == 0
    assert (await page(container)).unread == 1


async def test_reading_twice_keeps_the_first_moment_and_tells_nothing(
    container: AsyncContainer, clock: ManualClock
) -> None:
    await tell_level(container, 2)
    (notice,) = (await page(container)).items
    await read(container, notice.id)
    before = await on_stream(container)
    clock.advance(60)
    await read(container, notice.id)
    assert (await page(container)).items[0].read_at == notice.at
    assert await on_stream(container) == before


async def test_the_stream_holds_what_a_fresh_copy_holds(container: AsyncContainer, clock: ManualClock) -> None:
    for level in range(2, 2 + rules.IN_STREAM + 4):
        await tell_level(container, level)
    shown = (await page(container)).items
    await read(container, shown[3].id)
    clock.advance(3)
    async with unit_of_work(container) as scope:
        unlock = UnlockLine(code="newcomer", tier=1, points=5, name={"ru": "Новичок", "en": "Newcomer"})
        await (await scope.get(Notices)).tell_unlock(user_id=VERA, unlock=unlock)
    held = await on_stream(container)
    assert held == await fresh_copy(container)
    assert len([key for key in held if key.startswith("notice/")]) == rules.IN_STREAM
    assert held["notices"] == {"unread": 4}


async def test_two_at_once_leave_a_true_count(container: AsyncContainer) -> None:
    await asyncio.gather(*(tell_level(container, level) for level in range(2, 10)))
    held = await on_stream(container)
    assert held["notices"] == {"unread": 8}
    assert held == await fresh_copy(container)


async def test_two_unlocks_at_once_are_one_notice(container: AsyncContainer) -> None:
    async def tell(code: str) -> None:
        async with unit_of_work(container) as scope:
            unlock = UnlockLine(code=code, tier=1, points=5, name={"ru": code, "en": code})
            await (await scope.get(Notices)).tell_unlock(user_id=VERA, unlock=unlock)

    await asyncio.gather(*(tell(code) for code in ("one", "two", "three")))
    (notice,) = (await page(container)).items
    assert notice.params["points"] == 15


async def test_a_read_notice_is_left_alone_by_the_next_unlock(container: AsyncContainer) -> None:
    async with unit_of_work(container) as scope:
        unlock = UnlockLine(code="one", tier=1, points=5, name={})
        await (await scope.get(Notices)).tell_unlock(user_id=VERA, unlock=unlock)
    (told,) = (await page(container)).items
    await read(container, told.id)
    async with unit_of_work(container) as scope:
        unlock = UnlockLine(code="two", tier=1, points=5, name={})
        await (await scope.get(Notices)).tell_unlock(user_id=VERA, unlock=unlock)
    assert len((await page(container)).items) == 2


async def test_notices_are_forgotten_after_ninety_days(container: AsyncContainer, clock: ManualClock) -> None:
    await tell_level(container, 2)
    clock.advance(rules.KEPT_FOR.total_seconds() - 1)
    await tell_level(container, 3)
    async with unit_of_work(container) as scope:
        assert await (await scope.get(Notices)).forget_old() == 0
    clock.advance(2)
    async with unit_of_work(container) as scope:
        assert await (await scope.get(Notices)).forget_old() == 1
    assert [notice.params["level"] for notice in (await page(container)).items] == [3]
    assert await on_stream(container) == await fresh_copy(container)


async def test_the_export_holds_every_notice_in_both_languages(container: AsyncContainer) -> None:
    await tell_level(container, 2)
    async with unit_of_work(container) as scope:
        export = NoticeExport(await scope.get(AsyncSession), (await scope.get(Notices))._words)
        (kept,) = await export.export(user_id=VERA)  # type: ignore[misc] # a list of one
    assert kept["text"] == {"ru": "Теперь у тебя уровень 2", "en": "You are now level 2"}  # type: ignore[index]
