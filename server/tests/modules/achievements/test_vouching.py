"""Whose word counts for how much: a player's own game before and after the operator vouches for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from dishka import AsyncContainer

from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.kit.texts import Locale
from omenigen.main.settings import Settings
from omenigen.modules.accounts.public import Operators
from omenigen.modules.achievements.service.keyring import KeyRing
from tests.modules.accounts.door import PASSWORD, Door, Mailbox
from tests.modules.achievements.arena import Arena
from tests.modules.achievements.conftest import API, Game, vouch

RACE = {"name": {"ru": "Гонка выиграна", "en": "Race won"}, "points": 100, "amount_max": 1_000_000}
RULE = {
    "code": "racer_of_races",
    "name": {"ru": "Гонщик", "en": "Racer"},
    "description": {"ru": "Выиграть гонку.", "en": "Win a race."},
    "points": 1000,
    "when": {"metric": "race_won.count", "op": ">=", "value": 1},
}


@dataclass(frozen=True, kw_only=True)
class Builder:
    """A player with a game of their own, linked to themselves."""

    browser: httpx.AsyncClient
    client: httpx.AsyncClient
    container: AsyncContainer
    source: int
    me: int
    key: str

    async def send(self, event_type: str = "find_secret", **more: Any) -> httpx.Response:
        body = {"user_id": self.me, "event_type": event_type, **more}
        return await self.client.post(f"{API}/event/", json=body, headers={"X-API-Key": self.key})

    async def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.browser.get(f"{API}/stats/{self.me}")).json()
        return found

    async def codes(self) -> set[str]:
        had = (await self.browser.get(f"{API}/achievements/users/{self.me}")).json()
        return {one["code"] for one in had}


@pytest.fixture
async def door(client: httpx.AsyncClient, container: AsyncContainer, settings: Settings) -> Door:
    """Where people join and come in."""
    return Door(client=client, mailbox=Mailbox(container, settings.data.folder / "mailbox"))


@pytest.fixture
async def vera(client: httpx.AsyncClient, container: AsyncContainer, door: Door) -> AsyncIterator[Builder]:
    """Vera, who made a game on the Builder page."""
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        made = (await browser.post(f"{API}/sources", json={"name": "space-race"})).json()
        assert made["vouched"] is False
        key = (await browser.post(f"{API}/sources/{made['id']}/keys", json={"scopes": SCOPES})).json()["key"]
        me = (await browser.get(f"{API}/me")).json()["id"]
        yield Builder(browser=browser, client=client, container=container, source=made["id"], me=me, key=key)


SCOPES = ["events:write", "users:write", "users:read", "stats:read", "rules:write"]


@pytest.fixture
async def operator(container: AsyncContainer, door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which the operator is signed in."""
    async with unit_of_work(container) as scope:
        await (await scope.get(Operators)).create(
            username="starosta", email="starosta@example.com", password=PASSWORD, locale=Locale.RU
        )
    async with door.signed_in("starosta") as browser:
        yield browser


async def test_nobody_raises_their_own_score_without_bound(vera: Builder, arena: Arena) -> None:
    assert (await vera.browser.put(f"{API}/sources/{vera.source}/types/race_won", json=RACE)).status_code == 200
    await arena.reload()
    before = (await vera.stats())["total_score"]
    answers = [await vera.send() for _ in range(3)]
    assert [one.status_code for one in answers] == [201, 201, 201]
    assert [one.json()["points"] for one in answers] == [30, 0, 0]
    assert (await vera.send("race_won", amount=1_000_000)).json()["points"] == 0
    await arena.judge()
    stats = await vera.stats()
    assert stats["total_score"] == before + 30
    # What happened is told all the same.
    assert (stats["secrets_found"], stats["by_type"]["race_won"]) == (3, 1)
    series = (await vera.browser.get(f"{API}/stats/{vera.me}/series?days=1")).json()["days"]
    assert series[-1]["by_type"]["find_secret"] == 3
    assert "explorer" not in await vera.codes()


async def test_two_games_of_ones_own_share_the_day(vera: Builder, clock: ManualClock) -> None:
    other = (await vera.browser.post(f"{API}/sources", json={"name": "second-race"})).json()["id"]
    key = (await vera.browser.post(f"{API}/sources/{other}/keys", json={})).json()["key"]
    second = Builder(
        browser=vera.browser, client=vera.client, container=vera.container, source=other, me=vera.me, key=key
    )
    assert [(await one.send("complete_level")).json()["points"] for one in (vera, second, vera)] == [20, 10, 0]
    clock.advance(86_400)
    assert (await second.send("complete_level")).json()["points"] == 20


async def test_rules_and_boards_do_not_rest_on_it(vera: Builder, game: Game, arena: Arena) -> None:
    for _ in range(3):
        await vera.send()
    await game.judged()
    assert "explorer" not in await vera.codes()
    assert (await vera.browser.get(f"{API}/boards/secrets?window=all")).json()["rows"] == []
    why = (await vera.browser.get(f"{API}/achievements/explorer/explain?user={vera.me}")).json()
    assert why["tree"]["value"] == 0
    assert {one["reason"] for one in why["tree"]["refused"]} == {"trust"}
    # A backfill counts by the same law.
    await arena.rule("{code: two_secrets, name: {ru: Два, en: Two}, description: {ru: Два., en: Two.}, points: 5, "
                     "when: {metric: find_secret.count, value: 2, window: day}}")  # fmt: skip
    await vera.send()
    await arena.judge()
    assert "two_secrets" not in await vera.codes()


async def test_a_sequence_does_not_rest_on_it_either(vera: Builder, arena: Arena) -> None:
    await arena.rule("{code: up_again, name: {ru: Снова, en: Again}, description: {ru: Снова., en: Again.}, points: 5, "
                     "when: {sequence: [game_lost, game_won], within: 10m}}")  # fmt: skip
    await vera.send("game_lost")
    await vera.send("game_won")
    await arena.judge()
    assert "up_again" not in await vera.codes()
    await vouch(vera.container, vera.source)
    await vera.send("game_lost")
    await vera.send("game_won")
    await arena.judge()
    assert "up_again" in await vera.codes()


async def test_what_anybody_may_say_of_themselves_still_unlocks(vera: Builder, arena: Arena) -> None:
    await arena.rule("{code: done_once, name: {ru: Раз, en: Once}, description: {ru: Раз., en: Once.}, points: 5, "
                     "when: {metric: task_done.count, value: 1}}")  # fmt: skip
    await vera.send("task_done")
    await arena.judge()
    assert "done_once" in await vera.codes()


async def test_the_operator_vouches_and_takes_it_back(
    vera: Builder, operator: httpx.AsyncClient, arena: Arena, clock: ManualClock
) -> None:
    await vera.send()
    voucher = f"{API}/operator/games/{vera.source}/voucher"
    for _ in range(2):
        answer = await operator.put(voucher)
        assert (answer.status_code, answer.json()["vouched"]) == (200, True), answer.text
    (starosta,) = (await arena.rows("SELECT vouched_by FROM achievement_source WHERE name = 'space-race'"))[0]
    assert starosta == (await operator.get(f"{API}/me")).json()["id"]
    clock.advance(5)
    assert [(await vera.send()).json()["points"] for _ in range(3)] == [50, 50, 50]
    await arena.judge()
    assert "explorer" in await vera.codes()
    assert (await vera.browser.get(f"{API}/sources")).json()["items"][0]["vouched"] is True
    assert (await operator.delete(voucher)).json()["vouched"] is False
    clock.advance(5)
    assert (await vera.send()).json()["points"] == 0
    assert "explorer" in await vera.codes()
    none = await operator.put(f"{API}/operator/games/4711/voucher")
    assert (none.status_code, none.json()["code"]) == (404, "achievement.source_not_found")


async def test_rules_of_ones_own_recognise_and_pay_nothing(vera: Builder, arena: Arena) -> None:
    await vera.browser.put(f"{API}/sources/{vera.source}/types/race_won", json=RACE)
    await arena.reload()
    headers = {"X-API-Key": vera.key}
    made = await vera.client.post(f"{API}/rules", json={"rule": RULE}, headers=headers)
    assert made.status_code == 201, made.text
    live = await vera.client.put(f"{API}/rules/{RULE['code']}", json={"state": "live"}, headers=headers)
    assert live.status_code == 200, live.text
    await arena.reload()
    await vera.send("race_won")
    await arena.judge()
    had = (await vera.browser.get(f"{API}/achievements/users/{vera.me}")).json()
    assert [(one["code"], one["points"]) for one in had if one["code"] == RULE["code"]] == [(RULE["code"], 0)]
    await vouch(vera.container, vera.source)
    shown = (await vera.browser.get(f"{API}/achievements/")).json()
    assert next(one["points"] for one in shown if one["code"] == RULE["code"]) == 1000


async def test_a_correction_gives_the_day_its_room_back(vera: Builder) -> None:
    event = (await vera.send("complete_level")).json()["id"]
    assert (await vera.send("complete_level")).json()["points"] == 10
    body = {"amount": 0, "reason": "pressed twice"}
    headers = {"X-API-Key": vera.key}
    answer = await vera.client.post(f"{API}/events/{event}/corrections", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert (await vera.stats())["by_type"]["complete_level"] == 1
    assert (await vera.send("complete_level")).json()["points"] == 20


async def test_the_list_of_games(vera: Builder, operator: httpx.AsyncClient, game: Game, clock: ManualClock) -> None:
    await vera.send()
    items = (await operator.get(f"{API}/operator/games")).json()["items"]
    seen = {one["name"]: (one["vouched"], one["owner"] and one["owner"]["username"]) for one in items}
    assert seen == {"space-race": (False, "vera"), "racer": (True, None)}
    (mine,) = [one for one in items if one["name"] == "space-race"]
    assert (mine["live_keys"], mine["players"], mine["events_last_day"]) == (1, 1, 1)
    first = (await operator.get(f"{API}/operator/games?limit=1")).json()
    second = (await operator.get(f"{API}/operator/games", params={"limit": 1, "after": first["next"]})).json()
    assert ([len(first["items"]), len(second["items"])], second["next"]) == ([1, 1], None)
    assert first["items"] != second["items"]


async def test_the_platform_itself_is_nobodys_game(
    vera: Builder, operator: httpx.AsyncClient, container: AsyncContainer, arena: Arena
) -> None:
    await (await container.get(KeyRing)).own_key()
    (platform,) = [row[0] for row in await arena.rows("SELECT id FROM achievement_source WHERE name = 'omenigen'")]
    assert "omenigen" not in {one["name"] for one in (await operator.get(f"{API}/sources")).json()["items"]}
    for answer in (
        await operator.post(f"{API}/sources/{platform}/keys", json={}),
        await operator.delete(f"{API}/operator/games/{platform}/voucher"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "achievement.source_not_found")
    for name in ("omenigen", "demo"):
        taken = await vera.browser.post(f"{API}/sources", json={"name": name})
        assert (taken.status_code, taken.json()["code"]) == (409, "achievement.source_name_taken")
    own = await operator.post(f"{API}/sources", json={"name": "house-race"})
    assert own.json()["vouched"] is True
