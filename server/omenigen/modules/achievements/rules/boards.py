"""What leaderboards there are, which windows they have, and how a place fits into one number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from omenigen.modules.achievements.types import LocalText, WindowKind, day_key, monday, month_key, week_key


class Keeping(StrEnum):
    """How a board's value comes about."""

    INCR = "incr"  # the sum of what happened inside the window
    SET = "set"  # a standing value
    BEST = "best"  # the largest ever: a metric of the kind `max`
    LAST = "last"  # the latest, which may fall: a metric of the kind `last`


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A leaderboard; `metric` is what it shows, or None for a column of the score."""

    code: str
    name: LocalText
    keeping: Keeping
    metric: str | None
    windows: tuple[WindowKind, ...]


EVERY_WINDOW = (WindowKind.WEEK, WindowKind.DAY, WindowKind.MONTH, WindowKind.SEASON, WindowKind.ALL)
ONLY_ALL = (WindowKind.ALL,)

BOARDS: Mapping[str, Board] = {
    board.code: board
    for board in (
        Board(
            code="score",
            name=LocalText(ru="Очки", en="Points"),
            keeping=Keeping.INCR,
            metric="any.points",
            windows=EVERY_WINDOW,
        ),
        Board(
            code="achievements",
            name=LocalText(ru="Достижения", en="Achievements"),
            keeping=Keeping.SET,
            metric=None,
            windows=ONLY_ALL,
        ),
        Board(
            code="levels",
            name=LocalText(ru="Уровни", en="Levels"),
            keeping=Keeping.INCR,
            metric="complete_level.count",
            windows=EVERY_WINDOW,
        ),
        Board(
            code="secrets",
            name=LocalText(ru="Секреты", en="Secrets"),
            keeping=Keeping.INCR,
            metric="find_secret.count",
            windows=EVERY_WINDOW,
        ),
        Board(
            code="habits",
            name=LocalText(ru="Привычки", en="Habits"),
            keeping=Keeping.INCR,
            metric="habit_kept.count",
            windows=EVERY_WINDOW,
        ),
        Board(
            code="games",
            name=LocalText(ru="Победы", en="Wins"),
            keeping=Keeping.INCR,
            metric="game_won.count",
            windows=EVERY_WINDOW,
        ),
        Board(
            code="best-game",
            name=LocalText(ru="Рекорд игры", en="Best game"),
            keeping=Keeping.BEST,
            metric="game_won.score",
            windows=ONLY_ALL,
        ),
        Board(
            code="rating",
            name=LocalText(ru="Рейтинг игрока", en="Player rating"),
            keeping=Keeping.LAST,
            metric="rating_changed.rating",
            windows=ONLY_ALL,
        ),
    )
}

COUNTED_FOR_BOARDS = frozenset(board.metric for board in BOARDS.values() if board.metric is not None)
"""Metrics that are counted whether or not a rule reads them."""

LATE_DAYS = 2
"""How far back late events may still move a day."""

SETTLED_AFTER = timedelta(hours=12 + 48)
"""A window is over everywhere 12 h after its end in UTC; late events are taken for 48 h more."""

_VALUE_BITS, _TIME_BITS = 24, 29
VALUE_LIMIT = 1 << _VALUE_BITS
_TIME_TOP = (1 << _TIME_BITS) - 1
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def pack(value: int, first_at: datetime) -> int:
    """Put value and time into one number below 2^53: the greater value first, of equals the earlier (steps of 2 s)."""
    steps = int((first_at - _EPOCH).total_seconds() // 2)
    return min(value, VALUE_LIMIT - 1) << _TIME_BITS | _TIME_TOP - max(0, min(steps, _TIME_TOP))


def unpack(packed: int) -> int:
    """Take the value out of a packed number."""
    return packed >> _TIME_BITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A window by its name and the days that it is the sum of; `first` None means always."""

    kind: WindowKind
    name: str
    first: date | None
    last: date | None


def span_of(kind: WindowKind, today: date, seasons: Mapping[str, tuple[date, date]]) -> Span | None:
    """Name the window of a kind that holds a day; None where there is none (no season)."""
    match kind:
        case WindowKind.ALL:
            return Span(kind=kind, name="all", first=None, last=None)
        case WindowKind.DAY:
            return Span(kind=kind, name=day_key(today), first=today, last=today)
        case WindowKind.WEEK:
            first = monday(today)
            return Span(kind=kind, name=week_key(today), first=first, last=first + timedelta(days=6))
        case WindowKind.MONTH:
            first = today.replace(day=1)
            last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            return Span(kind=kind, name=month_key(today), first=first, last=last)
        case WindowKind.SEASON:
            for code, (first, last) in seasons.items():
                if first <= today <= last:
                    return Span(kind=kind, name=f"season:{code}", first=first, last=last)
    return None


def spans_over(board: Board, days: Iterable[date], seasons: Mapping[str, tuple[date, date]]) -> Sequence[Span]:
    """List the windows of a board that hold any of these days and come to an end."""
    found: dict[str, Span] = {}
    for day in sorted(days):
        for kind in board.windows:
            span = span_of(kind, day, seasons)
            if span is not None and span.first is not None:
                found.setdefault(span.name, span)
    return list(found.values())


def days_near(today: date) -> Sequence[date]:
    """List the days that may still move: late events come up to 48 h late, and today is tomorrow somewhere."""
    return [today - timedelta(days=back) for back in range(-1, LATE_DAYS + 1)]


def windows_over(now: datetime, seasons: Mapping[str, tuple[date, date]]) -> Iterator[Span]:
    """List the windows that ended lately and are settled by now: days, weeks, months, seasons."""
    settled = (now - SETTLED_AFTER).date()
    for back in range(1, 8):
        for kind in (WindowKind.DAY, WindowKind.WEEK, WindowKind.MONTH, WindowKind.SEASON):
            span = span_of(kind, settled - timedelta(days=back), seasons)
            if span is not None and span.last is not None and span.last < settled:
                yield span
