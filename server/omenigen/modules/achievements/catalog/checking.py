"""Look over rules that were read: limits, unknown metrics, never-true conditions, circles of `requires`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from omenigen.modules.achievements.catalog.descriptions import (
    All,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    EventType,
    Leaf,
    Metric,
    Not,
    Rule,
    Season,
    Sequence,
    SetOf,
    Streak,
    leaves,
)
from omenigen.modules.achievements.catalog.parsing import MAX_LEAVES
from omenigen.modules.achievements.catalog.possible import is_possible
from omenigen.modules.achievements.catalog.problems import Problems
from omenigen.modules.achievements.types import MetricKind, Op, StreakUnit, WindowKind

ENDLESS = (WindowKind.ALL, WindowKind.SESSION, WindowKind.ROLLING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What rules may name."""

    types: Mapping[str, EventType]
    seasons: Mapping[str, Season]
    metrics: Mapping[str, Metric]

    @classmethod
    def of(cls, types: Iterable[EventType], seasons: Iterable[Season] = ()) -> "Known":
        """Index types and seasons by their codes, and the metrics that the types feed."""
        listed = list(types)
        return cls(
            types={kind.code: kind for kind in listed},
            seasons={season.code: season for season in seasons},
            metrics={metric.code: metric for kind in listed for metric in kind.metrics},
        )


def check_rule(rule: Rule, known: Known, problems: Problems) -> Rule:
    """Note what is wrong with one rule; return it with the trust it asks for written into its metrics."""
    found = list(leaves(rule.when))
    if len(found) > MAX_LEAVES:
        problems.add("too_many_leaves", line=rule.line, most=MAX_LEAVES)
    for leaf in found:
        _check_leaf(leaf, rule, known, problems)
    _check_tiers(rule, found, problems)
    _check_not(rule.when, rule, problems, inside_not=False)
    _check_repeat(rule, found, problems)
    if not is_possible(_with_last_tier(rule), known.metrics):
        problems.add("never_true", line=rule.line, code=rule.code)
    return replace(rule, when=_with_trust(rule.when, rule, known.types))


def check_requires(rules: Iterable[Rule], problems: Problems) -> None:
    """Note requirements that name nothing, and circles."""
    by_code: dict[str, Rule] = {}
    for rule in rules:
        if rule.code in by_code:
            problems.add("double_rule", line=rule.line, code=rule.code)
        by_code[rule.code] = rule
    for rule in by_code.values():
        for needed in rule.requires:
            if needed not in by_code:
                problems.add("unknown_requires", line=rule.line, code=needed)
    for rule in by_code.values():
        circle = _circle(rule.code, by_code)
        if circle:
            problems.add("circle", line=rule.line, codes=" → ".join(circle))
            return


def _circle(start: str, rules: Mapping[str, Rule]) -> list[str]:
    todo: list[list[str]] = [[start]]
    seen: set[str] = set()
    while todo:
        path = todo.pop()
        rule = rules.get(path[-1])
        for needed in rule.requires if rule else ():
            if needed == start:
                return [*path, start]
            if needed not in seen:
                seen.add(needed)
                todo.append([*path, needed])
    return []


def _check_leaf(leaf: Leaf, rule: Rule, known: Known, problems: Problems) -> None:
    if isinstance(leaf, Sequence):
        for code in leaf.of:
            if code not in known.types:
                problems.add("unknown_type", line=leaf.line or rule.line, type=code)
        return
    metric = known.metrics.get(leaf.metric)
    if metric is None:
        problems.add("unknown_metric", line=leaf.line or rule.line, metric=leaf.metric)
        return
    match leaf:
        case Compare():
            _check_window(leaf, metric, rule, known, problems)
        case SetOf():
            if metric.kind is not MetricKind.DISTINCT:
                problems.add("set_needs_distinct", line=leaf.line or rule.line, metric=leaf.metric)
            if rule.since or rule.until:
                problems.add("set_in_span", line=leaf.line or rule.line)
        case Streak():
            if not metric.kind.adds_up:
                problems.add("streak_adds_up", line=leaf.line or rule.line, metric=leaf.metric)
            _check_streak_fits(leaf, rule, problems)


def _check_window(leaf: Compare, metric: Metric, rule: Rule, known: Known, problems: Problems) -> None:
    if metric.kind is MetricKind.DISTINCT and leaf.window.kind is not WindowKind.ALL:
        problems.add("distinct_window", line=leaf.line or rule.line, metric=leaf.metric)
    if leaf.window.kind is WindowKind.ROLLING and not metric.kind.adds_up:
        problems.add("rolling_adds_up", line=leaf.line or rule.line, metric=leaf.metric)
    if leaf.window.kind is WindowKind.SEASON:
        _check_season(leaf, rule, known.seasons, problems)


def _check_season(leaf: Compare, rule: Rule, seasons: Mapping[str, Season], problems: Problems) -> None:
    code = leaf.window.season
    season = seasons.get(code)
    if season is None:
        problems.add("unknown_season", line=leaf.line or rule.line, season=code)
    elif (rule.since and rule.since >= season.until) or (rule.until and rule.until <= season.since):
        problems.add("windows_apart", line=leaf.line or rule.line, season=code)


def _check_streak_fits(streak: Streak, rule: Rule, problems: Problems) -> None:
    if rule.since is None or rule.until is None:
        return
    days = 7 if streak.unit is StreakUnit.WEEK else 1
    longest = streak.n or max(tier.at for tier in rule.tiers)
    # Zones stretch a span of n days over at most one label more, a span of n weeks likewise.
    if longest * days > (rule.until - rule.since).days + days + 1:
        problems.add("streak_too_long", line=streak.line or rule.line, n=int(longest))


def _check_tiers(rule: Rule, found: list[Leaf], problems: Problems) -> None:
    open_leaves = [leaf for leaf in found if is_scaled(leaf, tiered=rule.tiered)]
    if rule.tiered and len(open_leaves) != 1:
        problems.add("tiers_need_one", line=rule.line, found=len(open_leaves))
    if not rule.tiered and open_leaves:
        problems.add("value_missing", line=rule.line)
    for leaf in open_leaves if rule.tiered else ():
        if isinstance(leaf, Compare) and leaf.op is not Op.GE:
            problems.add("tiers_need_ge", line=rule.line)
        if isinstance(leaf, SetOf) and rule.tiers[-1].at > len(leaf.of):
            problems.add("tier_above_set", line=rule.line, most=len(leaf.of))
        if not isinstance(leaf, Compare) and any(tier.at != int(tier.at) for tier in rule.tiers):
            problems.add("tier_not_whole", line=rule.line)


def is_scaled(leaf: Leaf, *, tiered: bool) -> bool:
    """Say whether the tiers give this leaf its number."""
    match leaf:
        case Compare(value=None) | Streak(n=None):
            return True
        case SetOf(need=None):
            return tiered
        case _:
            return False


def _check_not(condition: Condition, rule: Rule, problems: Problems, *, inside_not: bool) -> None:
    """`not` is judged when its window is over, so the window must end."""
    match condition:
        case Not(of=part):
            _check_not(part, rule, problems, inside_not=True)
        case All(of=parts) | AnyOf(of=parts) | AtLeast(of=parts):
            for part in parts:
                _check_not(part, rule, problems, inside_not=inside_not)
        case Compare(window=window) if inside_not:
            open_end = window.kind is WindowKind.SPAN and window.until is None
            if window.kind in ENDLESS or open_end:
                problems.add("not_never_ends", line=rule.line)
        case _ if inside_not:
            if rule.until is None:
                problems.add("not_never_ends", line=rule.line)


def _check_repeat(rule: Rule, found: list[Leaf], problems: Problems) -> None:
    """An achievement repeats by multiples of one count, or once per day, week, month or session."""
    if rule.repeat is None:
        return
    if rule.tiered:
        problems.add("repeat_and_tiers", line=rule.line)
    periodic = {WindowKind.DAY, WindowKind.WEEK, WindowKind.MONTH, WindowKind.SESSION}
    by_window = any(isinstance(leaf, Compare) and leaf.window.kind in periodic for leaf in found)
    by_multiple = (
        len(found) == 1
        and isinstance(rule.when, Compare)
        and rule.when.op is Op.GE
        and rule.when.window.kind in (WindowKind.ALL, WindowKind.SPAN)
    )
    if not by_window and not by_multiple:
        problems.add("repeat_unclear", line=rule.line)


def _with_last_tier(rule: Rule) -> Condition:
    """The condition of the highest tier: if that is possible, so are the others."""
    return _map(
        rule.when,
        lambda leaf: (
            replace(leaf, value=rule.tiers[-1].at) if isinstance(leaf, Compare) and leaf.value is None else leaf
        ),
    )


def _with_trust(condition: Condition, rule: Rule, types: Mapping[str, EventType]) -> Condition:
    """Ask for a count of trusted events only where the type lets less trusted ones in."""

    def trusted(leaf: Leaf) -> Leaf:
        if isinstance(leaf, Sequence):
            return leaf
        kind = types.get(leaf.metric.rpartition(".")[0])
        if kind is None or rule.trust.rank <= kind.lowest_trust.rank:
            return leaf
        return replace(leaf, metric=f"{leaf.metric}@{rule.trust.value}")

    return _map(condition, trusted)


def _map(condition: Condition, change: Callable[[Leaf], Leaf]) -> Condition:
    match condition:
        case All(of=parts):
            return All(of=tuple(_map(part, change) for part in parts))
        case AnyOf(of=parts):
            return AnyOf(of=tuple(_map(part, change) for part in parts))
        case AtLeast(k=k, of=parts):
            return AtLeast(k=k, of=tuple(_map(part, change) for part in parts))
        case Not(of=part):
            return Not(of=_map(part, change))
        case _:
            return change(condition)
