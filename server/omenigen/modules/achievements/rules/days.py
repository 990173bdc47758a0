"""Whose day an event belongs to: the player's own calendar, which a journey never cuts short."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LATE_AFTER = timedelta(hours=48)
EARLY_MAX = timedelta(minutes=5)
SHORTEST_DAY = timedelta(hours=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A player's time zone, and the one before the last move."""

    zone: str
    before: str | None = None
    since: datetime | None = None


def day_of(moment: datetime, calendar: Calendar) -> date:
    """Name the player's day at an instant.

    After a move the day that was running goes on until 20 h after it began, and days never run backwards.
    """
    local = _local(moment, calendar.zone)
    if calendar.before is None or calendar.since is None:
        return local
    if moment < calendar.since:
        return _local(moment, calendar.before)
    running = _local(calendar.since, calendar.before)
    if moment < _midnight(running, calendar.before) + SHORTEST_DAY:
        return running
    return max(local, running)


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


def _local(moment: datetime, zone: str) -> date:
    return moment.astimezone(_zone(zone)).date()


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), _zone(zone)).astimezone(UTC)


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
