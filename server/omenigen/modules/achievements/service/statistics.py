"""What a player has done, in numbers: stats, score, events, days."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from omenigen.kit.clock import Clock
from omenigen.kit.db import ReadDb
from omenigen.modules.achievements.catalog import Catalog
from omenigen.modules.achievements.queries import players as queries
from omenigen.modules.achievements.queries.players import EventFound, ScoreFound
from omenigen.modules.achievements.rules.days import Calendar, day_of
from omenigen.modules.achievements.rules.levels import Level, level_of
from omenigen.modules.achievements.service.writing import POINTS
from omenigen.modules.achievements.types import day_key

LAST_EVENTS = 10

Revs = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A player's points and level."""

    found: ScoreFound
    level: Level

    @classmethod
    def of(cls, found: ScoreFound) -> "Score":
        """Work out the level of a score."""
        return cls(found=found, level=level_of(found.event_points + found.achievement_points))

    @property
    def experience(self) -> int:
        """Points of both kinds together."""
        return self.found.event_points + self.found.achievement_points


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """A player's numbers."""

    score: ScoreFound
    by_type: dict[str, int]
    last_events: Sequence[EventFound]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a player."""

    day: date
    by_type: dict[str, int]
    points: int


class Statistics:
    """Read players' numbers from the tables."""

    def __init__(self, db: ReadDb, catalog: Catalog, clock: Clock) -> None:
        self._db = db
        self._catalog = catalog
        self._clock = clock

    async def score(self, *, user_id: int) -> Score:
        """Read a player's score and level."""
        return Score.of(await queries.score_of(self._db, user_id))

    async def stats(self, *, user_id: int) -> Stats:
        """Read a player's score, counts by type and last events.

        The score comes first: what is read after it can only be newer, so its revision never promises too much.
        """
        score = await queries.score_of(self._db, user_id)
        return Stats(
            score=score,
            by_type=await self._by_type(user_id),
            last_events=await queries.events_of(self._db, user_id, limit=LAST_EVENTS),
        )

    async def events(self, *, user_id: int, limit: int, before: int | None = None) -> tuple[Revs, list[EventFound]]:
        """List a player's events, newest first, with the revisions that they were read at."""
        revs = (await queries.score_of(self._db, user_id)).revs
        return revs, await queries.events_of(self._db, user_id, limit=limit, before=before)

    async def days(self, *, user_id: int, calendar: Calendar, count: int) -> list[Day]:
        """Read a player's last days, oldest first, empty ones included."""
        last = day_of(self._clock.now(), calendar)
        first = last - timedelta(days=count - 1)
        found = {day.day: day for day in await self._between(user_id, first, last)}
        every = (first + timedelta(days=n) for n in range(count))
        return [found.get(day) or Day(day=day, by_type={}, points=0) for day in every]

    async def year(self, *, user_id: int, year: int) -> list[Day]:
        """Read a player's days of a year that held anything, oldest first."""
        return await self._between(user_id, date(year, 1, 1), date(year, 12, 31))

    async def _by_type(self, user_id: int) -> dict[str, int]:
        metrics = {metric.id: metric.type_code for metric in self._catalog.counts}
        found: Counter[str] = Counter()
        for metric, value in (await queries.counters_of(self._db, user_id, list(metrics), "all")).items():
            found[metrics[metric]] += value
        return {code: value for code, value in sorted(found.items()) if value}

    async def _between(self, user_id: int, first: date, last: date) -> list[Day]:
        metrics = {metric.id: metric.type_code for metric in self._catalog.counts}
        rows = await queries.counters_between(self._db, user_id, [*metrics, POINTS], day_key(first), day_key(last))
        days: dict[str, tuple[dict[str, int], int]] = {}
        for metric, window, value in rows:
            by_type, points = days.setdefault(window, ({}, 0))
            if metric == POINTS:
                days[window] = (by_type, points + value)
            elif value:
                by_type[metrics[metric]] = by_type.get(metrics[metric], 0) + value
        return [
            Day(day=date.fromisoformat(window.removeprefix("day:")), by_type=by_type, points=points)
            for window, (by_type, points) in sorted(days.items())
            if by_type or points
        ]
