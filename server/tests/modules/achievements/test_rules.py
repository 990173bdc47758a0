"""Rules decided and explained: one walk, so they cannot disagree."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omenigen.kit.auth import Trust
from omenigen.modules.achievements.catalog import (
    All,
    AnyOf,
    AtLeast,
    Catalog,
    Compare,
    Condition,
    Not,
    Problems,
    Rule,
    SetOf,
    Streak,
    Tier,
    load_types,
    parse_pack,
)
from omenigen.modules.achievements.catalog import Sequence as InOrder
from omenigen.modules.achievements.rules.evaluating import Outcome, evaluate, explain
from omenigen.modules.achievements.rules.facts import Context, Earned, Happened, PlayerFacts
from omenigen.modules.achievements.rules.levels import begins_at, level_of
from omenigen.modules.achievements.rules.streaks import Law, Run, fold
from omenigen.modules.achievements.rules.walking import Node, Truth
from omenigen.modules.achievements.types import (
    ALL,
    DAY,
    MONTH,
    WEEK,
    Op,
    StreakUnit,
    Window,
    WindowKind,
    day_key,
    week_key,
)

TYPES, SEASONS = load_types(Path(__file__).resolve().parents[4] / "content" / "achievements" / "types.yaml")
TODAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HEAD = "name: {ru: Имя, en: Name}, description: {ru: Текст, en: Text}, points: 5"


def read(when: str, more: str = "", head: str = HEAD) -> Rule:
    text = f"- {{code: some, {head}{', ' + more if more else ''}, when: {when}}}"
    catalog = Catalog.checked(types=TYPES, rules=parse_pack(text, file="x"), seasons=SEASONS, problems=Problems("x"))
    return catalog.rules[0]


def facts(today: date = TODAY, back: int = 3, **known: Any) -> PlayerFacts:
    contexts = tuple(Context(day=today - timedelta(days=n)) for n in range(back, -1, -1))
    return PlayerFacts(today=today, contexts=contexts, **known)


def values(**by_metric: Any) -> dict[tuple[str, str], float]:
    """`login=3` is an all-time count, `task_done={"day:…": 2}` by windows."""
    found: dict[tuple[str, str], float] = {}
    for code, told in by_metric.items():
        for window, value in (told if isinstance(told, Mapping) else {"all": told}).items():
            found[f"{code}.count", window] = value
    return found


def outcome(rule: Rule, known: PlayerFacts, now: datetime = NOW) -> Outcome:
    return evaluate(rule=rule, facts=known, now=now)


def earns(rule: Rule, known: PlayerFacts, now: datetime = NOW) -> bool:
    return bool(outcome(rule, known, now).steps)


# ── single conditions ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("op", "target", "value", "holds"),
    [(">=", 3, 3, True), (">=", 3, 2, False), (">", 3, 3, False), ("<=", 3, 3, True), ("<", 3, 0, True),
     ("==", 3, 3, True), ("==", 3, 4, False), ("!=", 3, 4, True), ("!=", 3, 3, False)],
)  # fmt: skip
def test_comparisons(op: str, target: int, value: int, holds: bool) -> None:
    rule = read(f"{{metric: login.count, op: '{op}', value: {target}}}")
    assert earns(rule, facts(values=values(login=value))) is holds


def test_progress_is_value_target_and_share() -> None:
    progress = outcome(read("{metric: find_secret.count, value: 3}"), facts(values=values(find_secret=1))).progress
    assert (progress.value, progress.target, round(progress.share, 3)) == (1, 3, 0.333)


def test_nothing_measured_is_not_a_small_measure() -> None:
    rule = read("{metric: complete_level.seconds, op: '<', value: 60}")
    nothing = facts(valueless=frozenset({"complete_level.seconds"}))
    assert not earns(rule, nothing)
    assert earns(rule, replace(nothing, values={("complete_level.seconds", "all"): 59.0}))


def test_a_day_that_just_ended_still_counts() -> None:
    rule = read("{metric: find_secret.count, window: day, value: 2}")
    yesterday = {day_key(TODAY - timedelta(days=1)): 2}
    found = outcome(rule, facts(values=values(find_secret=yesterday)))
    assert [step.context for step in found.steps] == ["day:2026-04-30"]
    # Progress is that of today.
    assert found.progress.share == 1.0
    half = outcome(rule, facts(values=values(find_secret={day_key(TODAY): 1})))
    assert (half.steps, half.progress.value) == ((), 1)


def test_conditions_about_a_day_must_meet_on_one_day() -> None:
    rule = read(
        "{all: [{metric: task_done.count, window: day, value: 2}, {metric: habit_kept.count, window: day, value: 1}]}"
    )
    apart = values(task_done={day_key(TODAY): 2}, habit_kept={day_key(TODAY - timedelta(days=1)): 1})
    together = values(task_done={day_key(TODAY): 2}, habit_kept={day_key(TODAY): 1})
    assert not earns(rule, facts(values=apart))
    assert earns(rule, facts(values=together))


def test_rolling_days_are_folded_from_days() -> None:
    rule = read("{metric: task_done.count, window: 7d, value: 7}")
    spread = {day_key(TODAY - timedelta(days=n)): 1 for n in range(7)}
    assert earns(rule, facts(values=values(task_done=spread), back=0))
    too_wide = {day_key(TODAY - timedelta(days=n)): 1 for n in (0, 1, 2, 3, 4, 5, 7)}
    assert not earns(rule, facts(values=values(task_done=too_wide), back=0))


def test_sets_name_what_is_missing() -> None:
    rule = read("{set: {metric: creature_met.species, of: [lagfrog, hashlet, pingle]}}")
    met = facts(members={"creature_met.species": frozenset({"pingle", "unknown"})})
    found = explain(rule=rule, facts=met, now=NOW)
    assert (found.tree.value, found.tree.target, found.tree.truth) == (1, 3, Truth.NO)
    assert found.tree.more["missing"] == ["lagfrog", "hashlet"]
    assert earns(rule, facts(members={"creature_met.species": frozenset({"lagfrog", "hashlet", "pingle"})}))


def events(*told: tuple[str, int], trust: Trust = Trust.SERVER) -> dict[str, tuple[Happened, ...]]:
    found: dict[str, list[Happened]] = {}
    for number, (code, minute) in enumerate(told):
        one = Happened(id=number + 1, at=NOW + timedelta(minutes=minute), trust=trust)
        found.setdefault(code, []).append(one)
    return {code: tuple(of) for code, of in found.items()}


@pytest.mark.parametrize(
    ("told", "reached"),
    [
        ([("game_lost", 0), ("game_won", 9)], 2),
        ([("game_lost", 0), ("game_won", 10)], 2),
        ([("game_lost", 0), ("game_won", 11)], 1),
        ([("game_won", 0), ("game_lost", 1)], 1),
        ([("game_lost", 0), ("game_lost", 8), ("game_won", 15)], 2),
        ([("game_won", 5)], 0),
        ([], 0),
    ],
)
def test_sequences_within_their_time(told: list[tuple[str, int]], reached: int) -> None:
    rule = read("{sequence: [game_lost, game_won], within: 10m}")
    found = explain(rule=rule, facts=facts(happened=events(*told)), now=NOW)
    assert found.tree.value == reached
    assert (found.tree.truth is Truth.YES) == (reached == 2)


def test_one_event_is_not_two_steps_of_a_sequence() -> None:
    rule = read("{sequence: [game_lost, game_lost], within: 10m}")
    assert not earns(rule, facts(happened=events(("game_lost", 0))))
    assert earns(rule, facts(happened=events(("game_lost", 0), ("game_lost", 1))))


@given(st.lists(st.tuples(st.sampled_from(["game_lost", "game_won", "login"]), st.integers(0, 40)), max_size=14))
def test_sequences_agree_with_a_patient_search(told: list[tuple[str, int]]) -> None:
    of, within = ("game_lost", "game_won", "game_lost"), timedelta(minutes=10)
    rule = read("{sequence: [game_lost, game_won, game_lost], within: 10m}")
    happened = events(*told)
    line = sorted(((one.at, one.id, code) for code, ones in happened.items() for one in ones))
    exists = any(
        (line[a][2], line[b][2], line[c][2]) == of and line[c][0] - line[a][0] <= within
        for a in range(len(line))
        for b in range(a + 1, len(line))
        for c in range(b + 1, len(line))
    )
    assert earns(rule, facts(happened=happened)) is exists


def test_a_sequence_asks_for_the_trust_of_its_rule() -> None:
    rule = read("{sequence: [game_lost, game_won], within: 10m}", "trust: official")
    told = [("game_lost", 0), ("game_won", 1)]
    assert not earns(rule, facts(happened=events(*told)))
    assert earns(rule, facts(happened=events(*told, trust=Trust.OFFICIAL)))


def test_streaks_count_by_their_best_run_and_show_the_present_one() -> None:
    rule = read("{streak: {metric: habit_kept.count, n: 3, freeze: 1}}")
    law = Law(unit=StreakUnit.DAY, min=1, freeze=1)

    def with_days(*back: int) -> PlayerFacts:
        run = fold(Run(), sorted(TODAY - timedelta(days=n) for n in back), law)
        return facts(runs={("habit_kept.count", str(law)): run})

    assert earns(rule, with_days(12, 11, 10))
    assert not earns(rule, with_days(1, 0))
    shown = explain(rule=rule, facts=with_days(3, 1), now=NOW).tree
    assert (shown.value, shown.more["frozen"], shown.more["freezes_left"]) == (2, ["2026-04-29"], 0)


def test_a_streak_inside_dates_has_a_law_of_its_own() -> None:
    streak = read("{streak: {metric: login.count, n: 2}}", "from: 2026-05-01, to: 2026-06-01")
    assert isinstance(streak.when, Streak)
    law = Law.of(streak.when, streak)
    assert (
        law.counts(date(2026, 5, 1), 1) and not law.counts(date(2026, 4, 30), 1) and not law.counts(date(2026, 6, 1), 1)
    )
    assert str(law) != str(Law(unit=StreakUnit.DAY, min=1, freeze=0))


# ── groups, not, requires ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("logins", "secrets", "levels", "holding"), [(1, 1, 0, True), (1, 0, 0, False), (0, 1, 1, True)]
)
def test_at_least_k(logins: int, secrets: int, levels: int, holding: bool) -> None:
    rule = read(
        "{at_least: 2, of: [{metric: login.count, value: 1}, {metric: find_secret.count, value: 1},"
        " {metric: complete_level.count, value: 1}]}"
    )
    known = facts(values=values(login=logins, find_secret=secrets, complete_level=levels))
    assert earns(rule, known) is holding


def test_not_waits_for_the_end_of_its_window() -> None:
    rule = read(
        "{all: [{metric: login.count, window: day, value: 1}, {not: {metric: game_lost.count, window: day, value: 1}}]}"
    )
    today = values(login={day_key(TODAY): 1})
    assert explain(rule=rule, facts=facts(values=today), now=NOW).tree.truth is Truth.WAITING
    assert not earns(rule, facts(values=today))
    tomorrow = facts(today=TODAY + timedelta(days=1), values=today)
    assert earns(rule, tomorrow)
    lost = {**today, ("game_lost.count", day_key(TODAY)): 1}
    assert not earns(rule, facts(today=TODAY + timedelta(days=1), values=lost))


def test_not_within_dates_waits_for_their_end() -> None:
    rule = read(
        "{all: [{metric: login.count, value: 1}, {not: {metric: game_lost.count, value: 1}}]}", "to: 2026-06-01"
    )
    window = str(Window(kind=WindowKind.SPAN, until=datetime(2026, 6, 1, tzinfo=UTC)))
    known = facts(values={("login.count", window): 1})
    assert not earns(rule, known)
    assert earns(rule, known, datetime(2026, 6, 1, tzinfo=UTC))


def test_requirements_hold_back_the_unlock_but_not_the_progress() -> None:
    rule = replace(read("{metric: login.count, value: 4}"), requires=("before",))
    known = facts(values=values(login=3))
    assert outcome(rule, known).progress.share == 0.75
    full = facts(values=values(login=4))
    assert not earns(rule, full)
    assert earns(rule, replace(full, earned={"before": (Earned(tier=1, n=0, at=NOW),)}))
    tree = explain(rule=rule, facts=full, now=NOW).tree
    assert [(part.kind, part.truth) for part in tree.parts] == [("achievement", Truth.NO), ("metric", Truth.YES)]


# ── tiers and repeats ───────────────────────────────────────────────────────────────────────────────────────────────

TIERED = (
    "name: {ru: Имя, en: Name}, description: {ru: Т, en: T},"
    " tiers: [{at: 2, points: 1}, {at: 5, points: 10}, {at: 9, points: 100}]"
)


def test_tiers_are_earned_in_one_go_and_progress_is_to_the_next() -> None:
    rule = read("{metric: login.count}", head=TIERED)
    found = outcome(rule, facts(values=values(login=6)))
    assert [(step.tier, step.points) for step in found.steps] == [(1, 1), (2, 10)]
    assert (found.progress.tier, found.progress.value, found.progress.target) == (3, 6, 9)


def test_what_is_earned_is_not_earned_again() -> None:
    rule = read("{metric: login.count}", head=TIERED)
    had = facts(values=values(login=9), earned={"some": (Earned(tier=1, n=0, at=NOW), Earned(tier=2, n=0, at=NOW))})
    found = outcome(rule, had)
    assert [step.tier for step in found.steps] == [3]
    assert (found.progress.tier, found.progress.share) == (3, 1.0)


def test_a_count_repeats_at_its_multiples() -> None:
    rule = read("{metric: login.count, value: 3}", "repeat: {max: 3}")
    found = outcome(rule, facts(values=values(login=7)))
    assert [step.n for step in found.steps] == [0, 1]
    assert (found.progress.value, found.progress.target) == (7, 9)
    all_of_them = outcome(rule, facts(values=values(login=100)))
    assert [step.n for step in all_of_them.steps] == [0, 1, 2] and all_of_them.progress.share == 1.0


def test_a_day_repeats_once_each_and_rests_in_between() -> None:
    rule = read("{metric: login.count, window: day, value: 2}", "repeat: {max: 5, cooldown: 20h}")
    two_days = values(login={day_key(TODAY): 2, day_key(TODAY - timedelta(days=1)): 2})
    first = outcome(rule, facts(values=two_days))
    assert [(step.n, step.context) for step in first.steps] == [(0, "day:2026-04-30")]
    had = facts(values=two_days, earned={"some": (Earned(tier=1, n=0, at=NOW, context="day:2026-04-30"),)})
    assert not earns(rule, had, NOW + timedelta(hours=19))
    assert explain(rule=rule, facts=had, now=NOW + timedelta(hours=19)).resting
    again = outcome(rule, had, NOW + timedelta(hours=20))
    assert [(step.n, step.context) for step in again.steps] == [(1, "day:2026-05-01")]


# ── one walk ────────────────────────────────────────────────────────────────────────────────────────────────────────

METRICS = ["login.count", "task_done.count", "game_won.count"]
WINDOWS = [ALL, DAY, WEEK, MONTH, Window(kind=WindowKind.ROLLING, days=3)]


def conditions() -> st.SearchStrategy[Condition]:
    compare = st.builds(
        Compare,
        metric=st.sampled_from(METRICS),
        op=st.sampled_from(list(Op)),
        value=st.integers(0, 4),
        window=st.sampled_from(WINDOWS),
    )
    chosen = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True).map(tuple)
    a_set = st.builds(SetOf, metric=st.just("creature_met.species"), of=chosen, need=st.none())
    in_order = st.builds(
        InOrder,
        of=st.lists(st.sampled_from(["game_lost", "game_won"]), min_size=2, max_size=3).map(tuple),
        within=st.just(timedelta(minutes=10)),
    )
    streak = st.builds(
        Streak,
        metric=st.just("login.count"),
        unit=st.just(StreakUnit.DAY),
        n=st.integers(2, 4),
        min=st.just(1),
        freeze=st.just(1),
    )
    leaf = st.one_of(compare, a_set, in_order, streak)

    def grow(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.one_of(
            st.builds(All, of=parts),
            st.builds(AnyOf, of=parts),
            st.builds(Not, of=inner),
            st.builds(AtLeast, k=st.integers(1, 3), of=parts),
        )

    return st.recursive(leaf, grow, max_leaves=8)


@st.composite
def players(draw: st.DrawFn) -> PlayerFacts:
    keys = [
        "all",
        week_key(TODAY),
        "month:2026-05",
        "month:2026-04",
        *(day_key(TODAY - timedelta(days=n)) for n in range(6)),
    ]
    counted = draw(
        st.dictionaries(st.tuples(st.sampled_from(METRICS), st.sampled_from(keys)), st.integers(0, 5).map(float))
    )
    told = draw(st.lists(st.tuples(st.sampled_from(["game_lost", "game_won"]), st.integers(0, 30)), max_size=6))
    law = Law(unit=StreakUnit.DAY, min=1, freeze=1)
    kept = sorted({TODAY - timedelta(days=n) for n in draw(st.lists(st.integers(0, 9)))})
    return facts(
        values=counted,
        members={"creature_met.species": frozenset(draw(st.lists(st.sampled_from(["a", "b", "c"]))))},
        happened=events(*told),
        runs={("login.count", str(law)): fold(Run(), kept, law)},
    )


PLAIN = read("{metric: login.count, value: 1}")


@settings(max_examples=300, deadline=None)
@given(conditions(), players())
def test_explaining_and_deciding_never_disagree(condition: Condition, known: PlayerFacts) -> None:
    rule = replace(PLAIN, when=condition, tiers=(Tier(at=1, points=5),))
    decided = evaluate(rule=rule, facts=known, now=NOW)
    explained = explain(rule=rule, facts=known, now=NOW)
    assert (explained.tree.truth is Truth.YES) == bool(decided.steps)
    assert not explained.done
    for tree in [explained.tree, *(step.tree for step in decided.steps)]:
        check(tree)


def check(node: Node) -> None:
    """Each node's truth follows from its parts, and its share from its truth."""
    assert 0.0 <= node.share <= 1.0
    if node.truth is Truth.YES:
        assert node.share == 1.0
    truths = [part.truth for part in node.parts]
    if node.kind == "all":
        assert (node.truth is Truth.YES) == all(one is Truth.YES for one in truths)
    if node.kind == "any":
        assert (node.truth is Truth.YES) == any(one is Truth.YES for one in truths)
    if node.kind == "not" and node.truth is Truth.YES:
        assert truths == [Truth.NO]
    for part in node.parts:
        check(part)


@settings(max_examples=150, deadline=None)
@given(conditions(), players())
def test_what_was_earned_is_given_once(condition: Condition, known: PlayerFacts) -> None:
    rule = replace(PLAIN, when=condition, tiers=(Tier(at=1, points=5),))
    first = evaluate(rule=rule, facts=known, now=NOW).steps
    had = tuple(Earned(tier=step.tier, n=step.n, at=NOW, context=step.context) for step in first)
    second = evaluate(rule=rule, facts=replace(known, earned={rule.code: had}), now=NOW)
    assert len(first) <= 1
    if first:
        assert second.steps == () and second.progress.share == 1.0


# ── levels ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 10**9))
def test_levels_begin_where_they_say(experience: int) -> None:
    level = level_of(experience)
    assert level.begins <= experience < level.ends
    assert level.ends - level.begins == 100 + 25 * level.number


def test_levels_of_the_contract() -> None:
    assert (begins_at(1), begins_at(2), begins_at(5), begins_at(10)) == (0, 125, 650, 2025)
