"""Load what rules need to know of players: many players and rules in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import RowMapping

from omenigen.kit.auth import Trust
from omenigen.modules.achievements.catalog import Catalog, Compare, Rule, Sequence, SetOf, Streak, metric_id
from omenigen.modules.achievements.queries import judging as queries
from omenigen.modules.achievements.rules.days import Calendar, day_of
from omenigen.modules.achievements.rules.facts import Context, Earned, Happened, PlayerFacts
from omenigen.modules.achievements.rules.streaks import Law, Run, fold, split_settled
from omenigen.modules.achievements.service.history import Recount
from omenigen.modules.achievements.types import ALL, MetricKind, WindowKind, day_key, month_key, week_key

LOOKS_BACK_DAYS = 3
"""Events count up to 48 h late, so a day may still come true this long after it ended."""

RECENT_EVENTS = 1000
"""Events of a player that are looked through for the steps of sequences, before those of their types are asked for."""

SETTLE_ABOVE = 30
"""Units of a run that are read again each time before their settled part is put into its row."""

VALUELESS = (MetricKind.MAX, MetricKind.MIN, MetricKind.LAST)

SavedRun = tuple[int, int, str, int, int, date, int]


@dataclass(slots=True)
class _Wanted:
    """What one load must read, as the queries take it."""

    keys: set[tuple[int, int, str]] = field(default_factory=set)
    ranges: set[tuple[int, int, str, str]] = field(default_factory=set)
    members: set[tuple[int, int]] = field(default_factory=set)
    laws: dict[tuple[int, int, str], tuple[str, Law]] = field(default_factory=dict)
    sequences: dict[int, list[Sequence]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class Loaded:
    """Facts by player, and the settled parts of runs that are worth keeping."""

    facts: dict[int, PlayerFacts]
    runs: list[SavedRun]


class FactsLoader:
    """Read the facts of players for the rules that are to be looked at."""

    def __init__(self, db: queries.Db, catalog: Catalog) -> None:
        self._db = db
        self._catalog = catalog

    async def load(
        self,
        asked: Mapping[int, Collection[Rule]],
        *,
        now: datetime,
        whole_history: bool = False,
        recount: Recount | None = None,
        earned: Mapping[int, Mapping[str, tuple[Earned, ...]]] | None = None,
    ) -> Loaded:
        """Load facts for players and their rules.

        A judge needs the last few days only; `whole_history` looks at every day there is, for backfill and dry runs.
        `recount` is joined with what the tables hold: the numbers as they would be, had they been counted. `earned`
        is taken from who has read it already.
        """
        users = sorted(asked)
        today = await self._todays(users, now)
        wanted = _Wanted()
        for user, rules in asked.items():
            for rule in rules:
                _want(wanted, user, rule, today[user], whole_history=whole_history)
        # A recounted past may change a run anywhere: its settled part is not believed then.
        runs = [] if recount else await queries.find_runs(self._db, sorted(wanted.laws))
        settled = {(row["user_id"], row["metric_id"], row["law"]): _settled_run(row) for row in runs}
        for key, (_, law) in wanted.laws.items():
            wanted.ranges.add(_range_of_run(key, law, settled.get(key)))
        counters = await queries.find_counters(self._db, sorted(wanted.keys))
        counters += await queries.find_ranges(self._db, sorted(wanted.ranges))
        members = [
            (row["user_id"], row["metric_id"], row["value"])
            for row in await queries.find_members(self._db, sorted(wanted.members))
        ]
        if earned is None:
            earned = await self.earned(users)
        codes = self._codes(asked)
        valueless = self._valueless(codes.values())
        values: dict[int, dict[tuple[str, str], float]] = defaultdict(dict)
        for one in counters:
            if "#" in one.window:  # the stamp of a "last" value, which stands in a row of its own
                continue
            values[one.user_id][codes[one.metric_id], one.window] = one.value
        if recount is not None:
            _join(values, recount, codes)
            members += [(one.user_id, one.metric_id, one.value) for one in recount.members]
        happened = await self._happened(wanted.sequences, values, now=now, whole_history=whole_history)
        met: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for user, metric, value in members:
            if metric in codes:
                met[user][codes[metric]].add(value)
        found_runs, to_save = _fold_runs(wanted.laws, settled, values, today)
        facts = {
            user: PlayerFacts(
                today=today[user],
                contexts=_contexts(values[user], today[user], whole_history=whole_history),
                values=values[user],
                members={code: frozenset(found) for code, found in met[user].items()},
                runs=found_runs[user],
                happened=happened.get(user, {}),
                earned=earned[user],
                valueless=valueless,
            )
            for user in users
        }
        return Loaded(facts=facts, runs=to_save)

    async def _todays(self, users: Collection[int], now: datetime) -> dict[int, date]:
        zones = await queries.find_zones(self._db, list(users))
        return {
            user: day_of(
                now,
                Calendar(zone=row["zone"], before=row["zone_before"], since=row["zone_since"])
                if (row := zones.get(user)) is not None
                else Calendar(zone="UTC"),
            )
            for user in users
        }

    async def _happened(
        self,
        sequences: Mapping[int, list[Sequence]],
        values: Mapping[int, Mapping[tuple[str, str], float]],
        *,
        now: datetime,
        whole_history: bool,
    ) -> Mapping[int, Mapping[str, tuple[Happened, ...]]]:
        """Read the steps of sequences. Counters say who has none, and whether the newest events hold all there are."""
        asked = {
            user: leaves
            for user, of_user in sequences.items()
            if (leaves := [leaf for leaf in of_user if whole_history or _told(values[user], leaf.of[0]) > 0])
        }
        types = sorted({code for leaves in asked.values() for leaf in leaves for code in leaf.of})
        newest = None if whole_history else RECENT_EVENTS
        rows = await queries.find_happened(self._db, sorted(asked), types, newest=newest)
        found = self._by_type(rows)
        if not whole_history:
            longest = max((leaf.within for leaves in asked.values() for leaf in leaves), default=timedelta(0))
            cut = [user for user, leaves in asked.items() if _is_cut(leaves, values[user], found[user])]
            if cut:
                since = now - longest - timedelta(days=LOOKS_BACK_DAYS)
                more = await queries.find_happened_since(self._db, cut, types, since)
                found |= self._by_type([*more, *(row for row in rows if row["user_id"] in cut)])
        return found

    def _by_type(self, rows: Iterable[RowMapping]) -> defaultdict[int, dict[str, tuple[Happened, ...]]]:
        told: dict[int, dict[str, dict[int, Happened]]] = defaultdict(lambda: defaultdict(dict))
        for row in rows:
            one = Happened(id=row["id"], at=row["counts_at"], trust=Trust(row["trust"]))
            if self._catalog.is_recognised(row["type_code"], one.trust):
                told[row["user_id"]][row["type_code"]][one.id] = one
        found: defaultdict[int, dict[str, tuple[Happened, ...]]] = defaultdict(dict)
        for user, by_type in told.items():
            found[user] = {code: tuple(of.values()) for code, of in by_type.items()}
        return found

    async def earned(self, users: Collection[int]) -> dict[int, dict[str, tuple[Earned, ...]]]:
        """Read what players have, by player and rule."""
        found: dict[int, dict[str, tuple[Earned, ...]]] = {user: {} for user in users}
        for row in await queries.find_earned(self._db, list(users)):
            one = Earned(tier=row["tier"], n=row["n"], at=row["at"], context=row["context"])
            of_user = found[row["user_id"]]
            of_user[row["rule_code"]] = (*of_user.get(row["rule_code"], ()), one)
        return found

    def _codes(self, asked: Mapping[int, Collection[Rule]]) -> dict[int, str]:
        rules = {rule.code: rule for rules in asked.values() for rule in rules}
        return {metric_id(code): code for rule in rules.values() for code in rule.metrics}

    def _valueless(self, codes: Iterable[str]) -> frozenset[str]:
        kinds = {code: metric.kind for code in codes if (metric := self._catalog.metric(code)) is not None}
        return frozenset(code for code, kind in kinds.items() if kind in VALUELESS)


def _told(values: Mapping[tuple[str, str], float], type_code: str) -> float:
    return values.get((f"{type_code}.count", str(ALL)), 0.0)


def _is_cut(
    leaves: Iterable[Sequence], values: Mapping[tuple[str, str], float], found: Mapping[str, tuple[Happened, ...]]
) -> bool:
    """Say whether there are more steps than were found among the newest events."""
    return any(len(found.get(code, ())) < _told(values, code) for leaf in leaves for code in leaf.of)


def _join(values: Mapping[int, dict[tuple[str, str], float]], recount: Recount, codes: Mapping[int, str]) -> None:
    """Put recounted numbers beside those of the tables, by the same law as `queries.history.fill_counters`."""
    for one, kind in recount.counters:
        by_key, key = values[one.user_id], (codes[one.metric_id], one.window)
        had = by_key.get(key)
        if had is None or kind in (MetricKind.GAUGE, MetricKind.LAST):
            by_key[key] = one.value
        else:
            by_key[key] = min(had, one.value) if kind is MetricKind.MIN else max(had, one.value)


def _want(wanted: _Wanted, user: int, rule: Rule, today: date, *, whole_history: bool) -> None:
    days = [today - timedelta(days=back) for back in range(LOOKS_BACK_DAYS + 1)]
    for leaf in rule.leaves:
        match leaf:
            case Compare():
                _want_window(wanted, user, leaf, days, whole_history=whole_history)
            case SetOf():
                wanted.members.add((user, metric_id(leaf.metric)))
            case Streak():
                law = Law.of(leaf, rule)
                wanted.laws[user, metric_id(leaf.metric), str(law)] = (leaf.metric, law)
            case Sequence():
                wanted.sequences[user].append(leaf)
                wanted.keys.update((user, metric_id(f"{code}.count"), str(ALL)) for code in leaf.of)


def _want_window(wanted: _Wanted, user: int, leaf: Compare, days: list[date], *, whole_history: bool) -> None:
    metric, window = metric_id(leaf.metric), leaf.window
    match window.kind:
        case WindowKind.SESSION:
            wanted.ranges.add((user, metric, "session:", "session;"))
        case WindowKind.DAY | WindowKind.ROLLING | WindowKind.WEEK | WindowKind.MONTH if whole_history:
            head = str(window.stored)
            wanted.ranges.add((user, metric, f"{head}:", f"{head};"))
        case WindowKind.DAY:
            wanted.keys.update((user, metric, day_key(day)) for day in days)
        case WindowKind.WEEK:
            wanted.keys.update((user, metric, week_key(day)) for day in days)
        case WindowKind.MONTH:
            wanted.keys.update((user, metric, month_key(day)) for day in days)
        case WindowKind.ROLLING:
            first = days[-1] - timedelta(days=window.days - 1)
            wanted.ranges.add((user, metric, day_key(first), day_key(days[0])))
        case _:
            wanted.keys.add((user, metric, str(window)))


def _range_of_run(key: tuple[int, int, str], law: Law, settled: Run | None) -> tuple[int, int, str, str]:
    user, metric, _ = key
    name = day_key if law.step == timedelta(days=1) else week_key
    head = law.unit.value
    if settled is None or settled.last is None:
        return user, metric, f"{head}:", f"{head};"
    return user, metric, name(settled.last + law.step), f"{head};"


def _settled_run(row: RowMapping) -> Run:
    return Run(count=row["count"], best=row["best"], last=row["last_day"], freezes=row["freezes"])


def _fold_runs(
    laws: Mapping[tuple[int, int, str], tuple[str, Law]],
    settled: Mapping[tuple[int, int, str], Run],
    values: Mapping[int, Mapping[tuple[str, str], float]],
    today: Mapping[int, date],
) -> tuple[dict[int, dict[tuple[str, str], Run]], list[SavedRun]]:
    found: dict[int, dict[tuple[str, str], Run]] = defaultdict(dict)
    to_save: list[SavedRun] = []
    units: dict[int, dict[str, list[tuple[str, float]]]] = defaultdict(lambda: defaultdict(list))
    for user, by_key in values.items():
        for (code, window), value in by_key.items():
            units[user][code].append((window, value))
    for (user, metric, name), (code, law) in laws.items():
        start = settled.get((user, metric, name), Run())
        kept = sorted(
            unit
            for window, value in units[user][code]
            if (unit := _unit_of(window, law)) is not None
            and law.counts(unit, value)
            and (start.last is None or unit > start.last)
        )
        old, recent = split_settled(kept, today[user], law)
        whole = fold(start, old, law)
        if len(old) > SETTLE_ABOVE and whole.last is not None:
            to_save.append((user, metric, name, whole.count, whole.best, whole.last, whole.freezes))
        found[user][code, name] = fold(whole, recent, law)
    return found, to_save


def _unit_of(window: str, law: Law) -> date | None:
    head, _, name = window.partition(":")
    if head != law.unit.value:
        return None
    if head == "day":
        return date.fromisoformat(name)
    year, _, week = name.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1)


def _contexts(values: Mapping[tuple[str, str], float], today: date, *, whole_history: bool) -> tuple[Context, ...]:
    """The days worth looking at, then the sessions, today last."""
    windows = {window for _, window in values}
    days = {
        day for back in range(1, LOOKS_BACK_DAYS + 1) if _told_of(day := today - timedelta(days=back), today, windows)
    }
    sessions: set[str] = set()
    for window in windows:
        head, _, name = window.partition(":")
        if head == "session":
            sessions.add(name)
        elif whole_history and head == "day":
            days.add(date.fromisoformat(name))
        elif whole_history and head == "week":
            year, _, week = name.partition("-W")
            days.add(date.fromisocalendar(int(year), int(week), 1))
        elif whole_history and head == "month":
            days.add(date.fromisoformat(f"{name}-01"))
    days.discard(today)
    return (
        *(Context(day=day) for day in sorted(days)),
        *(Context(day=today, session=session) for session in sorted(sessions)),
        Context(day=today),
    )


def _told_of(day: date, today: date, windows: Collection[str]) -> bool:
    """Say whether anything was counted on a day, or in its week or month where those are not today's."""
    if day_key(day) in windows:
        return True
    week, month = week_key(day), month_key(day)
    return (week != week_key(today) and week in windows) or (month != month_key(today) and month in windows)
