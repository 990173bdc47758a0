"""One transaction of intake: events, counters, scores, and the marks that wake judges and boards."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from omenigen.kit.auth import Trust
from omenigen.kit.clock import Clock
from omenigen.kit.errors import KeyReused, Refusal
from omenigen.modules.achievements.catalog import Catalog, Metric, metric_id
from omenigen.modules.achievements.models import SCREEN
from omenigen.modules.achievements.queries import writing as queries
from omenigen.modules.achievements.queries.writing import CounterKey, Driver, EventKey, KeptEvent, Mark, NewEvent
from omenigen.modules.achievements.rules.boards import COUNTED_FOR_BOARDS
from omenigen.modules.achievements.service.pool import Pool
from omenigen.modules.achievements.types import ALL, DAY, MONTH, WEEK, MetricKind, RuleState, Window, day_key

SELF_REPORTED_MAX = 30
"""Points a day that a player may earn by their own word."""

MEMBERS_MAX = 1_000
MEMBER_MAX = 64

POINTS = metric_id("any.points")
"""Points of all events together, by day: statistics and boards read it."""

SELF_REPORTED = metric_id("any.self_reported_points")


@dataclass(slots=True, kw_only=True)
class Taken:
    """An event that is in the table; `new` is False for a repeat. Not frozen: there is one for every event."""

    id: int
    event: NewEvent | KeptEvent
    received_at: datetime
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """A metric that an event type feeds, with the windows in which it is counted."""

    id: int
    code: str
    measure: str
    kind: MetricKind
    floor: int
    below: int
    plain: tuple[Window, ...]
    special: tuple[Window, ...]

    def takes(self, rank: int) -> bool:
        """Say whether an event of this rank of trust feeds the metric."""
        return self.floor <= rank < self.below


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What one more event of a type on a day adds to: counters that go up by one, and metrics that need a look."""

    ones: tuple[tuple[int, str], ...]
    looked_at: tuple[Fed, ...]
    codes: Mapping[int, str]
    day: str


_PLAIN = frozenset({ALL, DAY, WEEK, MONTH})
_PLANS_MAX = 4_096


class Writer:
    """Write batches of events, each in one transaction."""

    def __init__(self, pool: Pool, catalog: Catalog, clock: Clock) -> None:
        self._pool = pool
        self._catalog = catalog
        self._clock = clock
        self._fed: dict[str, tuple[Fed, ...]] = {}
        self._fed_for: Mapping[str, object] | None = None
        self._plans: dict[tuple[str, date, str], _Plan] = {}

    async def write(self, events: Sequence[NewEvent]) -> tuple[list[Taken | Refusal], dict[int, int]]:
        """Take what is new; return what became of each event, in order, and the new revision of each player moved."""
        now = self._clock.now()
        async with self._pool.connection() as db, db.transaction():
            first = _first_of_each(events)
            once = list(first.values())
            ids = await queries.insert_events(db, once, now)
            fresh = [(event_id, event) for event_id, event in zip(ids, once, strict=True) if event_id is not None]
            revisions = await self._count(db, fresh) if fresh else {}
            if len(fresh) == len(events):
                return [Taken(id=one, event=event, received_at=now, new=True) for one, event in fresh], revisions
            repeats = [
                (event.source_id, event.event_id) for event_id, event in zip(ids, once, strict=True) if event_id is None
            ]
            kept = await queries.find_events(db, repeats) if repeats else {}
        return _outcomes(events, first, dict(zip(first, ids, strict=True)), kept, now), revisions

    async def _count(self, db: Driver, fresh: Sequence[tuple[int, NewEvent]]) -> dict[int, int]:
        if any(event.self_reported for _, event in fresh):
            await self._cap(db, fresh)
        batch = _Batch()
        for event_id, event in fresh:
            self._collect(batch, event_id, event)
        return await self._apply(db, batch)

    async def _cap(self, db: Driver, fresh: Sequence[tuple[int, NewEvent]]) -> None:
        """Cut self-reported points to what the player's day still has room for."""
        capped = sorted(
            ((event_id, event) for event_id, event in fresh if event.self_reported and event.worth),
            key=lambda pair: (pair[1].user_id, pair[1].day, pair[1].counts_at, pair[1].event_id),
        )
        days = sorted({(event.user_id, day_key(event.day)) for _, event in capped})
        used = await queries.lock_days(db, days, SELF_REPORTED)
        clipped: list[tuple[int, int]] = []
        for event_id, event in capped:
            key = (event.user_id, day_key(event.day))
            room = max(0, SELF_REPORTED_MAX - used[key])
            # From what it is worth: a batch that failed is written again, and its points were cut already.
            event.points = min(event.worth, room)
            if event.points < event.worth:
                clipped.append((event_id, event.points))
            used[key] += event.points
        if clipped:
            await queries.clip_points(db, clipped)

    def _collect(self, batch: "_Batch", event_id: int, event: NewEvent) -> None:
        user, adds, points = event.user_id, batch.adds, event.points
        plan = self._plan(event)
        batch.plans[id(plan)] = plan
        for metric, window in plan.ones:
            adds[user, metric, window] += 1
        for fed in plan.looked_at:
            for window in self.windows_of(fed, event):
                batch.note((user, fed.id, window), fed, event, event_id)
        if points:
            adds[user, POINTS, plan.day] += points
            if event.self_reported:
                adds[user, SELF_REPORTED, plan.day] += points
        had, moment = batch.scores.get(user, (0, event.counts_at))
        batch.scores[user] = (had + points, max(moment, event.counts_at))
        batch.days.add((user, event.day))

    def _plan(self, event: NewEvent) -> _Plan:
        feeds = self.feeds(event.type_code)
        key = (event.type_code, event.day, event.trust)
        plan = self._plans.get(key)
        if plan is None:
            rank = Trust(event.trust).rank
            fed = [one for one in feeds if one.takes(rank)]
            ones = [one for one in fed if one.measure == "count" and not one.special]
            if len(self._plans) >= _PLANS_MAX:
                self._plans.clear()
            plan = self._plans[key] = _Plan(
                ones=tuple((one.id, window) for one in ones for window in _plain_keys(one.plain, event.day)),
                looked_at=tuple(one for one in fed if one not in ones),
                codes={one.id: one.code for one in fed},
                day=day_key(event.day),
            )
        return plan

    def windows_of(self, fed: Fed, event: NewEvent) -> Sequence[str]:
        """Name the counter rows of a metric to which an event belongs."""
        plain = _plain_keys(fed.plain, event.day)
        return (*plain, *self._special_keys(fed.special, event)) if fed.special else plain

    def _special_keys(self, windows: Sequence[Window], event: NewEvent) -> list[str]:
        session = (event.fields or {}).get("session")
        seasons = self._catalog.seasons_at(event.counts_at)
        return [
            key
            for window in windows
            for key in window.keys(
                at=event.counts_at,
                label=event.day,
                session=session[:64] if isinstance(session, str) else None,
                seasons=seasons,
            )
        ]

    async def _apply(self, db: Driver, batch: "_Batch") -> dict[int, int]:
        """Change counters in one order of tables and keys, so that batches never wait for each other in a ring."""
        changes: list[tuple[CounterKey, float, float]] = []
        if batch.met:
            met = sorted((key, value, event) for (key, value), event in batch.met.items())
            for key, count in (await queries.meet(db, met, at_most=MEMBERS_MAX)).items():
                batch.adds[key] += count
        if batch.adds:
            steps = sorted(batch.adds.items())
            for (key, step), value in zip(steps, await queries.add(db, steps), strict=True):
                changes.append((key, value - step, value))
        for extremes, write in ((batch.highest, queries.raise_to), (batch.lowest, queries.lower_to)):
            if extremes:
                values = sorted(extremes.items())
                for (key, _), value in zip(values, await write(db, values), strict=True):
                    changes.append((key, float("-inf"), value))
        if batch.latest:
            latest = [(key, value, stamp) for key, (stamp, value) in sorted(batch.latest.items())]
            changes += [(key, float("-inf"), value) for key, value in await queries.set_latest(db, latest)]
        due: list[Mark] = [(user, SCREEN, day) for user, day in batch.days]
        due += [(user, rule, None) for user, rule in self._woken(batch, changes)]
        scores = [(user, points, moment) for user, (points, moment) in sorted(batch.scores.items())]
        return await queries.add_score(db, scores, due)

    def _woken(self, batch: "_Batch", changes: Sequence[tuple[CounterKey, float, float]]) -> set[tuple[int, int]]:
        found: set[tuple[int, int]] = set()
        codes = {metric: code for plan in batch.plans.values() for metric, code in plan.codes.items()}
        for (user, metric, window), old, new in changes:
            code = codes.get(metric)
            if code is not None:
                found.update((user, rule.id) for rule in self._catalog.woken(code, window, old, new) if rule.id)
        return found

    def feeds(self, type_code: str) -> tuple[Fed, ...]:
        """Return the metrics that an event type feeds, with their windows."""
        types = self._catalog.types
        if types is not self._fed_for:
            self._fed, self._plans, self._fed_for = {}, {}, types
        found = self._fed.get(type_code)
        if found is None:
            # Only what a rule reads is counted; counts of all types are, for statistics.
            in_use = {
                code for rule in self._catalog.rules if rule.state is not RuleState.RETIRED for code in rule.metrics
            }
            found = self._fed[type_code] = tuple(
                _fed(metric, self._catalog.windows_in_use(metric.code))
                for metric in self._catalog.metrics_of(type_code)
                if metric.measure == "count" or metric.code in in_use or metric.code in COUNTED_FOR_BOARDS
            )
        return found


class _Batch:
    """What a batch adds up to before it touches a counter."""

    __slots__ = ("adds", "days", "highest", "latest", "lowest", "met", "plans", "scores")

    def __init__(self) -> None:
        self.adds: defaultdict[CounterKey, float] = defaultdict(float)
        self.days: set[tuple[int, date]] = set()
        self.highest: dict[CounterKey, float] = {}
        self.lowest: dict[CounterKey, float] = {}
        self.latest: dict[CounterKey, tuple[float, float]] = {}
        self.met: dict[tuple[CounterKey, str], int] = {}
        self.scores: dict[int, tuple[int, datetime]] = {}
        self.plans: dict[int, _Plan] = {}

    def note(self, key: CounterKey, fed: Fed, event: NewEvent, event_id: int) -> None:
        """Add one event to one counter."""
        if fed.measure == "count":
            self.adds[key] += 1
            return
        if fed.measure == "amount":
            self.adds[key] += event.amount
            return
        value = (event.fields or {}).get(fed.measure)
        if fed.kind is MetricKind.DISTINCT:
            if (member := member_of(value)) is not None:
                self.met.setdefault((key, member), event_id)
            return
        if (number := number_of(value)) is not None:
            self._note_number(key, fed.kind, number, event.counts_at)

    def _note_number(self, key: CounterKey, kind: MetricKind, number: float, at: datetime) -> None:
        match kind:
            case MetricKind.SUM | MetricKind.GAUGE | MetricKind.COUNT:
                self.adds[key] += number
            case MetricKind.MAX:
                self.highest[key] = max(number, self.highest.get(key, number))
            case MetricKind.MIN:
                self.lowest[key] = min(number, self.lowest.get(key, number))
            case MetricKind.LAST:
                self.latest[key] = max((at.timestamp(), number), self.latest.get(key, (float("-inf"), 0.0)))


def member_of(value: Any) -> str | None:  # Any: JSON
    """Read a value of a distinct metric: a short text, a number or a truth."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)[:MEMBER_MAX] or None
    return None


def number_of(value: Any) -> float | None:  # Any: JSON
    """Read a number of the details; anything else measures nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 2**53:
        return float(value)
    return None


def _fed(metric: Metric, windows: Sequence[Window]) -> Fed:
    stored = {window.stored for window in windows} | {ALL}
    if metric.measure == "count":
        stored.add(DAY)  # statistics by day
    return Fed(
        id=metric.id,
        code=metric.code,
        measure=metric.measure,
        kind=metric.kind,
        floor=metric.floor.rank,
        below=len(Trust) if metric.below is None else metric.below.rank,
        plain=tuple(sorted(stored & _PLAIN, key=str)),
        special=tuple(sorted(stored - _PLAIN, key=str)),
    )


@lru_cache(maxsize=4096)
def _plain_keys(windows: tuple[Window, ...], day: date) -> tuple[str, ...]:
    moment = datetime.min.replace(tzinfo=UTC)  # these windows do not ask
    return tuple(key for window in windows for key in window.keys(at=moment, label=day))


def _first_of_each(events: Sequence[NewEvent]) -> dict[EventKey, NewEvent]:
    first: dict[EventKey, NewEvent] = {}
    for event in events:
        first.setdefault((event.source_id, event.event_id.int), event)
    return first


def _outcomes(
    events: Sequence[NewEvent],
    first: Mapping[EventKey, NewEvent],
    ids: Mapping[EventKey, int | None],
    kept: Mapping[EventKey, KeptEvent],
    now: datetime,
) -> list[Taken | Refusal]:
    found: list[Taken | Refusal] = []
    for event in events:
        key = (event.source_id, event.event_id.int)
        event_id = ids[key]
        if event_id is not None and first[key] is event:
            found.append(Taken(id=event_id, event=event, received_at=now, new=True))
            continue
        standing = kept[key] if event_id is None else first[key]
        if standing.content != event.content:
            found.append(KeyReused(key=str(event.event_id)))
        elif isinstance(standing, KeptEvent):
            found.append(Taken(id=standing.id, event=standing, received_at=standing.received_at, new=False))
        else:
            assert event_id is not None
            found.append(Taken(id=event_id, event=standing, received_at=now, new=False))
    return found
