"""Leagues: fifty alike, a new one each week, nobody in two, nobody shown who would rather not be."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import httpx
import pytest
from dishka import AsyncContainer

from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.main.settings import Settings
from omenigen.modules.achievements.rules.leagues import LEAGUE_SIZE, decide_leagues, end_of, week_before, week_of
from omenigen.modules.achievements.service.boards import BoardKeeping
from omenigen.modules.achievements.service.export import Forgetting
from omenigen.modules.achievements.service.keyring import OPERATOR_SCOPES
from omenigen.modules.achievements.service.leagues import LeagueKeeping
from tests.modules.accounts.door import Door, Mailbox
from tests.modules.achievements.arena import Arena
from tests.modules.achievements.conftest import API, Game, connect

MONDAY_NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize("players", [1, 49, 50, 51, 99, 100, 101, 1_234])
def test_leagues_hold_fifty_at_most_and_are_of_one_size(players: int) -> None:
    leagues = decide_leagues(list(range(players)))
    assert [player for _, player in leagues] == list(range(players))
    sizes = Counter(league for league, _ in leagues)
    assert max(sizes.values()) <= LEAGUE_SIZE
    assert max(sizes.values()) - min(sizes.values()) <= 1
    assert sorted(sizes) == list(range(1, len(sizes) + 1))
    # Alike: whoever stood before another last week is in the same league or in one before it.
    assert [league for league, _ in leagues] == sorted(league for league, _ in leagues)


def test_nobody_makes_no_league() -> None:
    assert decide_leagues([]) == []


@pytest.mark.parametrize(
    ("now", "week", "ends"),
    [
        (datetime(2026, 5, 4, 11, 59, tzinfo=UTC), "week:2026-W18", MONDAY_NOON),
        (MONDAY_NOON, "week:2026-W19", datetime(2026, 5, 11, 12, tzinfo=UTC)),
        (datetime(2027, 1, 3, 23, tzinfo=UTC), "week:2026-W53", datetime(2027, 1, 4, 12, tzinfo=UTC)),
    ],
)
def test_a_league_week_begins_when_monday_has_come_everywhere(now: datetime, week: str, ends: datetime) -> None:
    found = week_of(now)
    assert (found.name, end_of(found)) == (week, ends)
    assert week_before(week_of(MONDAY_NOON)).name == "week:2026-W18"


@pytest.fixture
async def game(client: httpx.AsyncClient, container: AsyncContainer) -> Game:
    """A game of the house: it may speak of everybody."""
    return await connect(client, container, "racer", scopes=sorted(OPERATOR_SCOPES))


@pytest.fixture
async def door(client: httpx.AsyncClient, container: AsyncContainer, settings: Settings) -> Door:
    """Where people join and come in."""
    return Door(client=client, mailbox=Mailbox(container, settings.data.folder / "mailbox"))


async def _last_week(game: Game, door: Door) -> dict[str, int]:
    """Vera, Lev and Dasha were active last week, Nina was not; Vera is a person, the others came with a game."""
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        ids = {"vera": int((await browser.get(f"{API}/me")).json()["id"])}
    ids |= {name: await game.player(name) for name in ("lev", "dasha", "nina")}
    for name, kind in (("vera", "find_secret"), ("lev", "complete_level"), ("dasha", "login")):
        assert (await game.send(ids[name], kind)).status_code == 201
    await game.judged()
    return ids


async def _league(door: Door) -> dict[str, object]:
    async with door.signed_in("vera") as browser:
        answer = await browser.get(f"{API}/me/league")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    found["rows"] = [(row["rank"], row["user"]["username"], row["value"], row["me"]) for row in answer.json()["rows"]]
    return found


async def test_a_week_in_a_league(game: Game, door: Door, clock: ManualClock, arena: Arena) -> None:
    ids = await _last_week(game, door)
    before = await _league(door)
    assert (before["week"], before["size"], before["rows"], before["points"]) == ("week:2026-W18", None, [], 50)
    clock.advance((MONDAY_NOON - clock.now()).total_seconds())
    await game.judged()
    fresh = await _league(door)
    assert (fresh["week"], fresh["size"], fresh["rows"], fresh["points"]) == ("week:2026-W19", 3, [], 0)
    assert (fresh["first_day"], fresh["last_day"], fresh["ends_at"]) == (
        "2026-05-04", "2026-05-10", "2026-05-11T12:00:00Z")  # fmt: skip
    await game.send(ids["lev"], "find_secret")
    clock.advance(60)
    await game.send(ids["vera"], "login")
    await game.send(ids["nina"], "find_secret")
    await game.judged()
    # Who has not begun is not shown, and who was not here last week plays from next week on.
    assert (await _league(door))["rows"] == [(1, "lev", 50, False), (2, "vera", 5, True)]
    members = await arena.rows("SELECT user_id, league FROM achievement_league WHERE week = 'week:2026-W19'")
    assert {tuple(row) for row in members} == {(ids[name], 1) for name in ("vera", "lev", "dasha")}
    clock.advance(7 * 86_400)
    await game.judged()
    members = await arena.rows("SELECT user_id FROM achievement_league WHERE week = 'week:2026-W20'")
    assert {row[0] for row in members} == {ids[name] for name in ("vera", "lev", "nina")}


async def test_whoever_left_the_boards_is_seen_in_no_league(game: Game, door: Door, clock: ManualClock) -> None:
    ids = await _last_week(game, door)
    clock.advance((MONDAY_NOON - clock.now()).total_seconds())
    await game.send(ids["vera"], "login")
    await game.send(ids["lev"], "login")
    await game.judged()
    async with door.signed_in("vera") as browser:
        assert (await browser.put(f"{API}/me/boards", json={"shown": False})).status_code == 200
    gone = await _league(door)
    assert (gone["size"], gone["rows"]) == (None, [])
    async with door.signed_in("vera") as browser:
        assert (await browser.put(f"{API}/me/boards", json={"shown": True})).status_code == 200
    await game.judged()
    back = await _league(door)
    assert (back["size"], [name for _, name, _, _ in back["rows"]]) == (3, ["vera", "lev"])  # type: ignore[attr-defined]


async def test_whoever_leaves_the_house_leaves_their_league(
    game: Game, door: Door, clock: ManualClock, container: AsyncContainer, arena: Arena
) -> None:
    ids = await _last_week(game, door)
    clock.advance((MONDAY_NOON - clock.now()).total_seconds())
    await game.judged()
    async with unit_of_work(container) as scope:
        await (await scope.get(Forgetting)).forget(user_id=ids["lev"])
    members = await arena.rows("SELECT user_id FROM achievement_league")
    assert {row[0] for row in members} == {ids["vera"], ids["dasha"]}


async def test_leagues_are_formed_once_whoever_asks(
    game: Game, door: Door, clock: ManualClock, container: AsyncContainer, arena: Arena
) -> None:
    await _last_week(game, door)
    clock.advance((MONDAY_NOON - clock.now()).total_seconds())

    async def form() -> int:
        async with unit_of_work(container) as scope:
            return await (await scope.get(LeagueKeeping)).form()

    formed = await asyncio.gather(*(form() for _ in range(5)))
    assert sum(formed) == 3
    assert await form() == 0
    ((count,),) = await arena.rows("SELECT count(*) FROM achievement_league")
    assert count == 3


async def test_how_a_league_ended_is_kept(
    game: Game, door: Door, clock: ManualClock, container: AsyncContainer, arena: Arena
) -> None:
    ids = await _last_week(game, door)
    clock.advance((MONDAY_NOON - clock.now()).total_seconds())
    await game.send(ids["lev"], "find_secret")
    await game.send(ids["dasha"], "login")
    await game.judged()
    for days in (7, 3, 1):
        clock.advance(days * 86_400)
        async with unit_of_work(container) as scope:
            await (await scope.get(BoardKeeping)).snap()
    kept = await arena.rows(
        "SELECT board, \"window\", rows FROM achievement_board_snapshot WHERE board LIKE 'league:%'"
    )
    ((board, window, rows),) = kept
    assert (board, window) == ("league:1", "week:2026-W19")
    assert [(row["rank"], row["user_id"], row["value"]) for row in rows] == [(1, ids["lev"], 50), (2, ids["dasha"], 5)]
