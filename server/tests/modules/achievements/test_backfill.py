"""Backfill: everybody's past, once, however often it is killed; and the life of a rule."""

import asyncio

import pytest

from omenigen.kit.edge import unit_of_work
from omenigen.modules.achievements.errors import RuleFromPack, RuleIsNotLive, RuleStays, RuleTaken
from omenigen.modules.achievements.service import backfill as backfill_module
from omenigen.modules.achievements.service.backfill import Backfill
from omenigen.modules.achievements.service.rules import Rules
from omenigen.modules.achievements.types import RuleState
from tests.modules.achievements.arena import OPERATOR, Arena
from tests.modules.achievements.test_dry_run import HEAD, populate

RULE = f"- {{code: past, {HEAD}, points: 11, when: {{metric: find_secret.count, window: week, value: 2}}}}"


WEEK = "SELECT value FROM achievement_counter WHERE user_id = :player AND \"window\" = 'week:2026-W18'"


async def start(arena: Arena, code: str = "past") -> None:
    async with unit_of_work(arena.container) as scope:
        await (await scope.get(Backfill)).start(caller=OPERATOR, code=code)


async def carry_on(arena: Arena) -> bool:
    async with unit_of_work(arena.container) as scope:
        return await (await scope.get(Backfill)).carry_on()


async def test_killed_and_resumed_it_pays_once(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill_module, "CHUNK", 3)
    await populate(arena)
    await arena.rule(RULE)
    await start(arena)
    assert await carry_on(arena)
    with pytest.raises(RuntimeError):
        async with unit_of_work(arena.container) as scope:
            await (await scope.get(Backfill)).carry_on()
            raise RuntimeError("killed before the commit")
    while await carry_on(arena):
        pass
    await start(arena)  # once more, from the beginning
    while await carry_on(arena):
        pass
    rows = await arena.rows(
        "SELECT user_id, count(*) FROM achievement_unlock WHERE rule_code = 'past' GROUP BY user_id"
    )
    assert rows and all(row[1] == 1 for row in rows)
    for player, _ in rows:
        paid = await arena.rows("SELECT sum(points) FROM achievement_unlock WHERE user_id = :player", player=player)
        assert (await arena.score(player))[1] == paid[0][0]
    told = [fact for fact in await arena.facts("achievements.unlocked") if fact["code"] == "past"]
    assert len(told) == len(rows)
    walks = await arena.rows("SELECT state, judged, unlocked, points FROM achievement_backfill ORDER BY id")
    assert [tuple(walk) for walk in walks] == [("done", 8, len(rows), 11 * len(rows)), ("done", 8, 0, 0)]


async def test_numbers_that_nobody_counted_are_filled_in_exactly(arena: Arena) -> None:
    vera = await arena.player()
    await arena.tell(vera, "find_secret", times=3)
    await arena.rule(RULE)  # from here on weeks are counted too
    await arena.tell(vera, "find_secret", times=2)
    await start(arena)
    while await carry_on(arena):
        pass
    rows = await arena.rows(WEEK, player=vera)
    assert 5.0 in {row[0] for row in rows}
    await arena.tell(vera, "find_secret")
    rows = await arena.rows(WEEK, player=vera)
    assert 6.0 in {row[0] for row in rows}


async def test_events_during_a_backfill_are_neither_lost_nor_counted_twice(arena: Arena) -> None:
    players = [await arena.player() for _ in range(5)]
    for player in players:
        await arena.tell(player, "find_secret", times=4)
    await arena.rule(RULE)

    async def play() -> None:
        for _ in range(12):
            for player in players:
                await arena.tell(player, "find_secret")

    async def walk() -> None:
        for _ in range(4):
            await start(arena)
            while await carry_on(arena):
                await asyncio.sleep(0)

    await asyncio.gather(play(), walk())
    await arena.judge()
    for player in players:
        rows = await arena.rows(WEEK, player=player)
        assert 16.0 in {row[0] for row in rows}
    assert (await arena.unlocks()).count(("past", 1, 0)) == len(players)


async def test_the_life_of_a_rule(arena: Arena) -> None:
    await arena.rule(RULE, live=False)

    async def change(state: RuleState | None = None, source: str | None = None, code: str = "past") -> int:
        async with unit_of_work(arena.container) as scope:
            rules = await scope.get(Rules)
            rule = rules.read(caller=OPERATOR, body=None, source=source) if source else None
            kept = await rules.change(caller=OPERATOR, code=code, state=state, rule=rule)
        await arena.reload()
        return kept.rule.version

    vera = await arena.player()
    await arena.tell(vera, "find_secret", times=3)
    await arena.judge()
    assert "past" not in await arena.codes(vera)  # a draft is counted, not judged
    with pytest.raises(RuleIsNotLive):
        await start(arena)
    assert await change(RuleState.LIVE) == 1
    await arena.tell(vera, "find_secret")
    await arena.judge()
    assert "past" in await arena.codes(vera)
    assert await change(source=RULE.replace("points: 11", "points: 12")) == 2
    assert await change(source=RULE.replace("points: 11", "points: 12")) == 2  # the same text is the same version
    versions = await arena.rows("SELECT rule_version, points FROM achievement_unlock WHERE rule_code = 'past'")
    assert [tuple(row) for row in versions] == [(1, 11)]  # old unlocks stay as they were
    with pytest.raises(RuleStays):
        await change(RuleState.DRAFT)
    await change(RuleState.RETIRED)
    lev = await arena.player()
    await arena.tell(lev, "find_secret", times=3)
    await arena.judge()
    assert "past" not in await arena.codes(lev) and "past" in await arena.codes(vera)
    with pytest.raises(RuleFromPack):
        await change(source=RULE.replace("past", "newcomer"), code="newcomer")
    with pytest.raises(RuleTaken):
        await arena.rule(RULE)


async def test_packs_keep_their_ids_and_change_their_versions(arena: Arena) -> None:
    rows = await arena.rows("SELECT code, id, version FROM achievement_rule")
    assert rows == []  # nobody asked for the catalogue yet
    await arena.reload()
    before = {row[0]: (row[1], row[2]) for row in await arena.rows("SELECT code, id, version FROM achievement_rule")}
    assert before["newcomer"][1] == 1 and len(before) >= 40
    async with unit_of_work(arena.container) as scope:
        from sqlalchemy import text
        from sqlalchemy.ext.asyncio import AsyncSession

        session = await scope.get(AsyncSession)
        await session.execute(text("UPDATE achievement_rule SET digest = 'other' WHERE code = 'newcomer'"))
    from omenigen.modules.achievements.service.rulebook import RuleBook

    await (await arena.container.get(RuleBook)).start()
    after = {row[0]: (row[1], row[2]) for row in await arena.rows("SELECT code, id, version FROM achievement_rule")}
    assert after["newcomer"] == (before["newcomer"][0], 2)
    assert {code: one for code, one in after.items() if code != "newcomer"} == {
        code: one for code, one in before.items() if code != "newcomer"
    }
