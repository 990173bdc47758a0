"""The judge: what is earned, once, whoever judges and however often."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.modules.achievements.service.judging import Judging
from omenigen.modules.achievements.service.loading import RECENT_EVENTS
from tests.modules.achievements.arena import Arena


async def test_the_public_three_unlock_with_their_points(arena: Arena) -> None:
    vera = await arena.player()
    await arena.tell(vera, "login")
    await arena.judge()
    assert "newcomer" in await arena.codes(vera)
    assert await arena.score(vera) == (5, 5, 1, 1)
    await arena.tell(vera, "find_secret", times=3)
    await arena.tell(vera, "complete_level", times=10)
    await arena.judge()
    had = await arena.unlocks(vera)
    assert [had.count((code, 1, 0)) for code in ("newcomer", "explorer", "master")] == [1, 1, 1]
    event_points, achievement_points, count, _ = await arena.score(vera)
    assert event_points == 5 + 3 * 50 + 10 * 20
    paid = await arena.rows("SELECT sum(points), count(DISTINCT rule_code) FROM achievement_unlock")
    assert (achievement_points, count) == tuple(paid[0])


async def test_what_was_judged_is_told_once(arena: Arena) -> None:
    vera = await arena.player()
    await arena.tell(vera, "find_secret", times=3)
    await arena.judge()
    await arena.tell(vera, "find_secret", times=3)
    await arena.judge()
    told = [fact for fact in await arena.facts("achievements.unlocked") if fact["code"] == "explorer"]
    assert [(fact["user_id"], fact["tier"], fact["n"], fact["points"]) for fact in told] == [(vera, 1, 0, 50)]


async def test_levels_are_told_when_they_are_reached(arena: Arena) -> None:
    vera = await arena.player()
    await arena.tell(vera, "find_secret", times=2)
    await arena.judge()
    assert await arena.facts("achievements.level_reached") == []
    await arena.tell(vera, "find_secret")  # 150 and 50 for the explorer
    await arena.judge()
    assert await arena.facts("achievements.level_reached") == [{"user_id": vera, "level": 2}]
    assert (await arena.score(vera))[3] == 2
    await arena.tell(vera, "login")
    await arena.judge()
    assert len(await arena.facts("achievements.level_reached")) == 1


async def test_open_screens_get_whole_values(arena: Arena) -> None:
    vera = await arena.player()
    await arena.tell(vera, "find_secret", times=2, details={"secret": "well"})
    await arena.judge()
    held = await arena.patches(f"user.{vera}")
    assert held["score"]["total_score"] == 100 and held["score"]["by_type"] == {"find_secret": 2}
    assert held["score"]["level_from"] == 0 and held["score"]["level_to"] == 125
    assert held["progress/explorer"] == {"tier": 1, "value": 2, "target": 3, "share": 0.6667}
    assert "progress/seam" not in held and "unlock/explorer.1" not in held  # hidden rules keep their progress
    await arena.tell(vera, "find_secret")
    await arena.judge()
    held = await arena.patches(f"user.{vera}")
    assert held["unlock/explorer.1"]["name"] == {"ru": "Исследователь", "en": "Explorer"}
    assert held["unlock/explorer.1"]["state"] == "granted" and held["progress/explorer"]["share"] == 1.0


@pytest.mark.usefixtures("worker")
async def test_screens_of_a_player_are_written_once_a_person_claims_them(arena: Arena) -> None:
    vera = await arena.player(claimed=False)
    await arena.tell(vera, "find_secret", times=3)
    await arena.judge()
    assert await arena.codes(vera) >= {"explorer"} and await arena.patches(f"user.{vera}") == {}
    await arena.claim(vera)
    async with asyncio.timeout(10):
        while "score" not in await arena.patches(f"user.{vera}"):
            await asyncio.sleep(0.05)
    assert (await arena.patches(f"user.{vera}"))["score"]["total_score"] == 150


async def test_only_the_ten_newest_events_stay_on_screen(arena: Arena) -> None:
    vera = await arena.player()
    first = await arena.tell(vera, "login", times=4)
    await arena.judge()
    assert {key for key in await arena.patches(f"user.{vera}") if key.startswith("event/")} == {
        f"event/{n}" for n in first
    }
    later = await arena.tell(vera, "find_secret", times=25)
    await arena.judge()
    held = await arena.patches(f"user.{vera}")
    assert {key for key in held if key.startswith("event/")} == {f"event/{n}" for n in later[-10:]}
    entity = held[f"event/{later[-1]}"]
    assert (entity["event_type"], entity["points"], entity["amount"], entity["source"]) == (
        "find_secret",
        50,
        1,
        "omenigen",
    )


async def test_a_game_sees_its_players_events(arena: Arena) -> None:
    vera = await arena.player()
    (event,) = await arena.tell(vera, "login")
    await arena.judge()
    source = (await arena.rows("SELECT source_id FROM achievement_event"))[0][0]
    held = await arena.patches(f"app.{source}")
    assert held[f"event/{event}"]["user_id"] == vera


async def test_two_judges_at_once_pay_once(arena: Arena) -> None:
    players = [await arena.player() for _ in range(6)]
    for player in players:
        await arena.tell(player, "find_secret", times=12)
        await arena.tell(player, "login", times=8)

    async def judge() -> None:
        for _ in range(20):
            async with unit_of_work(arena.container) as scope:
                await (await scope.get(Judging)).judge_due(limit=7)

    await asyncio.gather(*(judge() for _ in range(3)))
    await arena.judge()
    unlocks = await arena.unlocks()
    assert unlocks.count(("explorer", 1, 0)) == len(players)
    assert unlocks.count(("secret_keeper", 1, 0)) == len(players)
    for player in players:
        paid = await arena.rows("SELECT sum(points) FROM achievement_unlock WHERE user_id = :player", player=player)
        assert (await arena.score(player))[1] == paid[0][0]
    assert len(await arena.facts("achievements.unlocked")) == len(unlocks)


async def test_a_judge_that_dies_leaves_its_marks(arena: Arena) -> None:
    vera = await arena.player()
    await arena.tell(vera, "login")
    with pytest.raises(RuntimeError):
        async with unit_of_work(arena.container) as scope:
            assert await (await scope.get(Judging)).judge_due(limit=100) > 0
            raise RuntimeError("killed before the commit")
    assert await arena.unlocks(vera) == []
    await arena.judge()
    assert "newcomer" in await arena.codes(vera)
    assert (await arena.patches(f"user.{vera}"))["score"]["total_score"] == 5


async def test_tiers_one_after_the_other(arena: Arena) -> None:
    vera = await arena.player()
    for more in (1, 24):
        await arena.tell(vera, "game_won", times=more, details={"game": "bisect"})
        arena.clock.advance(3600)
        await arena.judge()
    assert [one for one in await arena.unlocks(vera) if one[0] == "player_of_games"] == [
        ("player_of_games", 1, 0), ("player_of_games", 2, 0),
    ]  # fmt: skip
    assert (await arena.score(vera))[2] == len(await arena.codes(vera))


async def test_what_requires_another_comes_in_the_same_pass(arena: Arena) -> None:
    vera = await arena.player()
    species = ["mutexling", "pingle", "hashlet", "lagfrog", "itersnail", "cachalot"]
    for one in species:
        await arena.tell(vera, "creature_met", details={"species": one})
    await arena.judge()
    assert {"bestiary", "whole_bestiary"} <= await arena.codes(vera)


async def test_a_streak_over_weeks_survives_two_misses_and_settles(arena: Arena) -> None:
    vera = await arena.player(zone="Europe/Moscow")
    for day in range(45):
        if day not in (10, 20):
            await arena.tell(vera, "habit_kept", details={"habit": "stretch"})
        await arena.judge()
        arena.clock.advance(86_400)
    had = await arena.unlocks(vera)
    assert ("steady", 1, 0) in had and ("steady", 2, 0) in had and ("steady", 3, 0) not in had
    settled = await arena.rows("SELECT count, freezes FROM achievement_streak WHERE user_id = :player", player=vera)
    assert settled and settled[0][0] >= 30
    shown = (await arena.patches(f"user.{vera}"))["progress/steady"]
    assert (shown["tier"], shown["value"], shown["target"]) == (3, 43, 100)


async def test_a_streak_survives_a_flight_over_eleven_zones(arena: Arena) -> None:
    vera = await arena.player(zone="Europe/London")
    start = datetime(2026, 5, 2, 7, tzinfo=UTC)
    arena.clock.set(start)
    for _ in range(3):
        await arena.tell(vera, "focus_done", details={"minutes": 25})
        arena.clock.advance(86_400)
    landed = datetime(2026, 5, 4, 13, tzinfo=UTC)  # past midnight there, 14:00 at home
    await arena.moves(vera, zone="Asia/Magadan", before="Europe/London", since=landed)
    arena.clock.set(datetime(2026, 5, 5, 9, tzinfo=UTC))
    for _ in range(4):
        await arena.tell(vera, "focus_done", details={"minutes": 25})
        arena.clock.advance(86_400)
    await arena.judge()
    assert "quiet_week" in await arena.codes(vera)


async def test_late_events_fill_their_day_and_too_late_ones_do_not(arena: Arena) -> None:
    vera = await arena.player()
    yesterday = arena.clock.now() - timedelta(hours=30)
    await arena.tell(vera, "find_secret", times=5, at=yesterday)
    await arena.judge()
    assert "seam" in await arena.codes(vera)
    lev = await arena.player()
    await arena.tell(lev, "find_secret", times=4, at=arena.clock.now() - timedelta(hours=50))
    await arena.tell(lev, "find_secret", at=arena.clock.now() - timedelta(hours=30))
    await arena.judge()
    assert "seam" not in await arena.codes(lev)


async def test_not_is_judged_when_its_day_is_over(arena: Arena) -> None:
    from omenigen.modules.achievements.service.rules import Rules

    vera, lev = await arena.player(), await arena.player()
    for player, done in ((vera, 3), (lev, 4)):
        await arena.tell(player, "day_agreed")
        await arena.tell(player, "task_done", times=done)
    await arena.judge()
    assert "light_day" not in await arena.codes(vera)
    arena.clock.advance(86_400)
    async with unit_of_work(arena.container) as scope:
        assert await (await scope.get(Rules)).mark_ended_windows() > 0
    await arena.judge()
    assert "light_day" in await arena.codes(vera)
    assert "light_day" not in await arena.codes(lev)


async def test_a_full_day_repeats_once_a_day(arena: Arena) -> None:
    vera = await arena.player()
    for _ in range(3):
        for kind, times in (("task_done", 4), ("habit_kept", 3), ("focus_done", 2)):
            await arena.tell(vera, kind, times=times)
        await arena.judge()
        await arena.judge()
        arena.clock.advance(86_400)
    assert [one for one in await arena.unlocks(vera) if one[0] == "full_day"] == [("full_day", 1, n) for n in range(3)]


async def test_order_of_events_does_not_matter(arena: Arena) -> None:
    """Shuffled and repeated, the same events earn the same."""
    vera, lev = await arena.player(), await arena.player()
    secret = ("find_secret", None)
    won, level = ("game_won", {"game": "a"}), ("complete_level", {"seconds": 40, "level": 3})
    told = [("login", None), secret, ("game_lost", None), won, secret, secret, level]
    noon = arena.clock.now()
    for number, (kind, details) in enumerate(told):
        await arena.tell(vera, kind, details=details, at=noon + timedelta(seconds=number))
        await arena.judge()
    for number, (kind, details) in sorted(enumerate(told), key=lambda pair: (pair[0] * 5) % 7):
        await arena.tell(lev, kind, details=details, at=noon + timedelta(seconds=number))
    await arena.judge()
    assert await arena.unlocks(vera) == await arena.unlocks(lev)
    assert await arena.score(vera) == await arena.score(lev)
    assert "odd_night" in await arena.codes(lev)


async def test_a_sequence_is_seen_however_much_lies_between(arena: Arena, clock: ManualClock) -> None:
    await arena.rule("{code: up_again, name: {ru: Снова, en: Again}, description: {ru: Снова., en: Again.}, points: 5, "
                     "when: {sequence: [quest_failed, quest_done], within: 3h}}")  # fmt: skip
    player, other = await arena.player(), await arena.player()
    await arena.tell(player, "quest_failed")
    await arena.tell(other, "quest_failed")
    clock.advance(60)
    await arena.flood(player, "message_posted", RECENT_EVENTS + 200)
    await arena.tell(player, "quest_done")
    clock.advance(4 * 3600)
    await arena.flood(other, "message_posted", RECENT_EVENTS + 200)
    await arena.tell(other, "quest_done")
    await arena.judge()
    assert "up_again" in await arena.codes(player)
    assert "up_again" not in await arena.codes(other), "four hours are not within three"
