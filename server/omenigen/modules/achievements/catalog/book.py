"""The catalogue that every process holds in memory: what may happen, what is counted, what is recognised."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from omenigen.kit.auth import Trust
from omenigen.modules.achievements.catalog.checking import Known, check_requires, check_rule
from omenigen.modules.achievements.catalog.descriptions import (
    Compare,
    EventType,
    Leaf,
    Metric,
    Rule,
    Season,
    Sequence,
    SetOf,
    Streak,
    leaves,
)
from omenigen.modules.achievements.catalog.problems import Problems
from omenigen.modules.achievements.types import ALL, DAY, WEEK, Op, RuleState, StreakUnit, Window, WindowKind, class_of

_ANY_CHANGE = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """One consistent view; replaced as a whole when rows change."""

    types: Mapping[str, EventType]
    rules: tuple[Rule, ...]
    by_code: Mapping[str, Rule]
    by_id: Mapping[int, Rule]
    by_metric: Mapping[str, tuple[Rule, ...]]
    metrics_of: Mapping[str, tuple[Metric, ...]]
    metrics: Mapping[str, Metric]
    counts: tuple[Metric, ...]
    windows: Mapping[str, tuple[Window, ...]]
    wakers: Mapping[tuple[str, str], "_Wakers"]
    dependants: Mapping[str, tuple[Rule, ...]]
    depths: Mapping[str, int]


@dataclass(slots=True)
class _Wakers:
    """The rules that look at one metric in one kind of window, by the number they wait for."""

    always: tuple[Rule, ...] = ()
    thresholds: list[float] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)


class Catalog:
    """Answer from memory what the intake and the judge need to know; `replace` it when the rows change."""

    def __init__(
        self, *, types: Iterable[EventType], rules: Iterable[Rule] = (), seasons: Iterable[Season] = ()
    ) -> None:
        self._seasons = {season.code: season for season in seasons}
        self._kept: dict[str, set[Window]] = defaultdict(set)
        self._state = self._build(types, rules)

    def replace(self, *, types: Iterable[EventType], rules: Iterable[Rule]) -> None:
        """Take over new types and rules in one step; readers see either the old or the new ones."""
        self._state = self._build(types, rules)

    def trying(self, rule: Rule) -> "Catalog":
        """A catalogue of its own that knows one rule more, or instead of the one with its code."""
        others = tuple(one for one in self._state.rules if one.code != rule.code)
        return Catalog(types=self._state.types.values(), rules=(*others, rule), seasons=self._seasons.values())

    def keep(self, metric_code: str, window: Window) -> None:
        """Ask that a metric be counted in a further window (boards, statistics)."""
        self._kept[metric_code].add(window.stored)
        self._state = self._build(self._state.types.values(), self._state.rules)

    @property
    def types(self) -> Mapping[str, EventType]:
        """All event types by code."""
        return self._state.types

    @property
    def seasons(self) -> Mapping[str, Season]:
        """All seasons by code."""
        return self._seasons

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order of their packs."""
        return self._state.rules

    @property
    def live(self) -> tuple[Rule, ...]:
        """The rules that are judged."""
        return tuple(rule for rule in self._state.rules if rule.state is RuleState.LIVE)

    def rule(self, code: str) -> Rule | None:
        """Find a rule by its code."""
        return self._state.by_code.get(code)

    def rule_numbered(self, rule_id: int) -> Rule | None:
        """Find a live rule by the id of its row."""
        return self._state.by_id.get(rule_id)

    def metric(self, code: str) -> Metric | None:
        """Find a metric by its code, trust variants included."""
        return self._state.metrics.get(code)

    @property
    def counts(self) -> tuple[Metric, ...]:
        """The counts of every event type: of events that recognition rests on, and of those that are only claimed."""
        return self._state.counts

    def metrics_of(self, type_code: str) -> tuple[Metric, ...]:
        """The metrics that an event of this type feeds.

        One with a `floor` is fed only by events of that trust or above.
        """
        return self._state.metrics_of.get(type_code, ())

    def windows_in_use(self, metric_code: str) -> tuple[Window, ...]:
        """The windows in which a metric must be counted; `all` always is one of them."""
        return self._state.windows.get(metric_code, (ALL,))

    def seasons_at(self, moment: datetime) -> frozenset[str]:
        """Codes of the seasons in force at an instant."""
        return frozenset(s.code for s in self._seasons.values() if s.since <= moment < s.until)

    def touching(self, metric_codes: Iterable[str]) -> tuple[Rule, ...]:
        """The live rules that look at any of these metrics."""
        found: dict[str, Rule] = {}
        for code in metric_codes:
            for rule in self._state.by_metric.get(code, ()):
                found[rule.code] = rule
        return tuple(found.values())

    def in_order(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """These rules, each after those that it requires."""
        return tuple(
            sorted({rule.code: rule for rule in rules}.values(), key=lambda rule: self._state.depths.get(rule.code, 0))
        )

    def dependants(self, code: str) -> tuple[Rule, ...]:
        """The live rules that require this one."""
        return self._state.dependants.get(code, ())

    def is_recognised(self, type_code: str, trust: Trust) -> bool:
        """Say whether rules may rest on an event of this type that was told with this trust."""
        kind = self._state.types.get(type_code)
        return kind is None or trust.rank >= kind.floor.rank

    def woken(self, metric: str, window: str, old: float, new: float) -> tuple[Rule, ...]:
        """The live rules that a change of a counter row may decide: their threshold lies in (old, new].

        Falling values wake by the same thresholds; rules without one (`<`, `==`, sets, sequences, rolling
        windows), and those that a cooldown may hold back behind theirs, are woken by any change.
        """
        wakers = self._state.wakers.get((metric, class_of(window)))
        if wakers is None or old == new:
            return ()
        low, high = min(old, new), max(old, new)
        first, last = bisect_right(wakers.thresholds, low), bisect_right(wakers.thresholds, high)
        if first == last:
            return wakers.always
        found = {rule.code: rule for rule in (*wakers.always, *wakers.rules[first:last])}
        return tuple(found.values())

    @classmethod
    def checked(
        cls,
        *,
        types: Iterable[EventType],
        rules: Iterable[Rule],
        seasons: Iterable[Season] = (),
        problems: Problems,
    ) -> Self:
        """Build a catalogue of rules that were looked over. Raises `PackRefused` with all that is wrong."""
        known = Known.of(types, seasons)
        good = [check_rule(rule, known, problems) for rule in rules]
        check_requires(good, problems)
        problems.raise_any()
        return cls(types=known.types.values(), rules=good, seasons=known.seasons.values())

    def _build(self, types: Iterable[EventType], rules: Iterable[Rule]) -> _State:
        known = {kind.code: kind for kind in types}
        listed = tuple(rules)
        live = [rule for rule in listed if rule.state is RuleState.LIVE]
        metrics = {metric.code: metric for kind in known.values() for metric in kind.metrics}
        claims = [kind.claims for kind in known.values() if kind.claims is not None]
        counts = (*(one for code, one in metrics.items() if code.endswith(".count")), *claims)
        metrics |= {one.code: one for one in claims}
        for rule in listed:
            for code in rule.metrics:
                _add_variant(code, metrics)
        by_metric: dict[str, list[Rule]] = defaultdict(list)
        dependants: dict[str, list[Rule]] = defaultdict(list)
        windows: dict[str, set[Window]] = defaultdict(set)
        for code, kept in self._kept.items():
            windows[code] |= kept
        for rule in live:
            for code in rule.metrics:
                by_metric[code].append(rule)
            for needed in rule.requires:
                dependants[needed].append(rule)
        # Drafts are counted too: a dry run of a rule is worth nothing without its numbers.
        for rule in listed:
            if rule.state is not RuleState.RETIRED:
                for leaf in leaves(rule.when):
                    for code, window in counted_by(leaf):
                        windows[code].add(window)
        metrics_of: dict[str, list[Metric]] = defaultdict(list)
        for metric in metrics.values():
            metrics_of[metric.type_code].append(metric)
        return _State(
            types=known,
            rules=listed,
            by_code={rule.code: rule for rule in listed},
            by_id={rule.id: rule for rule in live if rule.id is not None},
            by_metric={code: tuple(found) for code, found in by_metric.items()},
            metrics_of={code: tuple(found) for code, found in metrics_of.items()},
            metrics=metrics,
            counts=counts,
            windows={code: (ALL, *sorted(found - {ALL}, key=str)) for code, found in windows.items()},
            wakers=_wakers(live),
            dependants={code: tuple(found) for code, found in dependants.items()},
            depths=_depths({rule.code: rule for rule in listed}),
        )


def counted_by(leaf: Leaf) -> tuple[tuple[str, Window], ...]:
    """The counters that a leaf reads: metric and the window whose rows it needs."""
    match leaf:
        case Compare():
            return ((leaf.metric, leaf.window.stored),)
        case Streak(unit=unit):
            return ((leaf.metric, DAY if unit is StreakUnit.DAY else WEEK),)
        case SetOf():
            return ((leaf.metric, ALL),)
        case Sequence(of=types):
            return tuple((f"{code}.count", ALL) for code in types)


def _depths(rules: Mapping[str, Rule]) -> Mapping[str, int]:
    """How many requirements stand above each rule; circles were refused before."""
    found: dict[str, int] = {}

    def depth(code: str, above: frozenset[str]) -> int:
        if code not in found:
            needed = [one for one in rules[code].requires if one in rules and one not in above]
            found[code] = 1 + max((depth(one, above | {code}) for one in needed), default=-1)
        return found[code]

    for code in rules:
        depth(code, frozenset({code}))
    return found


def _add_variant(code: str, metrics: dict[str, Metric]) -> None:
    """Make the metric `x.count@server` beside `x.count` where a rule asks for it."""
    base, _, floor = code.partition("@")
    if floor and code not in metrics and base in metrics:
        plain = metrics[base]
        metrics[code] = Metric(
            code=code, type_code=plain.type_code, measure=plain.measure, kind=plain.kind, floor=Trust(floor)
        )


def _wakers(live: Iterable[Rule]) -> Mapping[tuple[str, str], _Wakers]:
    waiting: dict[tuple[str, str], list[tuple[float, Rule]]] = defaultdict(list)
    found: dict[tuple[str, str], _Wakers] = defaultdict(_Wakers)
    for rule in live:
        for leaf in leaves(rule.when):
            for metric, window in counted_by(leaf):
                key = (metric, class_of(str(window)))
                thresholds = _thresholds(rule, leaf)
                if thresholds is _ANY_CHANGE:
                    found[key].always += (rule,)
                else:
                    waiting[key].extend((threshold, rule) for threshold in thresholds)
    for key, pairs in waiting.items():
        pairs.sort(key=lambda pair: pair[0])
        found[key].thresholds = [threshold for threshold, _ in pairs]
        found[key].rules = [rule for _, rule in pairs]
    return dict(found)


def _thresholds(rule: Rule, leaf: Leaf) -> list[float] | None:
    if rule.repeat is not None and rule.repeat.cooldown:
        return _ANY_CHANGE
    match leaf:
        case Compare(op=Op.GE, window=window) if window.kind is not WindowKind.ROLLING:
            if leaf.value is None:
                return [tier.at for tier in rule.tiers]
            times = rule.repeat.max if rule.repeat else 1
            return [leaf.value * n for n in range(1, times + 1)]
        case Streak(min=minimum):
            return [minimum]
        case _:
            return _ANY_CHANGE
