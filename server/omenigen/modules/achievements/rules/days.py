"""Whose day an event belongs to: the player's own calendar, which a journey never cuts short."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LATE_AFTER = timedelta(hours=48)
EARLY_MAX = timedelta(minutes=5)
SHORTEST_DAY = timedelta(hours=20)
"""A change of zone never ends a day sooner than this after it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A player's time zone (IANA), and the one before the last move, which happened at `since`."""

    zone: str
    before: str | None = None
    since: datetime | None = None


def day_of(moment: datetime, calendar: Calendar) -> date:
    """Name the player's day at an instant.

    Flying west lengthens a day: its name does not go back. Flying east does not cut it: the next day begins at
    midnight there, but no sooner than 20 hours after this one began; days that began late catch up by themselves.
    """
    here = _zone(calendar.zone)
    if calendar.before is None or calendar.since is None:
        return _local(moment, here)
    there = _zone(calendar.before)
    if moment < calendar.since:
        return _local(moment, there)
    running = _local(calendar.since, there)
    return _go_on(moment, here, day=running, began=first_of(running, there), moved=calendar.since)


def _go_on(moment: datetime, zone: ZoneInfo, *, day: date, began: datetime, moved: datetime) -> date:
    """Walk from a day that began elsewhere to the day of `moment` in this zone."""
    while began > first_of(day, zone):  # behind this zone's calendar: catch up a few hours with each day
        following = day + timedelta(days=1)
        # Nothing new can begin before the move: until then the calendar of the other zone was in force.
        begins = max(first_of(following, zone), began + SHORTEST_DAY, moved)
        if begins > moment:
            return day
        day, began = following, begins
    return max(day, _local(moment, zone))


def first_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant whose wall clock shows `day`: where the clock jumps over midnight, the jump itself."""
    midnight = datetime.combine(day, time())
    early = midnight.replace(tzinfo=zone).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == midnight:
        return early
    # Midnight does not exist that day. The two ways of reading it lie on both sides of the jump.
    low, high = sorted((early, midnight.replace(tzinfo=zone, fold=1).astimezone(UTC)))
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if _local(middle, zone) >= day else (middle, high)
    return high.replace(microsecond=0)


def decide_moment(*, at: datetime | None, now: datetime) -> tuple[datetime, bool]:
    """Say at which moment an event counts, and whether it came too late for its own (over 48 h)."""
    if at is None:
        return now, False
    if now - at > LATE_AFTER:
        return now, True
    return at, False


def is_from_future(*, at: datetime, now: datetime) -> bool:
    """Say whether a sender's moment lies further ahead than clocks may differ (5 min)."""
    return at - now > EARLY_MAX


def _local(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
