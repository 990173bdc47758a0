"""Who plays a week in whose company: leagues of at most fifty, alike by what they did the week before."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from omenigen.modules.achievements.rules.boards import Span, span_of
from omenigen.modules.achievements.types import WindowKind

LEAGUE_SIZE = 50
OVER_EVERYWHERE = timedelta(hours=12)
"""A league begins and ends so long after midnight in UTC: then the last player's Sunday is over too."""


def week_of(now: datetime) -> Span:
    """Name the league week at a moment: the ISO week whose Monday has begun everywhere."""
    span = span_of(WindowKind.WEEK, (now.astimezone(UTC) - OVER_EVERYWHERE).date(), {})
    assert span is not None
    return span


def week_before(week: Span) -> Span:
    """Name the week before one."""
    assert week.first is not None
    span = span_of(WindowKind.WEEK, week.first - timedelta(days=1), {})
    assert span is not None
    return span


def end_of(week: Span) -> datetime:
    """The moment at which a league week is over and the next one has begun everywhere."""
    assert week.last is not None
    return datetime.combine(week.last + timedelta(days=1), time(), UTC) + OVER_EVERYWHERE


def decide_leagues(ordered: Sequence[int]) -> list[tuple[int, int]]:
    """Part players, the foremost first, into leagues of nearly equal size; return pairs of league (from 1), player."""
    count = -(-len(ordered) // LEAGUE_SIZE)
    return [(place * count // len(ordered) + 1, player) for place, player in enumerate(ordered)]
