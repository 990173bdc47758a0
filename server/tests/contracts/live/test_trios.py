"""The golden trios of every verb that appends."""

import asyncio

import httpx
import pytest
from dishka import AsyncContainer

from omenigen.kit.auth import Role, User
from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import NoticeId, SessionId, UserId
from omenigen.kit.texts import Locale
from omenigen.modules.accounts.public import Operators
from omenigen.modules.notify.service import Notices
from omenigen.modules.notify.types import NewNotice, NoticeKind
from tests.contracts.live.trios import applied, keep, places_that_append, places_with_a_trio, snapshot, trio
from tests.modules.accounts.door import PASSWORD, Door, address
from tests.modules.achievements.arena import Arena
from tests.modules.achievements.conftest import Game

PLAYER = UserId(7)


def test_every_place_that_appends_has_a_trio() -> None:
    places = places_that_append()
    assert places, "nothing appends: the search is broken"
    assert places - places_with_a_trio() == set(), "write a trio in this file for each"
    assert places_with_a_trio() - places == set(), "these places are gone: remove their trios"


async def test_accounts_confirmed(container: AsyncContainer, door: Door) -> None:
    assert (await door.register("vera")).status_code == 202
    token = await door.mailbox.token(address("vera"))
    async with trio(container, "accounts", "confirmed", stream="user.1"):
        assert (await door.client.post("/api/v1/auth/confirm", json={"token": token})).status_code == 200


async def test_accounts_profile_changed(container: AsyncContainer, door: Door) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        async with trio(container, "accounts", "profile_changed", stream="user.1"):
            answer = await browser.patch("/api/v1/me", json={"display_name": "Вера", "about": "Пишу код"})
            assert answer.status_code == 200, answer.text


async def test_accounts_email_changed(container: AsyncContainer, door: Door) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        body = {"email": "vera@elsewhere.example", "password": PASSWORD}
        assert (await browser.put("/api/v1/me/email", json=body)).status_code == 202
        token = await door.mailbox.token("vera@elsewhere.example")
        async with trio(container, "accounts", "email_changed", stream="user.1"):
            answer = await browser.post("/api/v1/auth/email/confirm", json={"token": token})
            assert answer.status_code == 204, answer.text


async def test_accounts_role_changed(container: AsyncContainer, starosta: httpx.AsyncClient, door: Door) -> None:
    await door.join("vera")
    async with trio(container, "accounts", "role_changed", stream="user.2"):
        answer = await starosta.patch("/api/v1/operator/users/2", json={"role": "moderator"})
        assert answer.status_code == 200, answer.text


async def test_accounts_promoted(container: AsyncContainer, door: Door) -> None:
    await door.join("vera")
    async with trio(container, "accounts", "promoted", stream="user.1"):
        async with unit_of_work(container) as scope:
            await (await scope.get(Operators)).create(
                username="vera", email=address("vera"), password=PASSWORD, locale=Locale.RU, promote=True
            )


async def tell(container: AsyncContainer, level: int) -> None:
    notice = NewNotice(user_id=PLAYER, kind=NoticeKind.LEVEL_REACHED, key=f"level/{level}", params={"level": level})
    async with unit_of_work(container) as scope:
        await (await scope.get(Notices)).tell(notice=notice)


async def test_notify_told(container: AsyncContainer) -> None:
    async with trio(container, "notify", "told", stream="user.7"):
        await tell(container, 2)


async def test_notify_told_beyond_what_a_stream_shows(container: AsyncContainer, clock: ManualClock) -> None:
    for level in range(2, 32):
        await tell(container, level)
        clock.advance(60)
    async with trio(container, "notify", "told_thirty_first", stream="user.7"):
        await tell(container, 32)


async def test_notify_read(container: AsyncContainer, clock: ManualClock) -> None:
    await tell(container, 2)
    await tell(container, 3)
    clock.advance(5)
    async with trio(container, "notify", "read", stream="user.7"):
        caller = User(user_id=PLAYER, session_id=SessionId(1), role=Role.PLAYER, locale=Locale.RU)
        async with unit_of_work(container) as scope:
            await (await scope.get(Notices)).read(caller=caller, up_to=NoticeId(2))


async def test_notify_forgotten(container: AsyncContainer) -> None:
    await tell(container, 2)
    async with trio(container, "notify", "forgotten", stream="user.7"):
        async with unit_of_work(container) as scope:
            await (await scope.get(Notices)).forget_player(user_id=PLAYER)


async def test_achievements_first_login(container: AsyncContainer, arena: Arena) -> None:
    player = await arena.player()
    async with trio(container, "achievements", "first_login", stream=f"user.{player}"):
        await arena.tell(player, "login")
        await arena.judge()


async def test_achievements_eleventh_event(container: AsyncContainer, arena: Arena, clock: ManualClock) -> None:
    player = await arena.player()
    for _ in range(10):
        await arena.tell(player, "complete_level")
        clock.advance(1)
    await arena.judge()
    async with trio(container, "achievements", "eleventh_event", stream=f"user.{player}"):
        await arena.tell(player, "find_secret", times=3)
        await arena.judge()


async def test_achievements_a_game_hears_of_its_players(container: AsyncContainer, game: Game) -> None:
    player = await game.player("lev")
    stream = f"app.{game.issued.source_id}"
    async with trio(container, "achievements", "game_event", stream=stream):
        assert (await game.send(player, "complete_level")).status_code == 201
        await game.judged()


async def test_achievements_a_game_hears_what_was_refused(container: AsyncContainer, game: Game) -> None:
    player = await game.player("lev")
    stream = f"app.{game.issued.source_id}"
    async with trio(container, "achievements", "refused", stream=stream):
        assert (await game.send(player, "no_such_type")).status_code == 422
        async with asyncio.timeout(10):
            while not await snapshot(container, stream):  # the API's own loop writes it
                await asyncio.sleep(0.1)


def test_a_trio_whose_patches_do_not_reach_after_is_noticed() -> None:
    frame = {"op": "patch", "stream": "user.7", "from": 1, "to": 2, "put": {"a": {"n": 2}}, "drop": ["b"]}
    assert applied("user.7", {"a": {"n": 1}, "b": {}, "c": {}}, [frame]) == {"a": {"n": 2}, "c": {}}


def test_a_changed_trio_fails_until_it_is_written_anew(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("UPDATE_TRIOS", "1")
    keep(tmp_path / "case", {}, [], {}, ["here"])
    monkeypatch.delenv("UPDATE_TRIOS")
    keep(tmp_path / "case", {}, [], {}, ["here"])
    with pytest.raises(AssertionError, match=r"after\.json"):
        keep(tmp_path / "case", {}, [], {"new": {}}, ["here"])
    with pytest.raises(AssertionError, match="first time"):
        keep(tmp_path / "other", {}, [], {}, ["here"])
