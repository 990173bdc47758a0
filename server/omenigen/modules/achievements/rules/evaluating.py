"""Decide what a player has earned by a rule, how far the next step is, and why: all from one walk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from omenigen.modules.achievements.catalog import Compare, Rule
from omenigen.modules.achievements.rules.facts import Context, Earned, PlayerFacts
from omenigen.modules.achievements.rules.walking import Node, Truth, is_in_span, walk
from omenigen.modules.achievements.types import WindowKind, month_key, week_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something earned: the tier, which time it is (from 0), the context and the tree that shows why."""

    tier: int
    n: int
    points: int
    context: str | None
    tree: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the next step is; a finished rule stands at its last one with share 1."""

    tier: int
    value: float
    target: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a player has earned now and had not before, and how far what comes next is."""

    steps: tuple[Step, ...]
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why the next step is not there, or why the last one is: `done` says that nothing is left to earn."""

    tier: int
    n: int
    done: bool
    resting: bool
    tree: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The step that a player may earn next; `rule` asks for a multiple where a count repeats."""

    tier: int
    n: int
    rule: Rule
    target: float


def evaluate(*, rule: Rule, facts: PlayerFacts, now: datetime) -> Outcome:
    """Decide a rule for one player.

    Rules about days, weeks, months or sessions hold if they hold in any context of the facts: a judge that is late
    by a midnight must not cost anybody an achievement.
    """
    earned = list(facts.earned.get(rule.code, ()))
    steps: list[Step] = []
    seen: Node | None = None
    while (asked := _next(rule, earned)) is not None:
        if _is_resting(rule, earned, now):
            break
        step, seen = _step(asked, facts, earned, now)
        if step is None:
            break
        steps.append(step)
        earned.append(Earned(tier=step.tier, n=step.n, at=now, context=step.context))
        seen = None
    shown = asked or _last(rule, earned)
    tree = seen or _walk(shown, facts, contexts_of(shown.rule, facts)[-1], now)
    return Outcome(steps=tuple(steps), progress=_progress(shown, tree, done=asked is None))


def explain(*, rule: Rule, facts: PlayerFacts, now: datetime) -> Explanation:
    """Show the tree of the next step, in the day or session where it came furthest, the latest among equals.

    Its truth is `YES` exactly where `evaluate` gives that step (unless the rule is resting between two repeats).
    """
    earned = facts.earned.get(rule.code, ())
    asked = _next(rule, earned)
    shown = asked or _last(rule, earned)
    contexts = [one for one in contexts_of(rule, facts) if asked is None or not _is_used(rule, one, earned)]
    trees = [_walk(shown, facts, context, now) for context in contexts or facts.contexts[-1:]]
    return Explanation(
        tier=shown.tier,
        n=shown.n,
        done=asked is None,
        resting=asked is not None and _is_resting(rule, earned, now),
        tree=max(reversed(trees), key=lambda tree: tree.truth),
    )


def contexts_of(rule: Rule, facts: PlayerFacts) -> tuple[Context, ...]:
    """The contexts in which a rule may hold: all that the facts offer for a periodic rule, else only the last."""
    if not rule.is_periodic or len(facts.contexts) == 1:
        return facts.contexts[-1:]
    by_session = WindowKind.SESSION in rule.windows
    inside = tuple(
        context
        for context in facts.contexts
        if is_in_span(rule, context.day) and (by_session or context.session is None)
    )
    return inside or facts.contexts[-1:]


def _next(rule: Rule, earned: Sequence[Earned]) -> _Asked | None:
    if rule.repeat is not None:
        return _again(rule, len(earned)) if len(earned) < rule.repeat.max else None
    has = {one.tier for one in earned}
    for number, tier in enumerate(rule.tiers, start=1):
        if number not in has:
            return _Asked(tier=number, n=0, rule=rule, target=tier.at)
    return None


def _last(rule: Rule, earned: Sequence[Earned]) -> _Asked:
    """The step to show to somebody who has them all."""
    if rule.repeat is not None:
        return _again(rule, max(0, len(earned) - 1))
    return _Asked(tier=len(rule.tiers), n=0, rule=rule, target=rule.tiers[-1].at)


def _again(rule: Rule, times: int) -> _Asked:
    """The n-th time by one count asks for n times its value; by windows, for another window."""
    target = rule.tiers[0].at
    if isinstance(rule.when, Compare) and rule.when.value is not None and not rule.is_periodic:
        multiple = rule.when.value * (times + 1)
        rule = replace(rule, when=replace(rule.when, value=multiple))
    return _Asked(tier=1, n=times, rule=rule, target=target)


def _step(
    asked: _Asked, facts: PlayerFacts, earned: Sequence[Earned], now: datetime
) -> tuple[Step | None, Node | None]:
    """Find the first context in which the step is earned; else give the tree of the last one, for progress."""
    tree: Node | None = None
    for context in contexts_of(asked.rule, facts):
        tree = None
        if _is_used(asked.rule, context, earned):
            continue
        tree = _walk(asked, facts, context, now)
        if tree.truth is Truth.YES:
            step = Step(
                tier=asked.tier,
                n=asked.n,
                points=asked.rule.tiers[asked.tier - 1].points,
                context=context_key(asked.rule, context),
                tree=tree,
            )
            return step, tree
    return None, tree


def _is_used(rule: Rule, context: Context, earned: Sequence[Earned]) -> bool:
    """Say whether a repeating rule was already earned in this day, week, month or session."""
    if rule.repeat is None:
        return False
    key = context_key(rule, context)
    return key is not None and any(one.context == key for one in earned)


def _is_resting(rule: Rule, earned: Sequence[Earned], now: datetime) -> bool:
    if rule.repeat is None or not earned:
        return False
    return now - max(one.at for one in earned) < rule.repeat.cooldown


def context_key(rule: Rule, context: Context) -> str | None:
    """Name the narrowest window that a periodic rule speaks of, None for other rules: repeats earn once in each."""
    kinds = rule.windows
    if not rule.is_periodic:
        return None
    if WindowKind.SESSION in kinds and context.session:
        return f"session:{context.session}"
    if kinds & {WindowKind.DAY, WindowKind.ROLLING, WindowKind.SESSION}:
        return f"day:{context.day.isoformat()}"
    if WindowKind.WEEK in kinds:
        return week_key(context.day)
    return month_key(context.day) if WindowKind.MONTH in kinds else None


def _walk(asked: _Asked, facts: PlayerFacts, context: Context, now: datetime) -> Node:
    return walk(rule=asked.rule, target=asked.target, facts=facts, context=context, now=now)


def _progress(shown: _Asked, tree: Node, *, done: bool) -> Progress:
    target = 1.0 if tree.target is None else tree.target
    value = tree.share if tree.value is None else tree.value
    if done:
        return Progress(tier=shown.tier, value=max(value, target), target=target, share=1.0)
    return Progress(tier=shown.tier, value=value, target=target, share=tree.share)
