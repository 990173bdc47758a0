"""Leaderboards: order, ties, windows, my place, leaving, Redis coming and going, the end of a window."""

import hashlib

import asyncpg
import orjson
from dishka import AsyncContainer

from omenigen.kit.cache import Redis
from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.kit.embedded import Embedded
from omenigen.main.settings import Settings
from omenigen.modules.achievements.service.boards import BoardKeeping
from tests.modules.achievements.conftest import Game


async def _board(game: Game, query: str = "window=all", board: str = "score") -> list[tuple[int, str, int]]:
    answer = await game.get(f"/boards/{board}?{query}")
    assert answer.status_code == 200, answer.text
    return [(row["rank"], row["user"]["username"], row["value"]) for row in answer.json()["rows"]]


async def _cast(game: Game, clock: ManualClock) -> dict[str, int]:
    ids = {name: await game.player(name) for name in ("vera", "lev", "dasha")}
    await game.send(ids["vera"], "find_secret")
    clock.advance(60)
    await game.send(ids["lev"], "find_secret")
    await game.send(ids["dasha"], "complete_level")
    await game.judged()
    return ids


async def test_the_greater_first_and_of_equals_the_earlier(game: Game, clock: ManualClock) -> None:
    ids = await _cast(game, clock)
    expected = [(1, "vera", 50), (2, "lev", 50), (3, "dasha", 20)]
    for window in ("all", "day", "week", "month", "day:2026-05-01", "week:2026-W18"):
        assert await _board(game, f"window={window}") == expected, window
    assert await _board(game, board="secrets") == [(1, "vera", 1), (2, "lev", 1)]
    clock.advance(60)
    await game.send(ids["dasha"], "find_secret")
    await game.judged()
    assert await _board(game) == [(1, "dasha", 70), (2, "vera", 50), (3, "lev", 50)]
    clock.advance(86_400)
    await game.send(ids["lev"], "login")
    await game.judged()
    assert await _board(game, "window=day") == [(1, "lev", 5)]
    assert await _board(game, "window=day:2026-05-01") == [(1, "dasha", 70), (2, "vera", 50), (3, "lev", 50)]


async def test_the_best_stays_and_the_latest_may_fall(game: Game) -> None:
    lev, dasha = await game.player("lev"), await game.player("dasha")
    for score in (7, 30, 12):
        await game.send(lev, "game_won", details={"score": score})
    for rating in (1500, 1620, 1410):
        await game.send(lev, "rating_changed", details={"rating": rating})
    await game.send(dasha, "rating_changed", details={"rating": 1500})
    await game.judged()
    assert await _board(game, board="best-game") == [(1, "lev", 30)]
    assert await _board(game, board="rating") == [(1, "dasha", 1500), (2, "lev", 1410)]
    await game.send(dasha, "rating_changed", details={"rating": 0})
    await game.judged()
    assert await _board(game, board="rating") == [(1, "lev", 1410)]


async def test_the_list_of_boards(game: Game) -> None:
    boards = (await game.get("/boards", **{"Accept-Language": "ru"})).json()["items"]
    assert boards[0]["code"] == "score"
    assert boards[0]["name"] == "Очки"
    assert set(boards[0]["windows"]) >= {"all", "day", "week", "month"}


async def test_no_such_board_or_window(game: Game) -> None:
    for path in ("/boards/nothing", "/boards/score?window=decade", "/boards/achievements?window=day"):
        answer = await game.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "achievement.board_not_found"), path


async def test_rows_answer_while_redis_is_away_and_rebuild_it(
    game: Game, clock: ManualClock, servers: Embedded, container: AsyncContainer
) -> None:
    await _cast(game, clock)
    expected = [(1, "vera", 50), (2, "lev", 50), (3, "dasha", 20)]
    assert await _board(game) == expected
    redis = await container.get(Redis)
    assert await redis.zcard("board:score:all") == 3
    servers.stop("redis")
    try:
        assert await _board(game) == expected
    finally:
        servers.restart("redis")
    await redis.flushdb()
    assert await _board(game) == expected
    assert await redis.zcard("board:score:all") == 3


async def test_values_too_great_for_redis_rank_from_rows(game: Game, settings: Settings, clock: ManualClock) -> None:
    ids = await _cast(game, clock)
    db = await asyncpg.connect(settings.database.dsn)
    for place, name in enumerate(("dasha", "lev", "vera")):
        await db.execute(
            "UPDATE achievement_board SET value = $1 WHERE board = 'score' AND \"window\" = 'all' AND user_id = $2",
            2**24 + place,
            ids[name],
        )
    await db.close()
    names = [name for _, name, _ in await _board(game)]
    assert names == ["vera", "lev", "dasha"]


async def test_a_correction_takes_a_place_back(game: Game, clock: ManualClock) -> None:
    await _cast(game, clock)
    events = (await game.get("/events/user/1")).json()
    answer = await game.post(f"/events/{events[0]['id']}/corrections", {"amount": 0, "reason": "it was a bot"})
    assert answer.status_code == 201
    await game.judged()
    assert await _board(game) == [(1, "lev", 50), (2, "dasha", 20)]


async def test_the_end_of_a_window_is_kept_with_its_hash(
    game: Game, container: AsyncContainer, settings: Settings, clock: ManualClock
) -> None:
    ids = await _cast(game, clock)
    clock.advance(3 * 86_400)
    for _ in range(2):
        async with unit_of_work(container) as scope:
            await (await scope.get(BoardKeeping)).snap()
    db = await asyncpg.connect(settings.database.dsn)
    kept = await db.fetch(
        "SELECT rows, digest FROM achievement_board_snapshot WHERE board = 'score' AND \"window\" = 'day:2026-05-01'"
    )
    await db.close()
    assert len(kept) == 1
    rows = orjson.loads(kept[0]["rows"])
    assert [(row["rank"], row["user_id"], row["value"]) for row in rows] == [
        (1, ids["vera"], 50),
        (2, ids["lev"], 50),
        (3, ids["dasha"], 20),
    ]
    whole = orjson.dumps(["score", "day:2026-05-01", rows], option=orjson.OPT_SORT_KEYS)
    assert kept[0]["digest"] == hashlib.sha256(whole).digest()
