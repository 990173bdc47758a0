"""Why an achievement is there or not yet, and what a player's wall shows."""

from datetime import timedelta

import httpx
import pytest
from dishka import AsyncContainer, Scope

from omenigen.kit.auth import Caller, Game, Role, Trust, User
from omenigen.kit.ids import KeyId, SessionId, SourceId, UserId
from omenigen.kit.texts import Locale
from omenigen.modules.accounts.public import UserNotFound
from omenigen.modules.achievements.errors import AchievementNotFound
from omenigen.modules.achievements.rules.walking import Truth
from omenigen.modules.achievements.service.explaining import Explained, Explaining, Standing, next_first
from tests.modules.achievements.arena import OPERATOR, Arena


def person(player: int) -> User:
    return User(user_id=UserId(player), session_id=SessionId(1), role=Role.PLAYER, locale=Locale.RU)


async def why(arena: Arena, code: str, player: int, caller: Caller | None = None) -> Explained:
    async with arena.container(scope=Scope.REQUEST) as scope:
        explaining = await scope.get(Explaining)
        return await explaining.explain(caller=caller or person(player), code=code, user_id=player)


async def wall(arena: Arena, player: int, caller: Caller | None = None) -> list[Standing]:
    async with arena.container(scope=Scope.REQUEST) as scope:
        return await (await scope.get(Explaining)).standings(caller=caller or person(player), user_id=player)


SIX_LEAVES = """
- code: six
  name: {ru: Шесть, en: Six}
  description: {ru: Шесть условий., en: Six conditions.}
  points: 10
  when:
    all:
      - {metric: find_secret.count, value: 3}
      - {metric: login.count, value: 1}
      - any:
          - {metric: game_won.count, value: 9}
          - {set: {metric: find_secret.secret, of: [well, attic]}}
      - {streak: {metric: login.count, n: 2, freeze: 1}}
      - {not: {metric: game_lost.count, window: day, value: 1}}
"""


async def test_six_leaves_explained_for_a_player_who_lacks_one_secret(arena: Arena) -> None:
    await arena.rule(SIX_LEAVES)
    vera = await arena.player()
    await arena.tell(vera, "login")
    arena.clock.advance(86_400)
    await arena.tell(vera, "login")
    secrets = await arena.tell(vera, "find_secret", details={"secret": "well"})
    secrets += await arena.tell(vera, "find_secret", details={"secret": "attic"})
    found = await why(arena, "six", vera)
    assert found.why is not None and not found.done
    secret, login, either, streak, no_loss = found.why.parts
    assert (secret.node.truth, secret.node.value, secret.node.target) == (Truth.NO, 2, 3)
    assert list(secret.events) == secrets[::-1] and secret.refused == ()
    assert login.node.truth is Truth.YES and either.node.truth is Truth.YES
    assert either.parts[1].node.more["met"] == ["well", "attic"]
    assert (streak.node.truth, streak.node.value) == (Truth.YES, 2)
    assert no_loss.node.truth is Truth.WAITING
    assert no_loss.parts[0].ends_at is not None and no_loss.parts[0].ends_at > arena.clock.now()


async def test_what_did_not_count_says_why(arena: Arena) -> None:
    head = "name: {{ru: Имя, en: Name}}, description: {{ru: Текст, en: Text}}, points: 5"
    text = f"- {{{{code: {{code}}, {head}, {{more}}, when: {{when}}}}}}"
    await arena.rule(text.format(code="official", more="trust: official", when="{metric: habit_kept.count, value: 3}"))
    await arena.rule(text.format(code="may", more="from: 2026-05-02", when="{metric: find_secret.count, value: 3}"))
    await arena.rule(
        text.format(code="daily", more="backfill: true", when="{metric: find_secret.count, window: day, value: 9}")
    )
    vera = await arena.player()
    await arena.tell(vera, "habit_kept")  # by the platform itself: official
    (own_word,) = await arena.tell(vera, "habit_kept", trust=Trust.CLIENT)
    await arena.tell(vera, "find_secret")  # 1 May, before the rule's beginning
    arena.clock.advance(2 * 86_400)
    late = await arena.tell(vera, "find_secret", at=arena.clock.now() - timedelta(hours=49))
    official = (await why(arena, "official", vera)).why
    assert official is not None and official.node.value == 1
    assert [(one.event_id, one.reason) for one in official.refused] == [(own_word, "trust")]
    may = (await why(arena, "may", vera)).why
    assert may is not None
    assert (may.node.value, [one.reason for one in may.refused]) == (1, ["before_from"])
    daily = (await why(arena, "daily", vera)).why
    assert daily is not None
    assert [(one.event_id, one.reason) for one in daily.refused] == [(late[0], "late")]


async def test_hidden_ones_keep_to_themselves_until_they_are_earned(arena: Arena) -> None:
    vera = await arena.player()
    with pytest.raises(AchievementNotFound):
        await why(arena, "doorkeeper", vera)
    with pytest.raises(AchievementNotFound):
        await why(arena, "no_such_rule", vera)
    assert (await why(arena, "seam", vera)).why is None
    assert (await why(arena, "seam", vera, OPERATOR)).why is not None
    listed = {one.rule.code: one for one in await wall(arena, vera)}
    assert "doorkeeper" not in listed
    seam, attic = listed["seam"], listed["attic"]
    assert (seam.state, seam.shows_name, seam.shows_criteria) == ("closed", True, False)
    assert (attic.state, attic.shows_name) == ("closed", False)
    await arena.tell(vera, "door_closed")
    await arena.tell(vera, "find_secret", times=5, details={"place": "attic"})
    await arena.judge()
    assert (await why(arena, "doorkeeper", vera)).done
    listed = {one.rule.code: one for one in await wall(arena, vera)}
    assert listed["doorkeeper"].state == listed["seam"].state == listed["attic"].state == "earned"
    assert listed["attic"].shows_name


async def test_only_those_who_may_see_a_player_get_an_explanation(arena: Arena) -> None:
    vera, lev = await arena.player(), await arena.player()
    with pytest.raises(UserNotFound):
        await why(arena, "explorer", vera, person(lev))
    stranger = Game(
        key_id=KeyId(9), source_id=SourceId(999), trust=Trust.SERVER, scopes=frozenset({"stats:read"}), types=None
    )
    with pytest.raises(UserNotFound):
        await why(arena, "explorer", vera, stranger)
    assert (await why(arena, "explorer", vera, OPERATOR)).tier == 1


async def test_a_wall_is_ordered_by_shelves_and_next_ones_by_nearness(arena: Arena) -> None:
    vera = await arena.player()
    await arena.tell(vera, "login", times=5)
    await arena.tell(vera, "find_secret", times=2)
    await arena.tell(vera, "complete_level", details={"level": 19})
    await arena.judge()
    found = await wall(arena, vera)
    families = [one.rule.family for one in found]
    assert families == sorted(families, key=list(dict.fromkeys(families)).index)
    near = next_first(found)
    shares = [one.progress.share for one in near]
    assert shares == sorted(shares, reverse=True) and near[0].rule.code == "climber"
    assert all(one.state != "closed" and one.progress.share < 1 for one in near)


async def test_an_unbroken_streak_has_a_date(arena: Arena) -> None:
    vera = await arena.player()
    for _ in range(3):
        await arena.tell(vera, "focus_done")
        arena.clock.advance(86_400)
    found = await why(arena, "quiet_week", vera)
    # Three kept, four to go, today not yet: 4, 5, 6 and 7 May.
    assert found.expected_on is not None and found.expected_on.isoformat() == "2026-05-07"


async def test_the_explanation_over_http_reads_in_both_languages(
    arena: Arena, container: AsyncContainer, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/api/v1/achievements/explorer/explain", params={"user": 1})).status_code in (401, 404)
    assert (await client.get("/api/v1/achievements/users/1/progress")).status_code in (401, 404)
    assert (await client.get("/api/v1/achievements/NOT%20A%20CODE/explain", params={"user": 1})).status_code == 422
