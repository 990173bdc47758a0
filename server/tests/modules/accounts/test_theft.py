"""Refresh tokens: rotation, two tabs, lost answers, thieves."""

import asyncio

import httpx
import pytest
from dishka import AsyncContainer
from sqlalchemy import text

from omenigen.kit.clock import ManualClock
from omenigen.kit.db import Database
from omenigen.main.container import make_container
from omenigen.main.settings import Settings
from omenigen.modules.accounts.errors import SessionOver
from omenigen.modules.accounts.public import LiveSessions
from tests.modules.accounts.door import AUTH, Door, address, bearer, code, facts

ME = "/api/v1/me"


async def renew(client: httpx.AsyncClient, token: str) -> httpx.Response:
    """Present a refresh token as a program does."""
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": token})


async def test_each_token_is_followed_by_another(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    seen = {tokens["refresh_token"]}
    for _ in range(5):
        clock.advance(600)
        answer = await renew(door.client, tokens["refresh_token"])
        assert answer.status_code == 200
        tokens = answer.json()
        seen.add(tokens["refresh_token"])
    assert len(seen) == 6
    assert (await door.client.get(ME, headers=bearer(tokens))).status_code == 200


async def test_within_the_leeway_the_same_successor_comes_again(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    first = (await door.native("vera"))["refresh_token"]
    answers = [(await renew(door.client, first)).json()["refresh_token"] for _ in range(2)]
    clock.advance(10)
    answers.append((await renew(door.client, first)).json()["refresh_token"])
    assert len(set(answers)) == 1
    assert first not in answers


async def test_a_late_tab_gets_the_newest_of_the_family(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    first = (await door.native("vera"))["refresh_token"]
    second = (await renew(door.client, first)).json()["refresh_token"]
    third = (await renew(door.client, second)).json()["refresh_token"]
    clock.advance(5)
    assert (await renew(door.client, first)).json()["refresh_token"] == third
    clock.advance(600)
    assert (await renew(door.client, third)).status_code == 200


async def test_tabs_that_renew_at_once_stay_in_one_family(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    first = (await door.native("vera"))["refresh_token"]
    answers = await asyncio.gather(*(renew(door.client, first) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    clock.advance(600)
    assert (await renew(door.client, answers[0].json()["refresh_token"])).status_code == 200


async def test_a_browser_renews_by_its_cookie(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        before = browser.cookies["om_refresh"]
        clock.advance(700)
        assert (await browser.get(ME)).status_code == 401
        answer = await browser.post(f"{AUTH}/refresh")
        assert (answer.status_code, answer.json()["refresh_token"]) == (200, None)
        assert browser.cookies["om_refresh"] != before
        assert (await browser.get(ME)).status_code == 200


async def test_a_script_cannot_turn_the_cookie_into_a_token(door: Door) -> None:
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        answer = await browser.post(f"{AUTH}/refresh", headers={"X-Client": "native"}, json={})
        assert answer.json()["refresh_token"] is None


async def test_a_stolen_token_closes_the_session_and_tells(
    door: Door, clock: ManualClock, container: AsyncContainer
) -> None:
    await door.join("vera")
    first = (await door.native("vera"))["refresh_token"]
    elsewhere = await door.native("vera")
    thief = (await renew(door.client, first)).json()
    clock.advance(11)
    answer = await renew(door.client, first)
    assert (answer.status_code, code(answer)) == (401, "accounts.refresh_reused")
    assert code(await renew(door.client, thief["refresh_token"])) == "accounts.refresh_invalid"
    assert code(await door.client.get(ME, headers=bearer(thief))) == "accounts.session_over"
    assert (await door.client.get(ME, headers=bearer(elsewhere))).status_code == 200
    assert (await door.mailbox.subjects(address("vera")))[-1] == "Мы закрыли один вход"
    assert await facts(container, "accounts.session_stolen") == [{"user_id": 1, "session_id": 1, "device": "Python"}]
    async with (await container.get(Database)).sessions() as db:
        ending = await db.scalar(text("SELECT ending FROM accounts_sessions ORDER BY id LIMIT 1"))
        gate = await db.scalar(text("SELECT gate FROM live_streams WHERE name = 'user.1'"))
    assert ending == "stolen"
    assert gate == 1  # every node asks again who may follow `user.1`, and closes the session's sockets


async def test_the_thief_who_comes_second_loses_as_well(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    copied = (await door.native("vera"))["refresh_token"]
    owner = (await renew(door.client, copied)).json()
    clock.advance(3600)
    assert code(await renew(door.client, copied)) == "accounts.refresh_reused"
    assert code(await renew(door.client, owner["refresh_token"])) == "accounts.refresh_invalid"


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 256, "ключ"])
async def test_a_token_that_was_never_ours(door: Door, token: str) -> None:
    answer = await renew(door.client, token)
    assert (answer.status_code, code(answer)) == (401, "accounts.refresh_invalid")


async def test_no_token_at_all(door: Door) -> None:
    for body in (None, {}, {"refresh_token": None}):
        assert code(await door.client.post(f"{AUTH}/refresh", json=body)) == "accounts.refresh_invalid"


async def test_a_session_ends_when_nobody_renews_it_for_thirty_days(door: Door, clock: ManualClock) -> None:
    await door.join("vera")
    token = (await door.native("vera"))["refresh_token"]
    clock.advance(29 * 86400)
    token = (await renew(door.client, token)).json()["refresh_token"]
    clock.advance(30 * 86400)
    assert code(await renew(door.client, token)) == "accounts.refresh_invalid"


async def test_the_database_holds_nothing_that_opens_a_door(door: Door, container: AsyncContainer) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    renewed = (await renew(door.client, tokens["refresh_token"])).json()
    async with (await container.get(Database)).sessions() as db:
        kept = str((await db.execute(text("SELECT * FROM accounts_refreshes"))).all())
    assert tokens["refresh_token"] not in kept
    assert renewed["refresh_token"] not in kept


async def test_another_node_refuses_an_ended_session_within_a_second(
    door: Door, settings: Settings, clock: ManualClock
) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    other = make_container(settings, clock=clock)
    try:
        elsewhere = await other.get(LiveSessions)
        person = await elsewhere.person(tokens["access_token"])
        assert await elsewhere.living([person.session_id]) == {person.session_id}
        assert (await door.client.post(f"{AUTH}/logout", headers=bearer(tokens))).status_code == 204
        assert await elsewhere.living([person.session_id]) == frozenset()
        clock.advance(1)
        with pytest.raises(SessionOver):
            await elsewhere.person(tokens["access_token"])
    finally:
        await other.close()


async def test_a_session_over_midnight_is_a_new_day_once(
    door: Door, clock: ManualClock, container: AsyncContainer
) -> None:
    await door.join("vera", time_zone="Asia/Omsk")  # 12:00 UTC is 18:00 there
    token = (await door.native("vera"))["refresh_token"]
    firsts = []
    for hours in (5.5, 1, 1, 24):
        clock.advance(hours * 3600)
        token = (await renew(door.client, token)).json()["refresh_token"]
        firsts.append(len(await facts(container, "accounts.signed_in")))
    assert firsts == [1, 2, 2, 3]
    assert all(fact["day_first"] for fact in await facts(container, "accounts.signed_in"))


async def test_a_new_device_is_noticed_and_the_first_one_is_not(door: Door, container: AsyncContainer) -> None:
    await door.join("vera")
    async with door.browser() as browser:
        for device in ("ноутбук", "ноутбук", "телефон"):
            assert (await door.sign_in(browser, "vera", device=device)).status_code == 200
    told = [(fact["device"], fact["new_device"]) for fact in await facts(container, "accounts.signed_in")]
    assert told == [("ноутбук", False), ("ноутбук", False), ("телефон", True)]
