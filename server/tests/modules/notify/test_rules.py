"""Wording of notices and the merge of unlocks: pure cases."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omenigen.modules.notify import rules
from omenigen.modules.notify.types import NoticeKind, UnlockLine

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def line(code: str, tier: int = 1, points: int = 5, n: int = 0) -> UnlockLine:
    return UnlockLine(code=code, tier=tier, n=n, points=points, name={"ru": f"{code} по-русски", "en": code})


@pytest.mark.parametrize(
    ("seconds_ago", "read", "merges"),
    [(0, False, True), (10, False, True), (10.001, False, False), (3, True, False), (-1, False, False)],
)
def test_unlocks_merge_within_ten_seconds_while_unread(seconds_ago: float, read: bool, merges: bool) -> None:
    made_at = NOON - timedelta(seconds=seconds_ago)
    assert rules.may_merge(made_at=made_at, read_at=NOON if read else None, now=NOON) is merges


def test_the_same_tier_is_told_once() -> None:
    held = rules.merge_unlocks([line("newcomer")], line("newcomer"))
    assert [item.code for item in held] == ["newcomer"]
    assert [item.tier for item in rules.merge_unlocks(held, line("newcomer", tier=2))] == [1, 2]
    assert [item.n for item in rules.merge_unlocks(held, line("newcomer", n=1))] == [0, 1]


def test_one_unlock_names_it_in_the_language_asked() -> None:
    params = rules.unlock_params([line("newcomer")])
    wording = rules.decide_wording(kind=NoticeKind.ACHIEVEMENT_UNLOCKED, params=params, locale="ru")
    assert wording.text == "notify.achievement_unlocked.text"
    assert wording.fill == {"name": "newcomer по-русски", "points": 5}


def test_several_unlocks_are_listed_with_their_sum() -> None:
    params = rules.unlock_params([line("newcomer"), line("explorer", points=50)])
    wording = rules.decide_wording(kind=NoticeKind.ACHIEVEMENT_UNLOCKED, params=params, locale="en")
    assert wording.text == "notify.achievements_unlocked.text"
    assert wording.fill == {"names": "newcomer, explorer", "points": 55}


def test_a_name_that_lacks_a_language_falls_back() -> None:
    half = UnlockLine(code="odd", tier=1, points=0, name={"en": "Odd"})
    none = UnlockLine(code="bare", tier=1, points=0, name={})
    params = rules.unlock_params([half, none])
    wording = rules.decide_wording(kind=NoticeKind.ACHIEVEMENT_UNLOCKED, params=params, locale="ru")
    assert wording.fill["names"] == "Odd, bare"


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind is not NoticeKind.ACHIEVEMENT_UNLOCKED])
def test_every_other_kind_is_filled_with_its_params(kind: NoticeKind) -> None:
    wording = rules.decide_wording(kind=kind, params={"level": 3}, locale="ru")
    assert (wording.title, wording.text) == (f"notify.{kind.value}.title", f"notify.{kind.value}.text")
    assert wording.fill == {"level": 3}


lines = st.builds(
    UnlockLine,
    code=st.text(min_size=1, max_size=9),
    tier=st.integers(1, 20),
    n=st.integers(0, 99),
    points=st.integers(0, 1000),
    name=st.dictionaries(st.sampled_from(["ru", "en"]), st.text(max_size=20)),
)


@given(st.lists(lines, max_size=8))
def test_params_read_back_what_was_written(held: list[UnlockLine]) -> None:
    assert rules.read_unlocks(rules.unlock_params(held)) == held


@given(st.lists(lines, max_size=8))
def test_order_is_kept_and_no_tier_repeats(fresh: list[UnlockLine]) -> None:
    held: list[UnlockLine] = []
    for item in fresh:
        held = rules.merge_unlocks(held, item)
    told = [(item.code, item.tier, item.n) for item in held]
    assert told == list(dict.fromkeys((item.code, item.tier, item.n) for item in fresh))
