"""Runs of days and weeks, and the days themselves: zones, daylight saving, flights, freezes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omenigen.modules.achievements.rules.days import SHORTEST_DAY, Calendar, day_of, first_of
from omenigen.modules.achievements.rules.streaks import Law, Run, as_of, ends_on, fold, split_settled
from omenigen.modules.achievements.types import StreakUnit

D = date(2026, 5, 1)
DAILY = Law(unit=StreakUnit.DAY, min=1, freeze=2)
STRICT = Law(unit=StreakUnit.DAY, min=1, freeze=0)
WEEKLY = Law(unit=StreakUnit.WEEK, min=3, freeze=1)

ZONES = [
    "UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "Asia/Kathmandu",
    "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Vladivostok", "America/Noronha",
]  # fmt: skip


def days(text: str) -> list[date]:
    """`#` kept, `.` missed, from D on."""
    return [D + timedelta(days=n) for n, mark in enumerate(text) if mark == "#"]


@pytest.mark.parametrize(
    ("text", "law", "count", "best", "freezes"),
    [
        ("#######", STRICT, 7, 7, 0),
        ("###.###", STRICT, 3, 3, 0),
        ("###.###", DAILY, 6, 6, 1),
        ("###..###", DAILY, 6, 6, 0),
        ("##.##.##", DAILY, 6, 6, 0),
        ("##.##.##.##", DAILY, 2, 6, 2),
        ("###...##", DAILY, 2, 3, 2),
        ("#", DAILY, 1, 1, 2),
        ("", DAILY, 0, 0, 0),
    ],
)
def test_runs_bridge_misses_by_freezes(text: str, law: Law, count: int, best: int, freezes: int) -> None:
    run = fold(Run(), days(text), law)
    assert (run.count, run.best, run.freezes) == (count, best, freezes)


def test_a_freeze_is_used_silently_and_shown() -> None:
    run = fold(Run(), days("##.#"), DAILY)
    assert run.frozen == (D + timedelta(days=2),)
    seen = as_of(run, D + timedelta(days=5), DAILY)
    assert (seen.count, seen.freezes) == (3, 0)
    assert seen.frozen == (D + timedelta(days=2), D + timedelta(days=4))


def test_today_is_not_missed_while_it_lasts() -> None:
    run = fold(Run(), days("###"), STRICT)
    assert as_of(run, D + timedelta(days=3), STRICT).count == 3
    over = as_of(run, D + timedelta(days=4), STRICT)
    assert (over.count, over.best) == (0, 3)


def test_the_last_day_on_which_a_run_can_go_on_is_told() -> None:
    run = fold(Run(), days("###"), DAILY)
    today = D + timedelta(days=3)
    assert ends_on(as_of(run, today, DAILY), today, DAILY) == D + timedelta(days=5)


def test_weeks_in_a_row() -> None:
    monday = date(2026, 4, 27)
    weeks = [monday + timedelta(weeks=n) for n in (0, 1, 3, 4)]
    run = fold(Run(), weeks, WEEKLY)
    assert (run.count, run.freezes) == (4, 0)
    assert as_of(run, date(2026, 6, 7), WEEKLY).count == 4  # Sunday of the week after the last kept one
    assert as_of(run, date(2026, 6, 8), WEEKLY).count == 0


@given(st.lists(st.booleans(), max_size=120), st.integers(0, 2), st.integers(0, 120))
def test_folding_in_two_parts_is_folding_at_once(kept: list[bool], freeze: int, cut: int) -> None:
    law = Law(unit=StreakUnit.DAY, min=1, freeze=freeze)
    units = [D + timedelta(days=n) for n, one in enumerate(kept) if one]
    border = D + timedelta(days=cut)
    first, second = [u for u in units if u < border], [u for u in units if u >= border]
    whole = fold(Run(), units, law)
    parts = fold(fold(Run(), first, law), second, law)
    assert parts == whole


@given(st.lists(st.booleans(), min_size=1, max_size=120), st.integers(0, 2))
def test_a_run_is_what_a_patient_reader_would_count(kept: list[bool], freeze: int) -> None:
    law = Law(unit=StreakUnit.DAY, min=1, freeze=freeze)
    best = count = misses = 0
    for one in kept:
        if one:
            count, best = count + 1, max(best, count + 1)
        elif count:
            misses += 1
            if misses > freeze:
                count = misses = 0
        if count == 0:
            misses = 0
    run = fold(Run(), [D + timedelta(days=n) for n, one in enumerate(kept) if one], law)
    assert run.best == best
    assert as_of(run, D + timedelta(days=len(kept)), law).count == count


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 59))
def test_one_more_kept_day_never_shortens_the_best_run_without_freezes(kept: list[bool], more: int) -> None:
    units = {D + timedelta(days=n) for n, one in enumerate(kept) if one}
    before = fold(Run(), sorted(units), STRICT).best
    after = fold(Run(), sorted(units | {D + timedelta(days=more)}), STRICT).best
    assert after >= before


def test_only_what_cannot_move_any_more_is_settled() -> None:
    today = D + timedelta(days=30)
    settled, still_open = split_settled([D, today - timedelta(days=5), today - timedelta(days=4), today], today, DAILY)
    assert settled == [D, today - timedelta(days=5)]
    assert still_open == [today - timedelta(days=4), today]


# ── days ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def at(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type,misc]  # parts of a moment


@pytest.mark.parametrize(("zone", "day"), [("Europe/Berlin", (2026, 3, 29)), ("Europe/Berlin", (2026, 10, 25))])
def test_the_days_of_daylight_saving_are_whole(zone: str, day: tuple[int, int, int]) -> None:
    calendar = Calendar(zone=zone)
    assert day_of(at(zone, *day, 0, 0), calendar) == date(*day)
    assert day_of(at(zone, *day, 23, 59), calendar) == date(*day)
    after = date(*day) + timedelta(days=1)
    assert day_of(at(zone, after.year, after.month, after.day, 0, 0), calendar) == after


@pytest.mark.parametrize(("zone", "day"), [("Asia/Beirut", date(2022, 3, 27)), ("America/Havana", date(2026, 3, 8))])
def test_a_day_whose_midnight_does_not_exist_begins_with_the_jump(zone: str, day: date) -> None:
    start = first_of(day, ZoneInfo(zone))
    assert start.astimezone(ZoneInfo(zone)).date() == day
    assert (start - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == day - timedelta(days=1)


def test_a_streak_through_daylight_saving_misses_nothing() -> None:
    calendar = Calendar(zone="Europe/Berlin")
    evenings = [at("Europe/Berlin", 2026, 3, 25 + n, 23, 30) for n in range(7)]
    run = fold(Run(), [day_of(one, calendar) for one in evenings], STRICT)
    assert run.count == 7


def test_flying_west_lengthens_the_day() -> None:
    landed = at("Asia/Vladivostok", 2026, 5, 10, 9, 0)  # 11 zones west: it is 9 May there again
    calendar = Calendar(zone="America/Noronha", before="Asia/Vladivostok", since=landed)
    assert day_of(landed - timedelta(minutes=1), calendar) == date(2026, 5, 10)
    assert day_of(landed, calendar) == date(2026, 5, 10)
    assert day_of(at("America/Noronha", 2026, 5, 10, 23, 59), calendar) == date(2026, 5, 10)
    assert day_of(at("America/Noronha", 2026, 5, 11, 0, 0), calendar) == date(2026, 5, 11)


def test_flying_east_over_eleven_zones_does_not_cut_the_day() -> None:
    began = at("Europe/London", 2026, 1, 10, 0, 0)
    landed = began + timedelta(hours=12)  # noon in London, 23:00 in Magadan
    calendar = Calendar(zone="Asia/Magadan", before="Europe/London", since=landed)
    assert day_of(began + timedelta(hours=19, minutes=59), calendar) == date(2026, 1, 10)
    assert day_of(began + timedelta(hours=20), calendar) == date(2026, 1, 11)
    # The following days begin late too, and catch up.
    assert day_of(began + timedelta(hours=39, minutes=59), calendar) == date(2026, 1, 11)
    assert day_of(began + timedelta(hours=40), calendar) == date(2026, 1, 12)
    assert day_of(at("Asia/Magadan", 2026, 1, 20, 0, 0), calendar) == date(2026, 1, 20)


@settings(deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31)),
    st.integers(0, 96),
)
def test_days_never_go_back_are_never_skipped_and_last_twenty_hours(
    before: str, after: str, move: datetime, offset: int
) -> None:
    moved = move.replace(tzinfo=UTC)
    calendar = Calendar(zone=after, before=before, since=moved)
    seen: dict[date, datetime] = {}
    instant = moved - timedelta(hours=60 + offset % 7)
    last = None
    for step in range(240 * 4):
        now = instant + timedelta(minutes=15 * step)
        day = day_of(now, calendar)
        if last is not None:
            assert day >= last
            assert day - last <= timedelta(days=1)
        seen.setdefault(day, now)
        last = day
    starts = sorted(seen.items())[1:]
    for (_, one), (_, following) in pairwise(starts):
        assert following - one >= SHORTEST_DAY - timedelta(minutes=15)
