"""Whose day it is: zones, daylight saving, a flight; and how late is late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omenigen.modules.achievements.rules.boards import (
    BOARDS,
    days_near,
    pack,
    span_of,
    spans_over,
    unpack,
    windows_over,
)
from omenigen.modules.achievements.rules.days import Calendar, day_of, decide_moment, is_from_future
from omenigen.modules.achievements.rules.levels import begins_at, level_of
from omenigen.modules.achievements.types import WindowKind

ZONES = ["Pacific/Kiritimati", "Europe/Moscow", "America/New_York", "Pacific/Pago_Pago"]
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", NOON, date(2026, 5, 1)),
        ("Pacific/Kiritimati", NOON, date(2026, 5, 2)),
        ("Pacific/Pago_Pago", datetime(2026, 5, 1, 10, 59, tzinfo=UTC), date(2026, 4, 30)),
        # The night of 29 March 2026 in Berlin has no hour from two to three.
        ("Europe/Berlin", datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        ("Europe/Berlin", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        # And that of 25 October has it twice.
        ("Europe/Berlin", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        ("Europe/Berlin", datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_the_day_of_a_moment(zone: str, moment: datetime, day: date) -> None:
    assert day_of(moment, Calendar(zone=zone)) == day


def test_a_flight_east_does_not_cut_the_day_short() -> None:
    # Nine in the morning in Moscow on 1 May; eleven zones east it is already evening.
    left = datetime(2026, 5, 1, 15, 0, tzinfo=UTC)
    calendar = Calendar(zone="Pacific/Kiritimati", before="Europe/Moscow", since=left)
    began = datetime(2026, 4, 30, 21, 0, tzinfo=UTC)
    assert day_of(left, calendar) == date(2026, 5, 1)
    assert day_of(began + timedelta(hours=19, minutes=59), calendar) == date(2026, 5, 1)
    assert day_of(began + timedelta(hours=20), calendar) == date(2026, 5, 2)


def test_a_flight_west_lives_no_day_twice() -> None:
    left = datetime(2026, 5, 2, 1, 0, tzinfo=UTC)
    calendar = Calendar(zone="America/New_York", before="Europe/Moscow", since=left)
    assert day_of(left - timedelta(hours=5), calendar) == date(2026, 5, 1)
    assert day_of(left, calendar) == date(2026, 5, 2)
    assert day_of(left + timedelta(hours=26), calendar) == date(2026, 5, 2)
    assert day_of(left + timedelta(hours=28), calendar) == date(2026, 5, 3)


@given(
    steps=st.lists(st.integers(0, 90_000), min_size=2, max_size=60),
    zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)),
    hour=st.integers(0, 72),
)
def test_days_never_run_backwards(steps: list[int], zones: tuple[str, str], hour: int) -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    calendar = Calendar(zone=zones[0], before=zones[1], since=start + timedelta(hours=hour))
    moments = [start + timedelta(seconds=sum(steps[:n])) for n in range(len(steps))]
    days = [day_of(moment, calendar) for moment in moments]
    assert days == sorted(days)


def test_how_late_is_late() -> None:
    assert decide_moment(at=None, now=NOON) == (NOON, False)
    just = NOON - timedelta(hours=48)
    assert decide_moment(at=just, now=NOON) == (just, False)
    assert decide_moment(at=just - timedelta(seconds=1), now=NOON) == (NOON, True)
    assert not is_from_future(at=NOON + timedelta(minutes=5), now=NOON)
    assert is_from_future(at=NOON + timedelta(minutes=5, seconds=1), now=NOON)


def test_the_levels_of_the_rulebook() -> None:
    assert [begins_at(level) for level in (1, 2, 5, 10)] == [0, 125, 650, 2025]
    assert (level_of(649).number, level_of(650).number, level_of(2024).number, level_of(2025).number) == (4, 5, 9, 10)


@given(experience=st.integers(0, 10**12))
def test_every_experience_has_one_level(experience: int) -> None:
    level = level_of(experience)
    assert level.begins <= experience < level.ends
    assert level.ends == level.begins + 100 + 25 * level.number


@given(
    first=st.tuples(st.integers(1, 2**24 - 1), st.integers(0, 10**8)),
    second=st.tuples(st.integers(1, 2**24 - 1), st.integers(0, 10**8)),
)
def test_a_packed_place_orders_as_its_parts(first: tuple[int, int], second: tuple[int, int]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    packed = [pack(value, start + timedelta(seconds=2 * steps)) for value, steps in (first, second)]
    assert all(one < 2**53 and float(one) == one for one in packed)
    assert [unpack(one) for one in packed] == [first[0], second[0]]
    by_parts = (first[0], -first[1]) > (second[0], -second[1])
    assert (packed[0] > packed[1]) == by_parts


def test_windows_of_boards() -> None:
    day = date(2026, 12, 31)
    seasons = {"winter": (date(2026, 12, 1), date(2027, 2, 28))}
    names = {kind: span.name for kind in WindowKind if (span := span_of(kind, day, seasons)) is not None}
    assert names == {
        WindowKind.ALL: "all",
        WindowKind.DAY: "day:2026-12-31",
        WindowKind.WEEK: "week:2026-W53",
        WindowKind.MONTH: "month:2026-12",
        WindowKind.SEASON: "season:winter",
    }
    assert span_of(WindowKind.SEASON, date(2026, 11, 30), seasons) is None
    near = {span.name for span in spans_over(BOARDS["score"], days_near(date(2027, 1, 1)), {})}
    assert {"day:2026-12-30", "day:2027-01-01", "month:2026-12", "month:2027-01", "week:2026-W53"} <= near
    assert {span.name for span in spans_over(BOARDS["score"], [day], {})} == set(names.values()) - {
        "all", "season:winter",
    }  # fmt: skip


def test_a_window_is_over_when_nothing_can_move_it_any_more() -> None:
    over = {span.name for span in windows_over(datetime(2026, 5, 6, 12, 0, tzinfo=UTC), {})}
    assert {"day:2026-05-02", "day:2026-05-01", "month:2026-04"} <= over
    assert not over & {"day:2026-05-04", "day:2026-05-05", "month:2026-05", "week:2026-W19"}
