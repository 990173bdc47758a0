"""The builder's way: a game, its keys, its own event types, players who let it in, what was refused; and badges."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import jwt
import pytest
from dishka import AsyncContainer

from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.main.settings import Settings
from omenigen.modules.achievements.service.cache import STATS, Answers
from omenigen.modules.achievements.service.refused import Refused, RefusedPages
from omenigen.modules.achievements.service.rulebook import RuleBook
from tests.modules.accounts.door import Door, Mailbox
from tests.modules.achievements.conftest import API, Game, vouch

TYPE = {
    "name": {"ru": "Гонка выиграна", "en": "Race won"},
    "points": 7,
    "amount_max": 3,
    "schema": {"type": "object", "required": ["track"], "properties": {"track": {"type": "string"}}},
    "measures": {"track": "distinct"},
}


@pytest.fixture
async def vera(
    client: httpx.AsyncClient, container: AsyncContainer, settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which Vera, a builder, is signed in."""
    door = Door(client=client, mailbox=Mailbox(container, settings.data.folder / "mailbox"))
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        yield browser


async def _source(browser: httpx.AsyncClient, name: str = "space-race") -> int:
    answer = await browser.post(f"{API}/sources", json={"name": name, "title": "Space Race"})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def _key(browser: httpx.AsyncClient, source: int, **wanted: object) -> str:
    answer = await browser.post(f"{API}/sources/{source}/keys", json=wanted)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["key"])


async def _me(browser: httpx.AsyncClient) -> int:
    return int((await browser.get(f"{API}/me")).json()["id"])


async def test_from_nothing_to_the_first_event(vera: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    source = await _source(vera)
    key = await _key(vera, source)
    assert key.startswith("omk_space-race_")
    assert len(key.removeprefix("omk_space-race_")) == 43
    me = await _me(vera)
    # Whoever connects a game lets it see themselves.
    answer = await client.post(
        f"{API}/event/", json={"user_id": me, "event_type": "find_secret"}, headers={"X-API-Key": key}
    )
    assert answer.status_code == 201, answer.text
    assert (await vera.get(f"{API}/stats/{me}")).json()["secrets_found"] == 1
    listed = (await vera.get(f"{API}/sources/{source}/keys")).json()["items"]
    assert [set(one) & {"key", "digest"} for one in listed] == [set()]
    (game,) = (await vera.get(f"{API}/sources")).json()["items"]
    assert (game["name"], game["live_keys"], game["players"], game["trust"]) == ("space-race", 1, 1, "server")


async def test_two_live_keys_and_a_change_of_one(vera: httpx.AsyncClient, clock: ManualClock) -> None:
    source = await _source(vera)
    first, second = await _key(vera, source), await _key(vera, source)
    third = await vera.post(f"{API}/sources/{source}/keys", json={})
    assert (third.status_code, third.json()["code"]) == (409, "achievement.too_many_keys")
    ids = [one["id"] for one in (await vera.get(f"{API}/sources/{source}/keys")).json()["items"]]
    assert (await vera.delete(f"{API}/sources/{source}/keys/{ids[1]}")).status_code == 204
    clock.advance(5)
    old = await vera.get(f"{API}/achievements/", headers={"X-API-Key": first})
    assert (old.status_code, old.json()["code"]) == (401, "achievement.key_revoked")
    assert (await vera.get(f"{API}/achievements/", headers={"X-API-Key": second})).status_code == 200
    assert (await vera.post(f"{API}/sources/{source}/keys", json={})).status_code == 201
    none = await vera.delete(f"{API}/sources/{source}/keys/4711")
    assert (none.status_code, none.json()["code"]) == (404, "achievement.key_not_found")


async def test_a_key_for_some_types_and_some_time(
    vera: httpx.AsyncClient, client: httpx.AsyncClient, clock: ManualClock
) -> None:
    source = await _source(vera)
    expires = "2026-05-01T13:00:00Z"
    key = await _key(vera, source, types=["login"], scopes=["events:write"], expires_at=expires)
    me, headers = await _me(vera), {"X-API-Key": key}
    other = await client.post(f"{API}/event/", json={"user_id": me, "event_type": "find_secret"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (403, "achievement.type_not_allowed")
    body = {"user_id": me, "event_type": "login"}
    assert (await client.post(f"{API}/event/", json=body, headers=headers)).status_code == 201
    clock.advance(3600)
    late = await client.post(f"{API}/event/", json=body, headers=headers)
    assert (late.status_code, late.json()["code"]) == (401, "achievement.key_expired")


async def test_an_event_type_of_ones_own(
    vera: httpx.AsyncClient, client: httpx.AsyncClient, container: AsyncContainer
) -> None:
    source = await _source(vera)
    me, headers = await _me(vera), {"X-API-Key": await _key(vera, source)}
    for version in (1, 2):
        answer = await vera.put(f"{API}/sources/{source}/types/race_won", json=TYPE)
        assert (answer.status_code, answer.json()["version"]) == (200, version)
    await (await container.get(RuleBook)).reload()
    event = {"user_id": me, "event_type": "race_won", "amount": 3}
    bad = await client.post(f"{API}/event/", json=event, headers=headers)
    assert bad.json()["params"]["details"] == "details.track: required"
    good = await client.post(f"{API}/event/", json={**event, "details": {"track": "moon"}}, headers=headers)
    assert (good.status_code, good.json()["points"]) == (201, 21)
    assert (await vera.get(f"{API}/stats/{me}")).json()["by_type"] == {"race_won": 1}
    taken = await vera.put(f"{API}/sources/{source}/types/login", json=TYPE)
    assert (taken.status_code, taken.json()["code"]) == (409, "achievement.type_taken")
    odd = await vera.put(f"{API}/sources/{source}/types/race_lost", json={**TYPE, "schema": {"not": {}}})
    assert (odd.status_code, odd.json()["code"]) == (422, "achievement.schema_unsupported")
    elsewhere = await _source(vera, "other-game")
    foreign = {"X-API-Key": await _key(vera, elsewhere)}
    unknown = await client.post(f"{API}/event/", json={**event, "details": {"track": "moon"}}, headers=foreign)
    assert unknown.json()["code"] == "event_service.invalid_event_data"


async def test_a_player_lets_a_game_in_and_leaves(vera: httpx.AsyncClient, game: Game, clock: ManualClock) -> None:
    me = await _me(vera)
    code = (await vera.get(f"{API}/me/link-code")).json()
    assert (await vera.get(f"{API}/me/link-code")).json() == code
    assert len(code["code"]) == 8
    source = await _source(vera)
    answer = await vera.post(f"{API}/sources/{source}/links", json={"code": code["code"].lower()})
    assert (answer.status_code, answer.json()["user_id"], answer.json()["username"]) == (201, me, "vera")
    again = await vera.post(f"{API}/sources/{source}/links", json={"code": code["code"]})
    assert (again.status_code, again.json()["code"]) == (422, "achievement.link_code_invalid")
    fresh = (await vera.get(f"{API}/me/link-code")).json()["code"]
    clock.advance(601)
    assert (await vera.post(f"{API}/auth/refresh", json={})).status_code == 200
    vera.headers["X-CSRF-Token"] = vera.cookies["om_csrf"]
    late = await vera.post(f"{API}/sources/{source}/links", json={"code": fresh})
    assert late.json()["code"] == "achievement.link_code_invalid"
    headers = {"X-API-Key": await _key(vera, source)}
    assert (await game.client.get(f"{API}/stats/{me}", headers=headers)).status_code == 200
    assert (await vera.delete(f"{API}/sources/{source}/links")).status_code == 204
    assert (await game.client.get(f"{API}/stats/{me}", headers=headers)).status_code == 404


async def test_nobody_elses_game(vera: httpx.AsyncClient, game: Game) -> None:
    source = game.issued.source_id
    for answer in (
        await vera.get(f"{API}/sources/{source}/keys"),
        await vera.post(f"{API}/sources/{source}/keys", json={}),
        await vera.put(f"{API}/sources/{source}/types/race_won", json=TYPE),
        await vera.get(f"{API}/sources/{source}/intake"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "achievement.source_not_found")
    taken = await vera.post(f"{API}/sources", json={"name": "racer"})
    assert (taken.status_code, taken.json()["code"]) == (409, "achievement.source_name_taken")


async def test_what_was_refused_is_shown(
    vera: httpx.AsyncClient, client: httpx.AsyncClient, container: AsyncContainer
) -> None:
    source = await _source(vera)
    headers = {"X-API-Key": await _key(vera, source)}
    for number in range(120):
        body = {"user_id": 10_000 + number, "event_type": "login"}
        assert (await client.post(f"{API}/event/", json=body, headers=headers)).status_code == 404
    refused = await container.get(Refused)
    async with unit_of_work(container) as scope:
        await (await scope.get(RefusedPages)).write(refused=refused.take_all())
    for _ in range(50):
        shown = (await vera.get(f"{API}/sources/{source}/intake")).json()
        if len(shown["refused"]) == 100:
            break
        await asyncio.sleep(0.1)
    assert len(shown["refused"]) == 100
    newest = shown["refused"][0]
    assert newest["code"] == "user_service.user_not_found"
    assert newest["params"] == {"user_id": 10_119, "event_type": "login"}
    assert (shown["events_last_hour"], shown["waiting"]) == (0, 0)


async def test_whoever_leaves_the_boards_is_not_shown(
    vera: httpx.AsyncClient, client: httpx.AsyncClient, game: Game
) -> None:
    source = await _source(vera)
    me, headers = await _me(vera), {"X-API-Key": await _key(vera, source)}
    await client.post(f"{API}/event/", json={"user_id": me, "event_type": "login"}, headers=headers)
    await game.judged()
    page = (await vera.get(f"{API}/boards/score?window=all&around=me")).json()
    assert (page["me"]["rank"], [row["me"] for row in page["rows"]]) == (1, [True])
    assert (await vera.get(f"{API}/me/boards")).json() == {"shown": True}
    assert (await vera.put(f"{API}/me/boards", json={"shown": False})).status_code == 200
    assert (await vera.get(f"{API}/me/boards")).json() == {"shown": False}
    await client.post(f"{API}/event/", json={"user_id": me, "event_type": "login"}, headers=headers)
    await game.judged()
    assert (await vera.get(f"{API}/boards/score?window=all")).json()["rows"] == []
    assert (await vera.put(f"{API}/me/boards", json={"shown": True})).status_code == 200
    await game.judged()
    assert [row["user"]["id"] for row in (await vera.get(f"{API}/boards/score?window=all")).json()["rows"]] == [me]


async def test_a_badge_is_checked_without_us(vera: httpx.AsyncClient, client: httpx.AsyncClient, game: Game) -> None:
    source = await _source(vera)
    await vouch(game.container, source)
    me, headers = await _me(vera), {"X-API-Key": await _key(vera, source)}
    await client.post(f"{API}/event/", json={"user_id": me, "event_type": "login"}, headers=headers)
    await game.judged()
    had = (await vera.get(f"{API}/achievements/users/{me}")).json()
    unlock = next(one for one in had if one["code"] == "newcomer")
    answer = await vera.get(f"{API}/achievements/unlocks/{unlock['id']}/credential")
    assert answer.status_code == 200, answer.text
    signed = answer.json()["jwt"]
    (published,) = (await client.get("/.well-known/jwks.json")).json()["keys"]
    assert jwt.get_unverified_header(signed)["jwk"] == published
    claims = jwt.decode(signed, jwt.PyJWK(published).key, algorithms=["EdDSA"], options={"verify_nbf": False})
    assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert claims["credentialSubject"]["achievement"]["name"] == unlock["achievement_name"]
    assert "vera@example.com" not in str(claims)
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(
            signed[:-8] + "AAAAAAAA", jwt.PyJWK(published).key, algorithms=["EdDSA"], options={"verify_nbf": False}
        )
    foreign = await vera.get(f"{API}/achievements/unlocks/4711/credential")
    assert foreign.json()["code"] == "achievement.not_found"


async def test_the_export_holds_events_and_evidence(
    vera: httpx.AsyncClient, client: httpx.AsyncClient, game: Game
) -> None:
    source = await _source(vera)
    await vouch(game.container, source)
    me, headers = await _me(vera), {"X-API-Key": await _key(vera, source)}
    await client.post(
        f"{API}/event/", json={"user_id": me, "event_type": "find_secret", "details": {"secret": "a"}}, headers=headers
    )
    await game.judged()
    part = (await vera.get(f"{API}/me/export")).json()["achievements"]
    assert [one["type_code"] for one in part["events"]] == ["find_secret"]
    assert all(one["evidence"]["events"] for one in part["unlocks"])


async def test_an_older_answer_never_replaces_a_newer(container: AsyncContainer) -> None:
    answers = await container.get(Answers)
    await answers.keep(STATS, 7, revs=(3, 1), body=b"three")
    await answers.keep(STATS, 7, revs=(2, 1), body=b"two")
    assert await answers.find(STATS, 7) == b"three"
    await answers.moved({7: 4})
    assert await answers.find(STATS, 7) is None
    await answers.keep(STATS, 7, revs=(3, 1), body=b"three, read before")
    assert await answers.find(STATS, 7) is None
    await answers.keep(STATS, 7, revs=(4, 1), body=b"four")
    await answers.moved({7: 1}, part="s")
    assert await answers.find(STATS, 7) == b"four"
    await answers.moved({7: 2}, part="s")
    assert await answers.find(STATS, 7) is None
