"""Dry runs: they write nothing, and what they say comes true."""

import pytest
from dishka import Scope

from omenigen.kit.auth import Game, RoleTooLow, Trust
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import KeyId, SourceId
from omenigen.modules.achievements.catalog import PackRefused
from omenigen.modules.achievements.errors import RuleOverForeignTypes, ScopeMissing
from omenigen.modules.achievements.service.backfill import Backfill
from omenigen.modules.achievements.service.dry_run import DryRun, DryRunState
from omenigen.modules.achievements.service.rules import Rules
from tests.modules.achievements.arena import OPERATOR, Arena
from tests.modules.achievements.test_explain import person

HEAD = "name: {ru: Имя, en: Name}, description: {ru: Текст, en: Text}"

CONDITIONS = {
    "by_month": "points: 7, when: {metric: find_secret.amount, window: month, value: 4}",
    "tiers": "tiers: [{at: 2, points: 1}, {at: 5, points: 3}], when: {metric: find_secret.count}",
    "fresh_streak": "points: 4, when: {streak: {metric: find_secret.count, n: 3, freeze: 1}}",
    "a_set": "points: 2, when: {set: {metric: game_lost.game, of: [go, chess]}}",
    "in_order": "points: 2, when: {sequence: [game_lost, find_secret], within: 1d}",
    "may": "points: 2, from: 2026-05-02, to: 2026-05-04, when: {metric: find_secret.count, value: 2}",
    "highest": "points: 9, when: {metric: game_won.score, value: 700}",
}
WANTED = {code: f"- {{code: {code}, {HEAD}, {text}}}" for code, text in CONDITIONS.items()}


async def populate(arena: Arena, players: int = 8) -> None:
    """Some days of some players, no two alike."""
    crowd = [await arena.player() for _ in range(players)]
    for day in range(5):
        for number, player in enumerate(crowd):
            if (number + day) % 4:
                await arena.tell(player, "find_secret", amount=1 + number % 3)
            if number % 3 == day % 3:
                await arena.tell(player, "game_lost", details={"game": ["go", "chess"][day // 3]})
            await arena.tell(player, "game_won", details={"score": 100 * number + day})
        arena.clock.advance(86_400)
    await arena.judge()


async def dry(arena: Arena, source: str) -> DryRunState:
    async with arena.container(scope=Scope.REQUEST) as scope:
        rule = (await scope.get(Rules)).read(caller=OPERATOR, body=None, source=source)
        return await (await scope.get(DryRun)).ask(caller=OPERATOR, rule=rule)


TABLES = [
    "achievement_counter", "achievement_member", "achievement_streak", "achievement_unlock", "achievement_score",
    "achievement_standing",
    "achievement_rule", "kit_outbox", "live_patches", "achievement_dry_run",
]  # fmt: skip


async def tables(arena: Arena) -> list[object]:
    """A digest of everything that a rule could move."""
    found: list[object] = []
    for table in TABLES:
        found.append((await arena.rows(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"))[0][0])
    return found


@pytest.mark.parametrize("code", list(WANTED))
async def test_a_dry_run_writes_nothing_and_equals_the_later_unlocks(arena: Arena, code: str) -> None:
    await populate(arena)
    before = await tables(arena)
    tried = await dry(arena, WANTED[code])
    assert await tables(arena) == before
    assert tried.state == "done" and tried.result is not None
    result = tried.result
    assert result["unlocks"] > 0 and result["looked_at"] == 8

    await arena.rule(WANTED[code])
    async with unit_of_work(arena.container) as scope:
        await (await scope.get(Backfill)).start(caller=OPERATOR, code=code)
    while True:
        async with unit_of_work(arena.container) as scope:
            if not await (await scope.get(Backfill)).carry_on():
                break
    rows = await arena.rows(
        "SELECT user_id, tier, points FROM achievement_unlock WHERE rule_code = :code ORDER BY user_id, tier", code=code
    )
    assert len(rows) == result["unlocks"] and sum(row[2] for row in rows) == result["points"]
    assert len({row[0] for row in rows}) == result["players"]
    assert [{"user_id": row[0], "tier": row[1], "points": row[2]} for row in rows][:20] == result["examples"]
    # What happens from now on is judged on top of the numbers that were filled in.
    await arena.judge()


async def test_rewards_and_tiers_are_summed_up(arena: Arena) -> None:
    await populate(arena)
    source = (
        f"- {{code: paid, {HEAD}, tiers: [{{at: 1, points: 1, reward: [{{asset: credit, amount: 30}}]}},"
        " {at: 4, points: 2, reward: [{item: hat}]}], when: {metric: find_secret.count}}"
    )
    result = (await dry(arena, source)).result
    assert result is not None
    assert result["rewards"] == {"credit": 30 * result["tiers"]["1"], "hat": result["tiers"]["2"]}


async def test_what_takes_long_becomes_a_job(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    await populate(arena, players=3)
    monkeypatch.setattr("omenigen.modules.achievements.service.dry_run.AT_ONCE_SECONDS", -1.0)
    async with unit_of_work(arena.container) as scope:
        trial = await scope.get(DryRun)
        rule = (await scope.get(Rules)).read(caller=OPERATOR, body=None, source=WANTED["tiers"])
        asked = await trial.ask(caller=OPERATOR, rule=rule)
    assert (asked.state, asked.result) == ("running", None) and asked.id is not None
    async with unit_of_work(arena.container) as scope:
        assert await (await scope.get(DryRun)).carry_on()
    async with unit_of_work(arena.container) as scope:
        trial = await scope.get(DryRun)
        assert not await trial.carry_on()
        done = await trial.find(caller=OPERATOR, dry_run_id=asked.id)
    assert done.state == "done" and done.result is not None and done.result["looked_at"] == 3


async def test_only_authors_may_try_rules(arena: Arena) -> None:
    game = Game(key_id=KeyId(1), source_id=SourceId(5), trust=Trust.SERVER, scopes=frozenset(), types=None)
    author = Game(
        key_id=KeyId(1), source_id=SourceId(5), trust=Trust.SERVER, scopes=frozenset({"rules:write"}), types=None
    )
    async with arena.container(scope=Scope.REQUEST) as scope:
        rules = await scope.get(Rules)
        with pytest.raises(RoleTooLow):
            rules.read(caller=person(1), body=None, source=WANTED["tiers"])
        with pytest.raises(ScopeMissing):
            rules.read(caller=game, body=None, source=WANTED["tiers"])
        with pytest.raises(RuleOverForeignTypes):  # a game may not mint points for what happens elsewhere
            rules.read(caller=author, body=None, source=WANTED["tiers"])
        with pytest.raises(PackRefused):
            rules.read(caller=OPERATOR, body={"code": "x"}, source=None)
