"""Putting an event right: counters are compensated, and what rested on it is in doubt from then on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller, Game, Role, Trust, User
from omenigen.kit.clock import Clock
from omenigen.kit.errors import Unauthenticated
from omenigen.modules.achievements.catalog import Catalog, Rule
from omenigen.modules.achievements.errors import CorrectionInvalid, EventNotFound, ScopeMissing
from omenigen.modules.achievements.models import SCREEN, CorrectionRow, EventRow
from omenigen.modules.achievements.queries import players as queries
from omenigen.modules.achievements.queries import sources as source_queries
from omenigen.modules.achievements.queries import writing
from omenigen.modules.achievements.queries.writing import CounterKey, Driver, NewEvent
from omenigen.modules.achievements.rules.evaluating import evaluate
from omenigen.modules.achievements.service.judging import Judging
from omenigen.modules.achievements.service.keyring import KeyRing
from omenigen.modules.achievements.service.loading import FactsLoader
from omenigen.modules.achievements.service.nudges import Nudges
from omenigen.modules.achievements.service.writing import (
    POINTS,
    SELF_REPORTED,
    Fed,
    Writer,
    member_of,
    number_of,
)
from omenigen.modules.achievements.types import MetricKind, day_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What a correction changed: the steps, and the achievements that it put in doubt."""

    id: int
    amount: int
    points: int
    disputed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one event told: details, moment, day."""

    details: Mapping[str, Any]  # Any: JSON
    counts_at: datetime
    day: date


class Corrections:
    """Correct events downwards; nothing is deleted, every step has its reason."""

    def __init__(
        self,
        session: AsyncSession,
        writer: Writer,
        catalog: Catalog,
        judging: Judging,
        keys: KeyRing,
        nudges: Nudges,
        clock: Clock,
    ) -> None:
        self._session = session
        self._writer = writer
        self._catalog = catalog
        self._judging = judging
        self._keys = keys
        self._nudges = nudges
        self._clock = clock

    async def correct(self, *, caller: Caller, event_id: int, amount: int, reason: str) -> Corrected:
        """Let an event have had this lesser amount; 0 means that it never happened.

        Raises `EventNotFound` for whoever may not speak for its game, `ScopeMissing`, and `CorrectionInvalid` for an
        amount that is not less than the event still has.
        """
        row = await queries.event_taken(self._session, event_id)
        if row is None or not await self._may_correct(caller, row):
            raise EventNotFound(event_id=event_id)
        had_amount, had_points = await queries.corrected(self._session, event_id)
        now_amount = row.amount + had_amount
        if amount >= now_amount:
            raise CorrectionInvalid(amount=amount)
        step = amount - now_amount
        points = row.points * amount // row.amount - (row.points + had_points)
        made = await self._keep(caller, row, step, points, reason)
        await self._compensate(row, step, points, void=amount == 0)
        disputed = await self._dispute(row, made)
        self._nudges.judge()
        return Corrected(id=made.id, amount=step, points=points, disputed=disputed)

    async def _may_correct(self, caller: Caller, row: EventRow) -> bool:
        match caller:
            case Game():
                if "events:write" not in caller.scopes:
                    raise ScopeMissing(scope="events:write")
                return row.source_id == caller.source_id
            case User():
                return caller.role is Role.OPERATOR or await source_queries.is_owner(
                    self._session, source_id=row.source_id, user_id=caller.user_id
                )
            case _:
                demo = await self._keys.open_key()
                if demo is None:
                    raise Unauthenticated
                return row.source_id == demo.game.source_id

    async def _keep(self, caller: Caller, row: EventRow, step: int, points: int, reason: str) -> CorrectionRow:
        made = CorrectionRow(
            event_id=row.id,
            amount=step,
            points=points,
            by_user=caller.user_id if isinstance(caller, User) else None,
            by_source=caller.source_id if isinstance(caller, Game) else None,
            reason=reason,
            made_at=self._clock.now(),
        )
        self._session.add(made)
        await self._session.flush()
        return made

    async def _compensate(self, row: EventRow, step: int, points: int, *, void: bool) -> None:
        event = _event_of(row)
        feeds = [fed for fed in self._writer.feeds(row.type_code) if fed.takes(Trust(row.trust).rank)]
        adds: dict[CounterKey, float] = {}
        for fed in feeds:
            if moved := _step_of(fed, event, step, void=void):
                adds |= {(row.user_id, fed.id, window): moved for window in self._writer.windows_of(fed, event)}
        if points:
            adds[row.user_id, POINTS, day_key(row.day)] = points
            kind = self._catalog.types.get(row.type_code)
            if Trust(row.trust) is Trust.CLIENT or (kind is not None and kind.self_reported):
                adds[row.user_id, SELF_REPORTED, day_key(row.day)] = points
        db = await self._driver()
        if void:
            adds |= await self._look_again(db, event, feeds)
        if adds:
            await writing.add(db, sorted(adds.items()))
        await writing.forget_runs(db, row.user_id, [fed.id for fed in feeds])
        rules = self._catalog.touching([fed.code for fed in feeds])
        woken = [(row.user_id, rule.id, None) for rule in rules if rule.id is not None]
        due = [(row.user_id, SCREEN, row.day), *woken]
        await writing.add_score(db, [(row.user_id, points, row.counts_at)], due)

    async def _look_again(self, db: Driver, event: NewEvent, feeds: Sequence[Fed]) -> dict[CounterKey, float]:
        """Find anew what cannot be subtracted: distinct values, the largest, the smallest, the last."""
        looked = [fed for fed in feeds if fed.kind in _NOT_SUBTRACTED and fed.measure in (event.fields or {})]
        if not looked:
            return {}
        rows = await queries.valid_details(self._session, event.user_id, event.type_code)
        told = [
            _Told(details=details, counts_at=at, day=day)
            for details, at, day, trust in rows
            if self._catalog.is_recognised(event.type_code, Trust(trust))
        ]
        adds: dict[CounterKey, float] = {}
        for fed in looked:
            for window in self._writer.windows_of(fed, event):
                key = (event.user_id, fed.id, window)
                inside = [one for one in told if window in self._writer.windows_of(fed, _placed(event, one))]
                if fed.kind is MetricKind.DISTINCT:
                    adds |= await self._forget_member(db, key, event, fed, inside)
                else:
                    await self._set_extreme(db, key, fed, inside)
        return adds

    async def _forget_member(
        self, db: Driver, key: CounterKey, event: NewEvent, fed: Fed, inside: Sequence[_Told]
    ) -> dict[CounterKey, float]:
        member = member_of((event.fields or {}).get(fed.measure))
        if member is None or any(member_of(one.details.get(fed.measure)) == member for one in inside):
            return {}
        await writing.forget_members(db, [(key, member)])
        return {key: -1.0}

    async def _set_extreme(self, db: Driver, key: CounterKey, fed: Fed, inside: Sequence[_Told]) -> None:
        values = [
            (one.counts_at, number) for one in inside if (number := number_of(one.details.get(fed.measure))) is not None
        ]
        stamp = (key[0], key[1], f"{key[2]}#at")
        if not values:
            await writing.forget_counters(db, [key, stamp])
            return
        match fed.kind:
            case MetricKind.MAX:
                await writing.set_to(db, [(key, max(number for _, number in values))])
            case MetricKind.MIN:
                await writing.set_to(db, [(key, min(number for _, number in values))])
            case _:
                at, number = max(values)
                await writing.set_to(db, [(key, number), (stamp, at.timestamp())])

    async def _dispute(self, row: EventRow, made: CorrectionRow) -> list[str]:
        """Mark the unlocks that the player would not have any more; points and unlocks stay."""
        touched = self._catalog.touching([fed.code for fed in self._writer.feeds(row.type_code)])
        unlocks = await queries.granted_by(self._session, row.user_id, [rule.code for rule in touched])
        rules = [rule for rule in touched if any(unlock.rule_code == rule.code for unlock in unlocks)]
        if not rules:
            return []
        deserved = await self._deserved(row.user_id, rules)
        doubtful = [unlock for unlock in unlocks if (unlock.rule_code, unlock.tier, unlock.n) not in deserved]
        if not doubtful:
            return []
        shown = await queries.dispute(
            self._session, [unlock.id for unlock in doubtful], why=f"correction {made.id}: {made.reason}"
        )
        await self._judging.show_unlocks(shown)
        return sorted({unlock.rule_code for unlock in doubtful})

    async def _deserved(self, user_id: int, rules: Collection[Rule]) -> set[tuple[str, int, int]]:
        now = self._clock.now()
        loaded = await FactsLoader(self._session, self._catalog).load({user_id: rules}, now=now, whole_history=True)
        facts = loaded.facts[user_id]
        found: set[tuple[str, int, int]] = set()
        for rule in rules:
            patient = rule if rule.repeat is None else replace(rule, repeat=replace(rule.repeat, cooldown=timedelta(0)))
            unearned = {code: had for code, had in facts.earned.items() if code != rule.code}
            outcome = evaluate(rule=patient, facts=replace(facts, earned=unearned), now=now)
            found |= {(rule.code, step.tier, step.n) for step in outcome.steps}
        return found

    async def _driver(self) -> Driver:
        """Return asyncpg's own connection of this unit of work, so that intake's statements serve here too."""
        raw = await (await self._session.connection()).get_raw_connection()
        driver: Driver | None = raw.driver_connection
        assert driver is not None
        return driver


_NOT_SUBTRACTED = frozenset({MetricKind.DISTINCT, MetricKind.MAX, MetricKind.MIN, MetricKind.LAST})


def _step_of(fed: Fed, event: NewEvent, step: int, *, void: bool) -> float:
    """Say what a correction adds to one metric."""
    if fed.measure == "amount":
        return step
    if not void:
        return 0
    if fed.measure == "count":
        return -1
    if fed.kind in (MetricKind.SUM, MetricKind.GAUGE, MetricKind.COUNT):
        return -(number_of((event.fields or {}).get(fed.measure)) or 0)
    return 0


def _event_of(row: EventRow) -> NewEvent:
    return NewEvent(
        source_id=row.source_id,
        event_id=row.event_id,
        user_id=row.user_id,
        type_code=row.type_code,
        amount=row.amount,
        points=row.points,
        details=None,
        at=row.at,
        counts_at=row.counts_at,
        day=row.day,
        trust=row.trust,
        late=row.late,
        content=row.content,
        fields=row.details,
    )


def _placed(event: NewEvent, told: _Told) -> NewEvent:
    return replace(event, counts_at=told.counts_at, day=told.day, fields=told.details)
