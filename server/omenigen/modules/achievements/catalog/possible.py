"""Find rules that can never be true, such as 5 < x < 3, before a player spends a year on one."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from omenigen.modules.achievements.catalog.descriptions import All, AnyOf, AtLeast, Compare, Condition, Metric, Not
from omenigen.modules.achievements.types import MetricKind, Op, Window, WindowKind

WHOLE = (MetricKind.COUNT, MetricKind.SUM, MetricKind.DISTINCT)
NARROWER = {
    WindowKind.DAY: (WindowKind.WEEK, WindowKind.MONTH, WindowKind.ALL),
    WindowKind.WEEK: (WindowKind.ALL,),
    WindowKind.MONTH: (WindowKind.ALL,),
    WindowKind.SESSION: (WindowKind.ALL,),
    WindowKind.SEASON: (WindowKind.ALL,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is still possible for one metric in one window."""

    low: float = -inf
    high: float = inf
    without: frozenset[float] = frozenset()

    @property
    def empty(self) -> bool:
        """Say whether no value is left."""
        return self.low > self.high or (self.low == self.high and self.low in self.without)


Known = dict[tuple[str, Window], Bounds]


def is_possible(condition: Condition, metrics: Mapping[str, Metric]) -> bool:
    """Say whether some player could ever satisfy the condition.

    The answer `False` is certain. `at_least` and streaks are only looked at part by part, so a few hopeless rules
    may pass; no good rule is ever refused.
    """
    return _possible((condition,), {}, metrics)


def _possible(todo: tuple[Condition, ...], known: Known, metrics: Mapping[str, Metric]) -> bool:
    if not todo:
        return _consistent(known, metrics)
    first, rest = todo[0], todo[1:]
    match first:
        case All(of=parts):
            return _possible((*parts, *rest), known, metrics)
        case AnyOf(of=parts):
            return any(_possible((part, *rest), known, metrics) for part in parts)
        case AtLeast(k=k, of=parts):
            alone = sum(_possible((part,), known, metrics) for part in parts)
            return alone >= k and _possible(rest, known, metrics)
        case Not(of=part):
            return _possible((*_denied(part), *rest), known, metrics)
        case Compare(value=float() | int() as value) if first.metric in metrics:
            key = (first.metric, first.window)
            whole = metrics[first.metric].kind in WHOLE
            narrowed = _narrow(known.get(key, Bounds(low=0 if whole else -inf)), first.op, value, whole=whole)
            return not narrowed.empty and _possible(rest, {**known, key: narrowed}, metrics)
        case _:
            return _possible(rest, known, metrics)


def _denied(part: Condition) -> tuple[Condition, ...]:
    """Push a negation down (De Morgan); what cannot be negated says nothing and is dropped."""
    match part:
        case Compare(value=float() | int()):
            return (Compare(metric=part.metric, op=part.op.opposite, value=part.value, window=part.window),)
        case Not(of=inner):
            return (inner,)
        case All(of=parts):
            return (AnyOf(of=tuple(Not(of=one) for one in parts)),)
        case AnyOf(of=parts):
            return tuple(Not(of=one) for one in parts)
        case _:
            return ()


def _narrow(bounds: Bounds, op: Op, value: float, *, whole: bool) -> Bounds:
    low, high, without = bounds.low, bounds.high, bounds.without
    step = 1 if whole else 0
    match op:
        case Op.GE:
            low = max(low, value)
        case Op.GT:
            low = max(low, value + step)
            without |= {value}
        case Op.LE:
            high = min(high, value)
        case Op.LT:
            high = min(high, value - step)
            without |= {value}
        case Op.EQ:
            low, high = max(low, value), min(high, value)
        case Op.NE:
            without |= {value}
    return Bounds(low=low, high=high, without=without)


def _consistent(known: Known, metrics: Mapping[str, Metric]) -> bool:
    """A day's sum cannot exceed that of its week, nor anything that of all time."""
    for (metric, window), inside in known.items():
        if not metrics[metric].kind.only_grows:
            continue
        for kind in NARROWER.get(window.kind, ()):
            around = known.get((metric, Window(kind=kind)))
            if around is not None and inside.low > around.high:
                return False
    return True
