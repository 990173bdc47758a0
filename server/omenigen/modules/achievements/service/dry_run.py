"""Dry run: who would earn a rule now, what that would cost, and nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.modules.achievements.catalog import Catalog, Known, Rule
from omenigen.modules.achievements.errors import DryRunNotFound
from omenigen.modules.achievements.models import DryRunRow
from omenigen.modules.achievements.queries import rules as queries
from omenigen.modules.achievements.rules.evaluating import evaluate
from omenigen.modules.achievements.service.authors import ensure_author, source_of
from omenigen.modules.achievements.service.history import History
from omenigen.modules.achievements.service.loading import FactsLoader
from omenigen.modules.achievements.service.rulebook import checked, unpaid

EXAMPLES = 20
CHUNK = 500
AT_ONCE_SECONDS = 30.0
"""What takes longer is carried on by a worker."""

KEPT = timedelta(days=7)


@dataclass(slots=True, kw_only=True)
class Tried:
    """What a rule would do: players, steps by tier, points and rewards minted, the first examples, seconds taken."""

    players: int = 0
    unlocks: int = 0
    points: int = 0
    looked_at: int = 0
    seconds: float = 0.0
    tiers: Counter[int] = field(default_factory=Counter)
    examples: list[dict[str, int]] = field(default_factory=list)
    rewards: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:  # Any: JSON
        """The result as it is kept and told."""
        return {
            "players": self.players,
            "unlocks": self.unlocks,
            "points": self.points,
            "looked_at": self.looked_at,
            "seconds": round(self.seconds, 3),
            "tiers": {str(tier): count for tier, count in sorted(self.tiers.items())},
            "examples": self.examples,
            "rewards": dict(self.rewards),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRunState:
    """A dry run: `done` with its result, or `running` on a worker."""

    id: int | None
    state: str
    result: Mapping[str, Any] | None  # Any: JSON


class DryRun:
    """Try rules on everybody."""

    def __init__(self, session: AsyncSession, database: Database, catalog: Catalog, clock: Clock) -> None:
        self._session = session
        self._database = database
        self._catalog = catalog
        self._clock = clock

    async def ask(self, *, caller: Caller, rule: Rule) -> DryRunState:
        """Try a rule that was looked over; what is not done within 30 s becomes a job.

        Raises what `ensure_author` raises.
        """
        ensure_author(caller)
        tried = await self._run(await self._as_paid(rule, source_of(caller)), within=AT_ONCE_SECONDS)
        if tried is not None:
            return DryRunState(id=None, state="done", result=tried.as_dict())
        row = DryRunRow(
            by_user=getattr(caller, "user_id", None),
            by_source=source_of(caller),
            body=dict(rule.body),
            state="waiting",
            result=None,
            started_at=self._clock.now(),
            finished_at=None,
        )
        self._session.add(row)
        await self._session.flush()
        return DryRunState(id=row.id, state="running", result=None)

    async def find(self, *, caller: Caller, dry_run_id: int) -> DryRunState:
        """Tell how a dry run is doing. Raises `DryRunNotFound`, and what `ensure_author` raises."""
        ensure_author(caller)
        row = await self._session.get(DryRunRow, dry_run_id)
        if row is None or (source_of(caller) is not None and row.by_source != source_of(caller)):
            raise DryRunNotFound(dry_run_id=dry_run_id)
        return DryRunState(id=row.id, state="done" if row.finished_at else "running", result=row.result)

    async def carry_on(self) -> bool:
        """Do the oldest dry run that waits, however long it takes; False: there is none."""
        row = await queries.take_dry_run(self._session)
        if row is None:
            return False
        tried = await self._run(await self._as_paid(self._rule_of(row.body), row.by_source), within=None)
        assert tried is not None
        row.state, row.result, row.finished_at = "done", tried.as_dict(), self._clock.now()
        await queries.forget_dry_runs(self._session, before=self._clock.now() - KEPT)
        return True

    async def _as_paid(self, rule: Rule, source_id: int | None) -> Rule:
        return unpaid(rule) if source_id in await queries.unvouched_sources(self._session) else rule

    def _rule_of(self, body: Mapping[str, Any]) -> Rule:  # Any: JSON
        known = Known.of(self._catalog.types.values(), self._catalog.seasons.values())
        return checked(body, known, file="dry run")

    async def _run(self, rule: Rule, *, within: float | None) -> Tried | None:
        started = self._clock.monotonic()
        tried, after = Tried(), 0
        catalog = self._catalog.trying(rule)
        history = History(catalog, rule)
        async with self._database.sessions() as db:
            # One snapshot for all: what is counted meanwhile belongs to later.
            await db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            while users := await queries.players_after(db, after, limit=CHUNK):
                await self._chunk(db, catalog, history, rule, users, tried)
                after = users[-1]
                tried.seconds = self._clock.monotonic() - started
                if within is not None and tried.seconds > within:
                    return None
            await db.rollback()
        return tried

    async def _chunk(
        self, db: AsyncSession, catalog: Catalog, history: History, rule: Rule, users: Sequence[int], tried: Tried
    ) -> None:
        now = self._clock.now()
        recount = await history.recount(db, users)
        loaded = await FactsLoader(db, catalog).load(
            dict.fromkeys(users, (rule,)), now=now, whole_history=True, recount=recount
        )
        for user in users:
            steps = evaluate(rule=rule, facts=loaded.facts[user], now=now).steps
            tried.looked_at += 1
            tried.players += bool(steps)
            for step in steps:
                tried.unlocks += 1
                tried.points += step.points
                tried.tiers[step.tier] += 1
                for reward in rule.tiers[step.tier - 1].reward:
                    tried.rewards[_name_of(reward)] += int(str(reward.get("amount", 1)))
                if len(tried.examples) < EXAMPLES:
                    tried.examples.append({"user_id": user, "tier": step.tier, "points": step.points})


def _name_of(reward: Mapping[str, object]) -> str:
    return str(reward.get("item") or reward.get("asset") or "?")
