"""The one walk over a rule's tree: deciding reads its truth, explaining shows all of it, so they cannot disagree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from omenigen.modules.achievements.catalog import (
    All,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    Not,
    Rule,
    Sequence,
    SetOf,
    Streak,
    leaves,
)
from omenigen.modules.achievements.rules.facts import Context, Happened, PlayerFacts
from omenigen.modules.achievements.rules.streaks import Law, Run, as_of, ends_on
from omenigen.modules.achievements.types import WindowKind, day_key, monday, month_key, week_key


class Truth(IntEnum):
    """Whether a condition holds. `WAITING`: it would, once its window is over."""

    NO = 0
    WAITING = 1
    YES = 2


@dataclass(slots=True, kw_only=True)
class Node:
    """One condition with what is known of it; never changed, though not frozen: it is made by the thousand.

    `value` of `target` is what a person sees as progress; `share` in [0, 1] is the same as a fraction. `window` names
    the counter row, `ends` the last day on which it still counts. `more` holds what only this kind of condition has.
    """

    kind: str
    truth: Truth
    value: float | None = None
    target: float | None = None
    share: float = 0.0
    window: str | None = None
    ends: date | None = None
    parts: tuple["Node", ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the walk stands: the rule, the tier's number, the facts, the day looked at."""

    rule: Rule
    target: float
    facts: PlayerFacts
    context: Context
    now: datetime


def walk(*, rule: Rule, target: float, facts: PlayerFacts, context: Context, now: datetime) -> Node:
    """Look at a whole rule for one tier in one context; the root holds `requires` beside the condition."""
    place = _Place(rule=rule, target=target, facts=facts, context=context, now=now)
    condition = _node(rule.when, place)
    if not rule.requires:
        return condition
    needed = tuple(_required(code, facts) for code in rule.requires)
    return Node(
        kind="requires",
        truth=min(part.truth for part in (*needed, condition)),
        value=condition.value,
        target=condition.target,
        # Progress counts although something is still required.
        share=condition.share,
        parts=(*needed, condition),
    )


def has_not(condition: Condition) -> bool:
    """Say whether a `not` stands anywhere in a condition."""
    match condition:
        case Not():
            return True
        case All(of=parts) | AnyOf(of=parts) | AtLeast(of=parts):
            return any(has_not(part) for part in parts)
        case _:
            return False


def is_in_span(rule: Rule, day: date) -> bool:
    """Say whether a day lies between the rule's `from` and `to`."""
    if rule.since and day < rule.since.date():
        return False
    return not (rule.until and day > (rule.until - timedelta(microseconds=1)).date())


def _required(code: str, facts: PlayerFacts) -> Node:
    has = bool(facts.tiers_of(code))
    return Node(kind="achievement", truth=_truth(has), share=float(has), more={"code": code})


def _truth(holds: bool) -> Truth:
    return Truth.YES if holds else Truth.NO


def _node(condition: Condition, place: _Place) -> Node:
    match condition:
        case Compare():
            return _compare(condition, place)
        case SetOf():
            return _set(condition, place)
        case Sequence():
            return _sequence(condition, place)
        case Streak():
            return _streak(condition, place)
        case Not():
            return _not(condition, place)
        case All(of=parts):
            nodes = tuple(_node(part, place) for part in parts)
            return _group("all", nodes, need=len(nodes))
        case AnyOf(of=parts):
            return _group("any", tuple(_node(part, place) for part in parts), need=1)
        case AtLeast(k=k, of=parts):
            return _group("at_least", tuple(_node(part, place) for part in parts), need=k)


def _group(kind: str, nodes: tuple[Node, ...], *, need: int) -> Node:
    """`all`, `any` and `at_least k` are one thing: enough parts hold."""
    holding = sum(node.truth is Truth.YES for node in nodes)
    possible = sum(node.truth is not Truth.NO for node in nodes)
    truth = Truth.YES if holding >= need else Truth.WAITING if possible >= need else Truth.NO
    nearest = sorted((node.share for node in nodes), reverse=True)[:need]
    return Node(
        kind=kind,
        truth=truth,
        value=min(holding, need),
        target=need,
        share=1.0 if truth is Truth.YES else sum(nearest) / need if need <= len(nodes) else 0.0,
        parts=nodes,
    )


def _not(condition: Not, place: _Place) -> Node:
    part = _node(condition.of, place)
    over = all(_is_over(leaf, place) for leaf in leaves(condition.of))
    truth = Truth.WAITING
    if part.truth is Truth.YES:
        truth = Truth.NO
    elif over and part.truth is Truth.NO:
        truth = Truth.YES
    return Node(kind="not", truth=truth, share=truth / Truth.YES, ends=part.ends, parts=(part,))


def _is_over(leaf: Condition, place: _Place) -> bool:
    today, until = place.facts.today, place.rule.until
    if not isinstance(leaf, Compare):
        return until is not None and place.now >= until
    match leaf.window.kind:
        case WindowKind.DAY | WindowKind.WEEK | WindowKind.MONTH:
            ends = _last_day(leaf, place.context)
            return ends is not None and today > ends
        case WindowKind.SPAN:
            return leaf.window.until is not None and place.now >= leaf.window.until
        case _:
            return until is not None and place.now >= until


def _last_day(leaf: Compare, context: Context) -> date | None:
    day = context.day
    match leaf.window.kind:
        case WindowKind.DAY | WindowKind.ROLLING:
            return day
        case WindowKind.WEEK:
            return monday(day) + timedelta(days=6)
        case WindowKind.MONTH:
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        case WindowKind.SPAN:
            until = leaf.window.until
            return (until - timedelta(microseconds=1)).date() if until else None
        case _:
            return None


def _compare(leaf: Compare, place: _Place) -> Node:
    target = place.target if leaf.value is None else leaf.value
    window = _row_of(leaf, place.context)
    value = _value_of(leaf, window, place)
    holds = value is not None and leaf.op.holds(value, target)
    return Node(
        kind="metric",
        truth=_truth(holds),
        value=value,
        target=target,
        share=1.0 if holds else _share(value, target) if leaf.op.value in (">=", ">", "==") else 0.0,
        window=window,
        ends=_last_day(leaf, place.context),
        more={"metric": leaf.metric, "op": leaf.op.value},
    )


def _row_of(leaf: Compare, context: Context) -> str | None:
    match leaf.window.kind:
        case WindowKind.DAY:
            return day_key(context.day)
        case WindowKind.WEEK:
            return week_key(context.day)
        case WindowKind.MONTH:
            return month_key(context.day)
        case WindowKind.SESSION:
            return f"session:{context.session}" if context.session else None
        case _:
            return str(leaf.window)


def _value_of(leaf: Compare, window: str | None, place: _Place) -> float | None:
    """Nothing counted is 0 for counts; for a largest, smallest or last value it is no value at all."""
    values, metric = place.facts.values, leaf.metric
    if leaf.window.kind is WindowKind.ROLLING:
        days = (place.context.day - timedelta(days=back) for back in range(leaf.window.days))
        return sum(values.get((metric, day_key(day)), 0) for day in days)
    empty = None if metric in place.facts.valueless else 0
    return empty if window is None else values.get((metric, window), empty)


def _share(value: float | None, target: float) -> float:
    if value is None or target <= 0:
        return 0.0
    return max(0.0, min(1.0, value / target))


def _set(leaf: SetOf, place: _Place) -> Node:
    need = leaf.need if leaf.need is not None else int(place.target) if place.rule.tiered else len(leaf.of)
    has = place.facts.members.get(leaf.metric, frozenset())
    met = [one for one in leaf.of if one in has]
    return Node(
        kind="set",
        truth=_truth(len(met) >= need),
        value=len(met),
        target=need,
        share=_share(len(met), need),
        more={"metric": leaf.metric, "met": met, "missing": [one for one in leaf.of if one not in has]},
    )


def _streak(leaf: Streak, place: _Place) -> Node:
    law = Law.of(leaf, place.rule)
    target = leaf.n if leaf.n is not None else int(place.target)
    whole = place.facts.runs.get((leaf.metric, str(law)), Run())
    run = as_of(whole, place.facts.today, law)
    reached = run.best >= target
    return Node(
        kind="streak",
        truth=_truth(reached),
        value=max(run.count, run.best) if reached else run.count,
        target=target,
        share=1.0 if reached else _share(run.count, target),
        ends=ends_on(run, place.facts.today, law),
        more={
            "metric": leaf.metric,
            "unit": leaf.unit.value,
            "min": leaf.min,
            "best": run.best,
            "freezes": leaf.freeze,
            "freezes_left": run.freezes,
            "frozen": [day.isoformat() for day in run.frozen],
            "last": run.last.isoformat() if run.last else None,
        },
    )


def _sequence(leaf: Sequence, place: _Place) -> Node:
    steps = longest_sequence(leaf, place.facts.happened, place.rule)
    return Node(
        kind="sequence",
        truth=_truth(len(steps) == len(leaf.of)),
        value=len(steps),
        target=len(leaf.of),
        share=len(steps) / len(leaf.of),
        more={
            "of": list(leaf.of),
            "within": int(leaf.within.total_seconds()),
            "events": [step.id for step in steps],
        },
    )


def longest_sequence(leaf: Sequence, happened: Mapping[str, tuple[Happened, ...]], rule: Rule) -> tuple[Happened, ...]:
    """Find the events that come furthest along a sequence within its time; among equals the latest begun."""
    line = sorted(
        ((one.at, one.id, code, one) for code in set(leaf.of) for one in happened.get(code, ()) if _counts(one, rule)),
        key=lambda item: item[:2],
    )
    # chains[j]: the chain of j + 1 steps that began last; a later beginning can only be better.
    chains: list[tuple[Happened, ...]] = [()] * len(leaf.of)
    best: tuple[Happened, ...] = ()
    for at, _, code, one in line:
        for j in reversed(range(len(leaf.of))):
            if leaf.of[j] != code:
                continue
            before = chains[j - 1] if j else ()
            if j and (not before or at - before[0].at > leaf.within):
                continue
            chain = (*before, one)
            if not chains[j] or chain[0].at >= chains[j][0].at:
                chains[j] = chain
            if len(chain) >= len(best):
                best = chain
        if len(best) == len(leaf.of):
            return best
    return best


def _counts(one: Happened, rule: Rule) -> bool:
    if one.trust.rank < rule.trust.rank:
        return False
    return (rule.since is None or rule.since <= one.at) and (rule.until is None or one.at < rule.until)
