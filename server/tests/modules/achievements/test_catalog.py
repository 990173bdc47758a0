"""What packs may say, and how they are refused: file, line, reason."""

import re
from pathlib import Path

import pytest
import yaml

from omenigen.modules.achievements.catalog import (
    Catalog,
    PackRefused,
    Problems,
    Rule,
    SetOf,
    Streak,
    leaves,
    load_catalog,
    load_types,
    parse_pack,
)
from omenigen.modules.achievements.types import Hidden

ROOT = Path(__file__).resolve().parents[4]
CONTENT = ROOT / "content" / "achievements"
TYPES, SEASONS = load_types(CONTENT / "types.yaml")

HEAD = "name: {ru: Имя, en: Name}, description: {ru: Текст, en: Text}, points: 5"


def checked(text: str) -> Catalog:
    problems = Problems("pack.yaml")
    return Catalog.checked(types=TYPES, rules=parse_pack(text, file="pack.yaml"), seasons=SEASONS, problems=problems)


def refused(text: str) -> list[tuple[int, str]]:
    with pytest.raises(PackRefused) as caught:
        checked(text)
    assert caught.value.params["file"] == "pack.yaml"
    return [(one["line"], one["reason"]) for one in caught.value.problems]


def rule(when: str, more: str = "") -> str:
    return f"- {{code: some, {HEAD}{', ' + more if more else ''}, when: {when}}}"


@pytest.fixture(scope="module")
def pack() -> tuple[Rule, ...]:
    return load_catalog(CONTENT).rules


def test_the_first_pack_is_rich_enough(pack: tuple[Rule, ...]) -> None:
    assert len(pack) >= 40
    assert sum(one.hidden is not Hidden.NO for one in pack) >= 12
    assert sum(one.tiered for one in pack) >= 8
    assert sum(any(isinstance(leaf, Streak) for leaf in leaves(one.when)) for one in pack) >= 6
    assert sum(any(isinstance(leaf, SetOf) for leaf in leaves(one.when)) for one in pack) >= 5
    assert {one.hidden for one in pack} == set(Hidden)


def test_the_public_three_are_kept_exactly(pack: tuple[Rule, ...]) -> None:
    public = {one.code: one for one in pack if one.condition_field}
    assert {
        code: (one.name.ru, one.name.en, one.points, one.condition_field, one.condition_value)
        for code, one in public.items()
    } == {
        "newcomer": ("Новичок", "Newcomer", 5, "login_count", 1),
        "explorer": ("Исследователь", "Explorer", 50, "secrets_found", 3),
        "master": ("Мастер", "Master", 20, "levels_completed", 10),
    }


def test_points_of_events_are_those_of_the_contract() -> None:
    points = {kind.code: kind.points for kind in TYPES}
    assert {code: points[code] for code in ("login", "complete_level", "find_secret", "task_done", "habit_kept")} == {
        "login": 5, "complete_level": 20, "find_secret": 50, "task_done": 2, "habit_kept": 2,
    }  # fmt: skip
    more = {"focus_done": 3, "quest_done": 10, "game_won": 3, "creature_level": 10, "contest_entry": 5}
    assert {code: points[code] for code in more} == more


def test_every_text_of_the_pack_is_told_in_both_languages(pack: tuple[Rule, ...]) -> None:
    for one in pack:
        for text in (one.name, one.description):
            assert re.search("[а-яё]", text.ru, re.IGNORECASE), one.code
            assert not re.search("[а-яё]", text.en, re.IGNORECASE), one.code
        assert one.description.ru.endswith((".", "?")) and one.description.en.endswith((".", "?")), one.code
        assert "!" not in one.name.ru + one.name.en + one.description.ru + one.description.en, one.code


def test_every_badge_can_be_drawn(pack: tuple[Rule, ...]) -> None:
    art = ROOT / "web" / "src" / "features" / "achievements" / "art"
    signs = {
        name.strip('"') for name in re.findall(r'^  ("?[a-z0-9-]+"?):', (art / "signs.ts").read_text(), re.MULTILINE)
    }
    shapes = set(re.findall(r"^  ([a-z]+): shape", (art / "shapes.ts").read_text(), re.MULTILINE))
    assert {one.icon for one in pack} <= signs
    assert {one.shape.value for one in pack} <= shapes


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("{metric: find_secret.cuont, value: 3}", "unknown_metric"),
        ("{metric: login.count, op: '=>', value: 3}", "unknown_op"),
        ("{metric: login.count}", "value_missing"),
        ("{metric: login.count, value: lots}", "bad_number"),
        ("{metric: login.count, value: 1, window: fortnight}", "bad_window"),
        ("{metric: login.count, value: 1, window: 400d}", "bad_window"),
        ("{metric: login.count, value: 1, window: 'season:none'}", "unknown_season"),
        ("{metric: login.count, value: 1, widnow: day}", "unknown_field"),
        ("{count: login}", "bad_condition"),
        ("{metric: login.count, value: 1, all: []}", "bad_condition"),
        ("{all: []}", "bad_list"),
        ("{metric: complete_level.level, value: 1, window: 7d}", "rolling_adds_up"),
        ("{metric: habit_kept.habit, value: 2, window: day}", "distinct_window"),
        ("{set: {metric: login.count, of: [a]}}", "set_needs_distinct"),
        ("{set: {metric: find_secret.secret, of: [a, a]}}", "bad_set"),
        ("{set: {metric: find_secret.secret, of: [a, b], need: 3}}", "bad_number"),
        ("{streak: {metric: complete_level.level, n: 3}}", "streak_adds_up"),
        ("{streak: {metric: login.count, n: 3, freeze: 3}}", "bad_number"),
        ("{streak: {metric: login.count, n: 3, unit: year}}", "bad_choice"),
        ("{sequence: [login], within: 5m}", "bad_sequence"),
        ("{sequence: [login, nothing], within: 5m}", "unknown_type"),
        ("{sequence: [login, login], within: 40d}", "bad_within"),
        ("{not: {metric: login.count, value: 1}}", "not_never_ends"),
        ("{at_least: 3, of: [{metric: login.count, value: 1}]}", "never_true"),
        # 5 < x < 3, and its relatives
        ("{all: [{metric: login.count, op: '>', value: 5}, {metric: login.count, op: '<', value: 3}]}", "never_true"),
        ("{all: [{metric: login.count, op: '>', value: 3}, {metric: login.count, op: '<', value: 4}]}", "never_true"),
        ("{metric: login.count, op: '<', value: 0}", "never_true"),
        ("{all: [{metric: login.count, op: '==', value: 2}, {metric: login.count, op: '!=', value: 2}]}", "never_true"),
        (
            "{all: [{metric: login.count, value: 9}, {any: [{metric: login.count, op: '<', value: 4},"
            " {metric: login.count, op: '==', value: 8}]}]}",
            "never_true",
        ),
        (
            "{all: [{metric: login.count, window: day, value: 5},"
            " {not: {metric: login.count, window: day, value: 2}}]}",
            "never_true",
        ),
        (
            "{all: [{metric: login.count, window: day, value: 5}, {metric: login.count, op: '<', value: 5}]}",
            "never_true",
        ),
    ],
)
def test_what_cannot_be_judged_is_refused_with_its_line(when: str, reason: str) -> None:
    found = refused("# a comment\n\n" + rule(when))
    assert (3, reason) in found


@pytest.mark.parametrize(
    "when",
    [
        "{all: [{metric: login.count, op: '>', value: 3}, {metric: login.count, op: '<', value: 5}]}",
        "{all: [{metric: complete_level.seconds, op: '>', value: 3},"
        " {metric: complete_level.seconds, op: '<', value: 4}]}",
        "{all: [{metric: login.count, window: day, value: 2}, {metric: login.count, op: '<', value: 3}]}",
        "{any: [{metric: login.count, op: '<', value: 0}, {metric: login.count, value: 2}]}",
        "{metric: login.count, op: '<', value: 1}",
    ],
)
def test_what_can_be_true_is_taken(when: str) -> None:
    assert len(checked(rule(when)).rules) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (rule("{metric: login.count, value: 1}", "points: 5000"), "double_key"),
        (rule("{metric: login.count, value: 1}").replace("points: 5", "points: 1001"), "bad_number"),
        (rule("{metric: login.count, value: 1}").replace("some", "Some Thing"), "bad_code"),
        (rule("{metric: login.count, value: 1}").replace("en: Name", "fr: Nom"), "bad_text"),
        (rule("{metric: login.count, value: 1}", "hidden: perhaps"), "bad_choice"),
        (rule("{metric: login.count, value: 1}", "tiers: [{at: 1, points: 1}]"), "points_and_tiers"),
        (rule("{metric: login.count, value: 1}", "repeat: {max: 101}"), "bad_number"),
        (rule("{any: [{metric: login.count, value: 1}]}", "repeat: {max: 2}"), "repeat_unclear"),
        (rule("{metric: login.count, value: 1}", "from: 2026-05-01, to: 2026-04-01"), "empty_span"),
        (rule("{streak: {metric: login.count, n: 30}}", "from: 2026-05-01, to: 2026-05-20"), "streak_too_long"),
        (rule("{set: {metric: find_secret.secret, of: [a]}}", "from: 2026-05-01"), "set_in_span"),
        (rule("{metric: login.count, value: 1}", "requires: [nobody]"), "unknown_requires"),
        (rule("{metric: login.count, value: 1}", "requires: [some]"), "circle"),
        ("- [1, 2", "broken_yaml"),
        ("- &a {code: x}\n- *a", "alias_used"),
        ("just text", "bad_list"),
    ],
)
def test_a_broken_rule_is_refused(text: str, reason: str) -> None:
    assert reason in {found for _, found in refused(text)}


def test_limits_of_size() -> None:
    leaf = "{metric: login.count, value: 1}"
    deep = "{any: [" * 5 + leaf + "]}" * 5
    assert "too_deep" in {reason for _, reason in refused(rule(deep))}
    assert "too_many_leaves" in {reason for _, reason in refused(rule("{any: [" + ", ".join([leaf] * 25) + "]}"))}
    tiers = ", ".join(f"{{at: {n}, points: 1}}" for n in range(1, 22))
    tiered = (
        "- {code: some, name: {ru: Имя, en: N}, description: {ru: Т, en: T},"
        f" tiers: [{tiers}], when: {{metric: login.count}}}}"
    )
    assert "too_many_tiers" in {reason for _, reason in refused(tiered)}
    level = tiered.replace("at: 2,", "at: 1,").replace(", {at: 21, points: 1}", "")
    assert "tiers_do_not_rise" in {reason for _, reason in refused(level)}
    checked(rule("{any: [" * 4 + leaf + "]}" * 4))


def test_a_circle_of_requirements_is_named() -> None:
    text = "\n".join(
        f"- {{code: {code}, {HEAD}, requires: [{needs}], when: {{metric: login.count, value: 1}}}}"
        for code, needs in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    assert refused(text) == [(1, "circle")]


def test_all_problems_come_at_once_in_the_order_of_their_lines() -> None:
    text = (
        rule("{metric: nope.count, value: 1}")
        + "\n"
        + rule("{metric: login.count, op: '~', value: 1}").replace("some", "other")
    )
    with pytest.raises(PackRefused) as caught:
        parse_pack(text, file="pack.yaml")
    assert [(one["line"], one["reason"]) for one in caught.value.problems] == [(2, "unknown_op")]
    assert refused(text.replace("'~'", "'>='").replace("login", "neither")) == [
        (1, "unknown_metric"),
        (2, "unknown_metric"),
    ]


def test_a_rule_that_asks_for_more_trust_counts_on_its_own() -> None:
    catalog = checked(rule("{metric: habit_kept.count, value: 3}", "trust: server"))
    assert catalog.rules[0].metrics == {"habit_kept.count@server"}
    floors = {metric.code: metric.floor.value for metric in catalog.metrics_of("habit_kept")}
    assert floors["habit_kept.count@server"] == "server" and floors["habit_kept.count"] == "client"
    # Types that let nobody less in need no count of their own.
    assert checked(rule("{metric: find_secret.count, value: 3}", "trust: server")).rules[0].metrics == {
        "find_secret.count"
    }


def test_rules_are_woken_only_when_their_threshold_is_crossed() -> None:
    catalog = load_catalog(CONTENT)

    def woken(metric: str, window: str, old: float, new: float) -> set[str]:
        return {one.code for one in catalog.woken(metric, window, old, new)}

    assert woken("find_secret.count", "all", 1, 2) == set()
    assert woken("find_secret.count", "all", 2, 3) == {"explorer"}
    assert woken("find_secret.count", "all", 3, 4) == set()
    assert woken("find_secret.count", "all", 0, 60) == {"explorer", "secret_keeper", "omega"}
    assert woken("find_secret.count", "day:2026-05-01", 1, 2) == {"odd_night"}
    assert woken("login.count", "week:2026-W18", 0, 1) == {"regular"}
    assert woken("find_secret.count", "month:2026-05", 0, 9) == set()
    # What has no threshold is woken by any change.
    assert "bestiary" in woken("creature_met.species", "all", 0, 1)
    assert "swift" in woken("complete_level.seconds", "all", 90, 80)
    assert "light_day" in woken("task_done.count", "day:2026-05-01", 7, 8)


def test_only_windows_in_use_are_counted() -> None:
    catalog = load_catalog(CONTENT)
    assert {str(window) for window in catalog.windows_in_use("find_secret.count")} == {"all", "day"}
    assert {str(window) for window in catalog.windows_in_use("task_done.count")} == {"all", "day", "week"}
    # Seven rolling days are folded from days.
    assert {str(window) for window in catalog.windows_in_use("focus_done.minutes")} == {"all", "day"}
    spanned = checked(rule("{metric: login.count, value: 3}", "from: 2026-05-01, to: 2026-06-01"))
    assert {str(window) for window in spanned.windows_in_use("login.count")} == {
        "all", "span:20260501T000000Z/20260601T000000Z",
    }  # fmt: skip


def test_what_is_required_comes_first() -> None:
    catalog = load_catalog(CONTENT)
    order = [one.code for one in catalog.in_order(reversed(catalog.live))]
    assert order.index("explorer") < order.index("omega")
    assert order.index("bestiary") < order.index("whole_bestiary")


def test_every_problem_has_its_words_in_both_languages() -> None:
    source = "".join(path.read_text() for path in (ROOT / "server/omenigen/modules/achievements").rglob("*.py"))
    reasons = set(re.findall(r'problems\.add\(\s*"(\w+)"', source)) | set(re.findall(r'reason="(\w+)"', source))
    reasons |= set(re.findall(r'\.wrong\(\s*(?:key|measure|"\w+"),\s*"(\w+)"', source))
    assert len(reasons) > 30
    for locale in ("ru", "en"):
        texts = yaml.safe_load((ROOT / "content" / "texts" / locale / "achievement_rules.yaml").read_text())
        assert not [one for one in reasons if f"achievement.rule.{one}" not in texts]
