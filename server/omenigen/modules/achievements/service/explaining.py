"""Why an achievement is there or not yet: conditions with their numbers, what counted, what did not and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from omenigen.kit.auth import Anonymous, Caller, Game, Role, Trust, User
from omenigen.kit.clock import Clock
from omenigen.kit.db import ReadDb
from omenigen.modules.achievements.catalog import Catalog, Compare, Leaf, Rule, Streak, leaves
from omenigen.modules.achievements.catalog import Sequence as InOrder
from omenigen.modules.achievements.errors import AchievementNotFound
from omenigen.modules.achievements.queries import listing
from omenigen.modules.achievements.queries import rules as queries
from omenigen.modules.achievements.rules.days import Calendar, first_of
from omenigen.modules.achievements.rules.evaluating import Explanation, Progress, evaluate, explain
from omenigen.modules.achievements.rules.facts import PlayerFacts
from omenigen.modules.achievements.rules.walking import Node, Truth
from omenigen.modules.achievements.service.loading import FactsLoader
from omenigen.modules.achievements.service.sight import Sight
from omenigen.modules.achievements.types import Family, Hidden, RuleState, StreakUnit, UnlockState, WindowKind

LOOKED_AT = 100
"""Newest events of a rule's types that are looked at for what counted and what did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCounted:
    """An event that did not count for a condition: `late`, `trust`, `before_from`, `after_to` or `corrected`."""

    event_id: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A condition with all that is known of it; `ends_at` is the instant at which its window closes."""

    node: Node
    ends_at: datetime | None
    events: tuple[int, ...] = ()
    refused: tuple[NotCounted, ...] = ()
    parts: tuple["Why", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An explanation for one player; `why` is None while the achievement keeps its conditions to itself."""

    rule: Rule
    tier: int
    n: int
    done: bool
    resting: bool
    why: Why | None
    shows_name: bool
    disputed_why: str | None
    expected_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedTier:
    """When a tier was earned, and whether that is in doubt."""

    at: datetime
    state: UnlockState


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One badge of a player's wall. `closed`: it is there, but keeps its name or its conditions to itself."""

    rule: Rule
    state: str
    tier: int
    times: int
    progress: Progress
    earned: Mapping[int, EarnedTier]
    rarity: float | None
    shows_name: bool
    shows_criteria: bool

    @property
    def earned_at(self) -> datetime | None:
        """When the newest tier was earned."""
        return max((one.at for one in self.earned.values()), default=None)

    @property
    def disputed(self) -> bool:
        """Say whether any of its tiers is in doubt."""
        return any(one.state is UnlockState.DISPUTED for one in self.earned.values())


class Explaining:
    """Answer what a player asks about their achievements."""

    def __init__(self, db: ReadDb, catalog: Catalog, sight: Sight, clock: Clock) -> None:
        self._db = db
        self._catalog = catalog
        self._sight = sight
        self._clock = clock

    async def explain(self, *, caller: Caller, code: str, user_id: int) -> Explained:
        """Explain one achievement for one player.

        Raises `Unauthenticated`, `ScopeMissing`, `UserNotFound`, and `AchievementNotFound` for an unknown rule or one
        that stays hidden until it is earned.
        """
        known = await self._sight.player(caller=caller, user_id=user_id)
        rule = self._catalog.rule(code)
        if rule is None or not may_know(caller, rule):
            raise AchievementNotFound(achievement=code)
        unlocks = [row for row in await queries.unlocks_of(self._db, user_id) if row["rule_code"] == code]
        if not unlocks and _is_secret(caller, rule):
            raise AchievementNotFound(achievement=code)
        now = self._clock.now()
        facts = await self._facts(user_id, (rule,), now)
        found = explain(rule=rule, facts=facts, now=now)
        doubts = [row["disputed_why"] for row in unlocks if row["state"] == UnlockState.DISPUTED]
        shows = bool(unlocks) or _sees_all(caller, rule) or rule.hidden is Hidden.NO
        return Explained(
            rule=rule,
            tier=found.tier,
            n=found.n,
            done=found.done,
            resting=found.resting,
            why=await self._why(user_id, rule, found, known.calendar) if shows else None,
            shows_name=shows or rule.hidden is Hidden.CRITERIA,
            disputed_why=doubts[-1] if doubts else None,
            expected_on=_expected(rule, found, facts) if shows else None,
        )

    async def standings(self, *, caller: Caller, user_id: int) -> list[Standing]:
        """List a player's badges: shelf by shelf, earned ones first, then the nearest, closed ones last.

        Raises `Unauthenticated`, `ScopeMissing`, `UserNotFound`.
        """
        await self._sight.player(caller=caller, user_id=user_id)
        unlocks: dict[str, list[RowMapping]] = {}
        for row in await queries.unlocks_of(self._db, user_id):
            unlocks.setdefault(row["rule_code"], []).append(row)
        rules = [rule for rule in self._catalog.rules if _is_listed(rule, unlocks)]
        now = self._clock.now()
        facts = await self._facts(user_id, rules, now)
        rarity = await listing.rarity(self._db)
        found = [
            _standing(
                rule,
                unlocks.get(rule.code, []),
                evaluate(rule=rule, facts=facts, now=now).progress,
                rarity.get(rule.code),
                sees_all=_sees_all(caller, rule),
            )
            for rule in rules
        ]
        return sorted(found, key=_place)

    async def _facts(self, user_id: int, rules: Sequence[Rule], now: datetime) -> PlayerFacts:
        loaded = await FactsLoader(self._db, self._catalog).load({user_id: rules}, now=now)
        return loaded.facts[user_id]

    async def _why(self, user_id: int, rule: Rule, found: Explanation, calendar: Calendar) -> Why:
        types = sorted({code.partition("@")[0].rpartition(".")[0] for code in rule.metrics})
        events = await queries.counted_events(self._db, user_id, types, newest=LOOKED_AT)
        corrected = await queries.corrected_among(self._db, [row["id"] for row in events])
        return _describe(found.tree, iter(leaves(rule.when)), _Told(rule, events, corrected, self._catalog), calendar)


def next_first(standings: Sequence[Standing]) -> list[Standing]:
    """The unfinished and open ones, nearest first; among equals the one that is worth more."""
    unfinished = [
        one for one in standings if one.state != "closed" and one.tier < len(one.rule.tiers) and one.progress.share < 1
    ]
    return sorted(unfinished, key=lambda one: (-one.progress.share, -one.rule.points, one.rule.code))


def may_know(caller: Caller, rule: Rule) -> bool:
    """Drafts are their makers' business."""
    return rule.state is not RuleState.DRAFT or _sees_all(caller, rule)


def _sees_all(caller: Caller, rule: Rule) -> bool:
    match caller:
        case User():
            return caller.role is Role.OPERATOR
        case Game():
            return rule.source_id is not None and rule.source_id == caller.source_id
        case Anonymous():
            return False


def _is_secret(caller: Caller, rule: Rule) -> bool:
    return rule.hidden is Hidden.FULL and not _sees_all(caller, rule)


def _is_listed(rule: Rule, unlocks: Mapping[str, object]) -> bool:
    if rule.code in unlocks:
        return True
    return rule.state is RuleState.LIVE and rule.hidden is not Hidden.FULL


def _standing(
    rule: Rule, unlocks: Sequence[RowMapping], progress: Progress, rarity: float | None, *, sees_all: bool
) -> Standing:
    earned = {row["tier"]: EarnedTier(at=row["at"], state=UnlockState(row["state"])) for row in unlocks}
    has = bool(earned)
    closed = not has and rule.hidden is not Hidden.NO and not sees_all
    return Standing(
        rule=rule,
        state="earned" if has else "closed" if closed else "progress",
        tier=max(earned, default=0),
        times=len(unlocks) if rule.repeat else 0,
        progress=replace(progress, value=0, share=0.0) if closed else progress,
        earned=earned,
        rarity=rarity,
        shows_name=not closed or rule.hidden is Hidden.CRITERIA,
        shows_criteria=not closed,
    )


def _place(one: Standing) -> tuple[int, int, float, float, str]:
    order = {"earned": 0, "progress": 1, "closed": 2}[one.state]
    at = one.earned_at.timestamp() if one.earned_at else 0.0
    return (list(Family).index(one.rule.family), order, -at, -one.progress.share, one.rule.code)


def _expected(rule: Rule, found: Explanation, facts: PlayerFacts) -> date | None:
    """The day on which an unbroken streak will be long enough."""
    tree = found.tree
    if found.done or not isinstance(rule.when, Streak) or tree.value is None or tree.target is None:
        return None
    missing = int(tree.target - tree.value)
    step = timedelta(days=1 if rule.when.unit is StreakUnit.DAY else 7)
    kept_now = tree.more.get("last") == facts.today.isoformat() and rule.when.unit is StreakUnit.DAY
    return facts.today + step * (missing if kept_now else max(0, missing - 1))


_BY_THE_CALENDAR = frozenset({WindowKind.DAY, WindowKind.WEEK, WindowKind.MONTH, WindowKind.ROLLING})


@dataclass(frozen=True, slots=True)
class _Told:
    """The newest events of a rule's types."""

    rule: Rule
    events: Sequence[RowMapping]
    corrected: Mapping[int, int]
    catalog: Catalog

    def of(self, leaf: Leaf) -> tuple[tuple[int, ...], tuple[NotCounted, ...]]:
        """Part a leaf's events into those that counted and those that did not."""
        types = set(leaf.of) if isinstance(leaf, InOrder) else {leaf.metric.partition("@")[0].rpartition(".")[0]}
        counted: list[int] = []
        refused: list[NotCounted] = []
        for row in self.events:
            if row["type_code"] in types:
                reason = self._reason(row, leaf)
                if reason is None:
                    counted.append(row["id"])
                else:
                    refused.append(NotCounted(event_id=row["id"], reason=reason, at=row["at"]))
        return tuple(counted[:10]), tuple(refused[:10])

    def _reason(self, row: RowMapping, leaf: Leaf) -> str | None:
        if row["amount"] + self.corrected.get(row["id"], 0) <= 0:
            return "corrected"
        trust = Trust(row["trust"])
        if trust.rank < self.rule.trust.rank or not self.catalog.is_recognised(row["type_code"], trust):
            return "trust"
        if self.rule.since is not None and row["counts_at"] < self.rule.since:
            return "before_from"
        if self.rule.until is not None and row["counts_at"] >= self.rule.until:
            return "after_to"
        in_time = isinstance(leaf, Streak) or (isinstance(leaf, Compare) and leaf.window.kind in _BY_THE_CALENDAR)
        return "late" if row["late"] and in_time else None


def _describe(node: Node, waiting: Iterator[Leaf], told: _Told, calendar: Calendar) -> Why:
    """Join the tree with the leaves of its rule, which stand in the same order."""
    ends_at = first_of_day_after(node.ends, calendar) if node.ends else None
    if node.kind == "achievement":
        return Why(node=node, ends_at=ends_at)
    if node.parts:
        parts = tuple(_describe(part, waiting, told, calendar) for part in node.parts)
        return Why(node=node, ends_at=ends_at, parts=parts)
    counted, refused = told.of(next(waiting))
    events = tuple(node.more["events"]) if node.kind == "sequence" else counted
    return Why(node=node, ends_at=ends_at, events=events, refused=refused)


def first_of_day_after(day: date, calendar: Calendar) -> datetime:
    """The instant at which a player's day is over."""

    return first_of(day + timedelta(days=1), ZoneInfo(calendar.zone))


def is_met(node: Node) -> bool:
    """Say whether a condition holds."""
    return node.truth is Truth.YES
