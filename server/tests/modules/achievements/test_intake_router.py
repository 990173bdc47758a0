"""The seven routes as the public system had them, and every row of the table of bad input."""

import asyncio
import gzip
from typing import Any

import httpx
import orjson
import pytest
from dishka import AsyncContainer

from omenigen.kit.auth import Trust
from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import new_uuid
from omenigen.modules.achievements.public import Sources
from tests.modules.achievements.conftest import API, Game, connect

BIG = 2**63


async def test_the_documented_curl_sequence(game: Game) -> None:
    made = await game.post("/users/", {"username": "testuser", "email": "test@example.com"})
    assert made.status_code == 201
    user = made.json()
    assert user.keys() == {"id", "username", "email", "created_at"}
    assert (user["username"], user["email"]) == ("testuser", "test@example.com")

    answer = await game.send(user["id"], "login", details=None)
    assert answer.status_code == 201
    event = answer.json()
    assert event.keys() >= {"id", "user_id", "event_type", "details", "created_at", "message"}
    assert (event["user_id"], event["event_type"], event["details"]) == (user["id"], "login", None)

    stats = await game.stats(user["id"])
    assert stats["total_score"] == 5
    assert (stats["login_count"], stats["levels_completed"], stats["secrets_found"]) == (1, 0, 0)
    assert stats["last_activity"] is not None
    assert [one["id"] for one in stats["last_events"]] == [event["id"]]

    assert (await game.get(f"/users/{user['id']}")).json() == user
    assert [one["id"] for one in (await game.get(f"/events/user/{user['id']}")).json()] == [event["id"]]
    await game.judged()
    had = (await game.get(f"/achievements/users/{user['id']}")).json()
    assert "newcomer" in {one["code"] for one in had}
    assert all(
        one.keys() >= {"id", "user_id", "achievement_id", "achievement_name", "points", "earned_at"} for one in had
    )
    listed = (await game.get("/achievements/")).json()
    newcomer = next(one for one in listed if one["code"] == "newcomer")
    assert (newcomer["condition_field"], newcomer["condition_value"], newcomer["points"]) == ("login_count", 1, 5)


async def test_three_secrets_and_ten_levels_give_the_other_two_once_each(game: Game) -> None:
    user = await game.player("vera")
    for _ in range(3):
        await game.send(user, "find_secret")
    for _ in range(10):
        await game.send(user, "complete_level")
    await game.judged()
    for _ in range(4):
        await game.send(user, "find_secret")
    await game.judged()
    codes = [one["code"] for one in (await game.get(f"/achievements/users/{user}")).json()]
    assert codes.count("explorer") == 1
    assert codes.count("master") == 1
    stats = await game.stats(user)
    assert stats["total_score"] == 7 * 50 + 10 * 20
    assert (stats["levels_completed"], stats["secrets_found"]) == (10, 7)


@pytest.mark.parametrize("path", ["/event", "/event/"])
async def test_trailing_slash_is_optional(game: Game, path: str) -> None:
    user = await game.player("vera")
    assert (await game.post(path, {"user_id": user, "event_type": "login"})).status_code == 201
    for route in (f"/stats/{user}", f"/users/{user}", f"/events/user/{user}", f"/achievements/users/{user}"):
        assert (await game.get(route)).json() == (await game.get(f"{route}/")).json()
    assert (await game.get("/achievements")).status_code == 200
    assert (await game.post("/users", {"username": "lev", "email": "lev@example.com"})).status_code == 201


async def test_without_event_id_every_call_counts(game: Game) -> None:
    user = await game.player("vera")
    assert {(await game.send(user)).status_code for _ in range(3)} == {201}
    assert (await game.stats(user))["login_count"] == 3


async def test_a_repeat_answers_the_same_and_counts_once(game: Game) -> None:
    user = await game.player("vera")
    told = {"details": {"place": "attic"}, "event_id": str(new_uuid()), "at": "2026-05-01T11:00:00+03:00"}
    first, again = await game.send(user, "find_secret", **told), await game.send(user, "find_secret", **told)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (await game.stats(user))["secrets_found"] == 1


async def test_the_same_id_with_other_content_is_a_conflict(game: Game) -> None:
    user = await game.player("vera")
    event_id = str(new_uuid())
    await game.send(user, "find_secret", event_id=event_id)
    for other in ({"amount": 2}, {"details": {"a": 1}}, {"at": "2026-05-01T11:00:00Z"}):
        answer = await game.send(user, "find_secret", event_id=event_id, **other)
        assert (answer.status_code, answer.json()["code"]) == (409, "kit.idempotency")
    assert (await game.stats(user))["secrets_found"] == 1


async def test_the_header_is_an_event_id_too(game: Game) -> None:
    user = await game.player("vera")
    body, key = {"user_id": user, "event_type": "login"}, {"Idempotency-Key": str(new_uuid())}
    assert [(await game.post("/event/", body, **key)).status_code for _ in range(2)] == [201, 200]
    differs = await game.post("/event/", {**body, "event_id": str(new_uuid())}, **key)
    assert (differs.status_code, differs.json()["code"]) == (422, "achievement.event_ids_differ")
    odd = await game.post("/event/", body, **{"Idempotency-Key": "not-a-uuid"})
    assert (odd.status_code, odd.json()["params"]["field"]) == (422, "Idempotency-Key")


async def test_equal_events_at_once_make_one(game: Game) -> None:
    user = await game.player("vera")
    event_id = str(new_uuid())
    answers = await asyncio.gather(*(game.send(user, "login", event_id=event_id) for _ in range(24)))
    assert sorted(answer.status_code for answer in answers) == [200] * 23 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await game.stats(user))["login_count"] == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"user_id": 0}, "user_id"),
        ({"user_id": -1}, "user_id"),
        ({"user_id": "text"}, "user_id"),
        ({"user_id": "1"}, "user_id"),
        ({"user_id": BIG}, "user_id"),
        ({"user_id": 1.5}, "user_id"),
        ({"user_id": True}, "user_id"),
        ({"user_id": None}, "user_id"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": 11}, "amount"),
        ({"at": "2026-05-01T12:06:00Z"}, "at"),
        ({"at": "2026-05-01T12:00:00"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": "soon"}, "at"),
        ({"event_id": "not-a-uuid"}, "event_id"),
        ({"event_type": ""}, "event_type"),
        ({"event_type": 5}, "event_type"),
    ],
)
async def test_a_field_that_cannot_be_right_is_named(game: Game, change: dict[str, Any], field: str) -> None:
    user = await game.player("vera")
    answer = await game.post("/event/", {"user_id": user, "event_type": "find_secret", **change})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["params"]["field"] == field
    assert (await game.stats(user))["total_score"] == 0
    russian = await game.post(
        "/event/", {"user_id": user, "event_type": "find_secret", **change}, **{"Accept-Language": "ru"}
    )
    assert russian.json()["detail"].startswith(f"Ошибка валидации: {field} – ")


@pytest.mark.parametrize(
    ("event_type", "details"),
    [
        ("never_declared", None),
        ("login", [1]),
        ("login", "text"),
        ("login", 5),
        ("login", {"note": "я" * 600}),
        ("login", {"nul": "\x00"}),
    ],
)
async def test_data_that_cannot_be_right(game: Game, event_type: str, details: Any) -> None:
    user = await game.player("vera")
    answer = await game.send(user, event_type, details=details)
    assert (answer.status_code, answer.json()["code"]) == (422, "event_service.invalid_event_data")
    russian = await game.post(
        "/event/", {"user_id": user, "event_type": event_type, "details": details}, **{"Accept-Language": "ru"}
    )
    assert russian.json()["detail"].startswith("Некорректные данные события: ")


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"null", b'{"user_id": 1', b"\xff\xfe", b'"text"'])
async def test_a_broken_body(game: Game, body: bytes) -> None:
    for path in ("/event/", "/events/batch"):
        answer = await game.client.post(f"{API}{path}", content=body, headers=game.headers)
        assert answer.status_code == 422, (path, body, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_is_too_large(game: Game) -> None:
    body = orjson.dumps({"user_id": 1, "event_type": "login", "details": {"a": "x" * 1_100_000}})
    answer = await game.client.post(f"{API}/event/", content=body, headers=game.headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "kit.body_too_large")
    packed = gzip.compress(b'{"events": [' + b'{"user_id":1,"event_type":"login"},' * 60_000 + b"0]}")
    assert len(packed) < 100_000
    bomb = await game.client.post(
        f"{API}/events/batch", content=packed, headers={**game.headers, "Content-Encoding": "gzip"}
    )
    assert (bomb.status_code, bomb.json()["code"]) == (413, "kit.body_too_large")


async def test_unknown_things(game: Game) -> None:
    unknown = await game.send(4711)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "user_service.user_not_found")
    russian = await game.post("/event/", {"user_id": 4711, "event_type": "login"}, **{"Accept-Language": "ru"})
    assert russian.json()["detail"] == "Пользователь с ID 4711 не найден"
    for path in ("/stats/4711", "/users/4711", "/users/4711/score", "/events/user/4711", "/achievements/users/4711"):
        answer = await game.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "user_service.user_not_found"), path
    event = await game.post("/events/4711/corrections", {"amount": 0, "reason": "never was"})
    assert (event.status_code, event.json()["code"]) == (404, "event_service.event_not_found")


@pytest.mark.parametrize(
    "path", ["/stats/0", "/stats/x", f"/stats/{BIG}", "/stats/-1", "/users/0", f"/users/{BIG}", "/users/x"]
)
async def test_an_id_in_the_path_that_cannot_be(game: Game, path: str) -> None:
    answer = await game.get(path)
    assert (answer.status_code, answer.json()["params"]["field"]) == (422, "user_id")


async def test_names_and_addresses_are_single(game: Game) -> None:
    await game.player("vera")
    mail = await game.post("/users/", {"username": "other", "email": "vera@example.com"}, **{"Accept-Language": "ru"})
    assert (mail.status_code, mail.json()["code"]) == (409, "user_service.email_already_exists")
    assert mail.json()["detail"] == "Пользователь с email 'vera@example.com' уже существует"
    name = await game.post("/users/", {"username": "vera", "email": "other@example.com"})
    assert (name.status_code, name.json()["code"]) == (409, "user_service.username_taken")


async def test_nobody_without_a_key(game: Game) -> None:
    user = await game.player("vera")
    nobody = await game.client.post(f"{API}/event/", json={"user_id": user, "event_type": "login"})
    assert nobody.status_code == 401
    wrong = "omk_racer_" + "x" * 43
    for headers in ({"X-API-Key": wrong}, {"Authorization": f"Bearer {wrong}"}, {"X-API-Key": "я".encode()}):
        answer = await game.client.post(f"{API}/event/", json={"user_id": user, "event_type": "login"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "achievement.key_unknown")
    bearer = {"Authorization": f"Bearer {game.issued.key}"}
    answer = await game.client.post(f"{API}/event/", json={"user_id": user, "event_type": "login"}, headers=bearer)
    assert answer.status_code == 201
    for path in (f"/stats/{user}", f"/users/{user}", "/achievements/", f"/events/user/{user}", f"/users/{user}/score"):
        assert (await game.client.get(f"{API}{path}")).status_code == 401, path


async def test_a_revoked_key_stops_within_five_seconds(
    game: Game, container: AsyncContainer, clock: ManualClock
) -> None:
    user = await game.player("vera")
    assert (await game.send(user)).status_code == 201
    async with unit_of_work(container) as scope:
        await (await scope.get(Sources)).revoke_key(key_id=game.issued.id)
    clock.advance(5)
    answer = await game.send(user)
    assert (answer.status_code, answer.json()["code"]) == (401, "achievement.key_revoked")


async def test_a_key_without_the_right(client: httpx.AsyncClient, container: AsyncContainer, game: Game) -> None:
    user = await game.player("vera")
    reader = await connect(client, container, "reader", Trust.OFFICIAL, scopes=["stats:read"])
    assert (await reader.get(f"/stats/{user}")).status_code == 200
    for answer in (
        await reader.send(user),
        await reader.post("/users/", {"username": "lev", "email": "lev@example.com"}),
        await reader.get(f"/users/{user}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "achievement.scope_missing")


async def test_another_games_player_is_nobody(client: httpx.AsyncClient, container: AsyncContainer, game: Game) -> None:
    user = await game.player("vera")
    other = await connect(client, container, "stranger")
    assert (await other.send(user)).json()["code"] == "user_service.user_not_found"
    for path in (f"/stats/{user}", f"/users/{user}", f"/events/user/{user}", f"/achievements/users/{user}"):
        assert (await other.get(path)).status_code == 404, path


async def test_too_fast_for_the_key(client: httpx.AsyncClient, container: AsyncContainer, clock: ManualClock) -> None:
    slow = await connect(client, container, "slow", rate=2, burst=5)
    user = await slow.player("vera")
    assert (await slow.batch([{"user_id": user, "event_type": "login"}] * 4)).status_code == 200
    assert (await slow.send(user)).status_code == 201
    answer = await slow.send(user)
    assert (answer.status_code, answer.json()["code"]) == (429, "achievement.too_fast")
    assert answer.headers["retry-after"] == "1"
    clock.advance(1)
    assert (await slow.send(user)).status_code == 201


async def test_the_hours_limit_of_a_type(game: Game, clock: ManualClock) -> None:
    user = await game.player("vera")
    first = await game.send(user, "focus_done", event_id=str(new_uuid()))
    results = [(await game.send(user, "focus_done")).status_code for _ in range(12)]
    assert results == [201] * 11 + [429]
    answer = await game.post("/event/", {"user_id": user, "event_type": "focus_done"}, **{"Accept-Language": "ru"})
    assert answer.json()["code"] == "achievement.rate_of_change"
    assert answer.headers["retry-after"] == "3600"
    assert "12" in answer.json()["detail"]
    clock.advance(3600)
    assert (await game.send(user, "focus_done")).status_code == 201
    assert first.status_code == 201


async def test_a_repeat_takes_nothing_of_the_hour(game: Game) -> None:
    user = await game.player("vera")
    event_id = str(new_uuid())
    for _ in range(30):
        assert (await game.send(user, "focus_done", event_id=event_id)).status_code in {200, 201}
    assert [(await game.send(user, "focus_done")).status_code for _ in range(12)] == [201] * 11 + [429]


async def test_a_batch_takes_the_good_and_names_the_bad(game: Game) -> None:
    user = await game.player("vera")
    event_id = str(new_uuid())
    answer = await game.batch(
        [
            {"user_id": user, "event_type": "login", "event_id": event_id},
            {"user_id": user, "event_type": "unknown"},
            {"user_id": 4711, "event_type": "login"},
            {"user_id": "x", "event_type": "login"},
            {"user_id": user, "event_type": "login", "event_id": event_id},
            7,
            {"user_id": user, "event_type": "find_secret", "amount": 3},
            {"user_id": user, "event_type": "login", "event_id": event_id, "amount": 1, "details": {"a": 1}},
        ]
    )
    assert answer.status_code == 200
    body = answer.json()
    assert [one["status"] for one in body["results"]] == [
        "new", "refused", "refused", "refused", "repeat", "refused", "new", "refused",
    ]  # fmt: skip
    codes = [one.get("code") for one in body["results"]]
    assert codes[1:4] == ["event_service.invalid_event_data", "user_service.user_not_found", "kit.validation"]
    assert codes[7] == "kit.idempotency"
    assert body["results"][0]["id"] == body["results"][4]["id"]
    assert (body["new"], body["repeat"], body["refused"]) == (2, 1, 5)
    stats = await game.stats(user)
    assert stats["total_score"] == 5 + 150
    assert [one["event_type"] for one in stats["last_events"]] == ["find_secret", "login"]


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_batch_of_none_or_too_many_writes_nothing(game: Game, count: int) -> None:
    user = await game.player("vera")
    answer = await game.batch([{"user_id": user, "event_type": "login"}] * count)
    assert (answer.status_code, answer.json()["params"]["field"]) == (422, "events")
    assert (await game.stats(user))["total_score"] == 0


async def test_a_batch_in_a_batch_writes_nothing(game: Game) -> None:
    user = await game.player("vera")
    good = {"user_id": user, "event_type": "login"}
    for nested in ({"events": [good]}, [good]):
        answer = await game.post("/events/batch", {"events": [good, nested]})
        assert (answer.status_code, answer.json()["params"]["field"]) == (422, "events.1")
    assert (await game.stats(user))["total_score"] == 0


async def test_a_packed_batch(game: Game) -> None:
    user = await game.player("vera")
    packed = gzip.compress(orjson.dumps({"events": [{"user_id": user, "event_type": "login"}] * 1000}))
    headers = {**game.headers, "Content-Encoding": "gzip"}
    answer = await game.client.post(f"{API}/events/batch", content=packed, headers=headers)
    assert (answer.status_code, answer.json()["new"]) == (200, 1000)
    assert (await game.stats(user))["login_count"] == 1000
    for content, encoding in ((packed[:50] + b"junk", "gzip"), (packed, "br"), (b"plain", "gzip")):
        broken = await game.client.post(
            f"{API}/events/batch", content=content, headers={**game.headers, "Content-Encoding": encoding}
        )
        assert broken.status_code == 422, (encoding, broken.text)


async def test_pages_of_events(game: Game) -> None:
    user = await game.player("vera")
    await game.batch([{"user_id": user, "event_type": "login", "details": {"n": n}} for n in range(7)])
    first = (await game.get(f"/events/user/{user}?limit=3")).json()
    assert [one["details"]["n"] for one in first] == [6, 5, 4]
    rest = (await game.get(f"/events/user/{user}?limit=200&before={first[-1]['id']}")).json()
    assert [one["details"]["n"] for one in rest] == [3, 2, 1, 0]
    for query in ("limit=0", "limit=201", "limit=x", "before=0", f"before={BIG}"):
        assert (await game.get(f"/events/user/{user}?{query}")).status_code == 422, query


async def test_nothing_happened_yet(game: Game) -> None:
    user = await game.player("vera")
    stats = await game.stats(user)
    assert stats == {
        "user_id": user,
        "total_score": 0,
        "achievements_count": 0,
        "login_count": 0,
        "levels_completed": 0,
        "secrets_found": 0,
        "last_activity": None,
        "achievement_points": 0,
        "by_type": {},
        "last_events": [],
    }
    score = (await game.get(f"/users/{user}/score")).json()
    assert (score["level"], score["level_from"], score["level_to"]) == (1, 0, 125)
    assert (await game.get(f"/events/user/{user}")).json() == []
    assert (await game.get(f"/achievements/users/{user}")).json() == []


async def test_series_and_heatmap(game: Game, clock: ManualClock) -> None:
    user = await game.player("vera")
    await game.send(user, "login", at="2026-04-30T08:00:00Z")
    await game.batch([{"user_id": user, "event_type": "complete_level"}] * 2)
    days = (await game.get(f"/stats/{user}/series?days=3")).json()["days"]
    assert days == [
        {"day": "2026-04-29", "by_type": {}, "points": 0},
        {"day": "2026-04-30", "by_type": {"login": 1}, "points": 5},
        {"day": "2026-05-01", "by_type": {"complete_level": 2}, "points": 40},
    ]
    heat = (await game.get(f"/stats/{user}/heatmap?year=2026")).json()["days"]
    assert heat == [{"day": "2026-04-30", "count": 1}, {"day": "2026-05-01", "count": 2}]
    assert (await game.get(f"/stats/{user}/heatmap?year=2025")).json() == {"days": []}
    assert (await game.get(f"/stats/{user}/series?days=0")).status_code == 422
