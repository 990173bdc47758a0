"""What a rule would have counted, had it always been there."""

from collections import Counter as CountBy
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.modules.achievements.catalog import (
    Catalog,
    Metric,
    Rule,
    SetOf,
    counted_by,
    leaves,
)
from omenigen.modules.achievements.catalog import (
    Sequence as InOrder,
)
from omenigen.modules.achievements.queries import history as queries
from omenigen.modules.achievements.queries.history import Member
from omenigen.modules.achievements.queries.judging import Counter, Db
from omenigen.modules.achievements.service.writing import MEMBERS_MAX
from omenigen.modules.achievements.types import ALL, MetricKind, Window


@dataclass(slots=True)
class Recount:
    """Counters and members of some players, worked out from their events."""

    counters: list[tuple[Counter, MetricKind]]
    members: list[Member]


class History:
    """Recount what one rule asks for."""

    def __init__(self, catalog: Catalog, rule: Rule) -> None:
        self._catalog = catalog
        asked: set[tuple[str, Window]] = set()
        self._sets: set[str] = set()
        for leaf in leaves(rule.when):
            if isinstance(leaf, InOrder):
                continue
            if isinstance(leaf, SetOf):
                self._sets.add(leaf.metric)
            asked.update(counted_by(leaf))
        self._asked = sorted(asked, key=lambda pair: (pair[0], str(pair[1])))

    async def recount(self, db: Db, users: Sequence[int]) -> Recount:
        """Read the events of these players."""
        counters: list[tuple[Counter, MetricKind]] = []
        members: list[Member] = []
        for code, window in self._asked:
            metric = self._metric(code)
            if metric.kind is MetricKind.DISTINCT:
                continue
            found = await queries.recount(db, metric, window, users, self._catalog.seasons)
            counters += [(one, metric.kind) for one in found]
        for code in sorted(self._distinct()):
            metric = self._metric(code)
            met = await queries.remember(db, metric, users)
            members += met
            counters += [(one, metric.kind) for one in _counts_of(met, metric)]
        return Recount(counters=counters, members=members)

    async def fill(self, db: AsyncSession, users: Collection[int]) -> None:
        """Write what these players' events tell into the tables, while intake waits."""
        await queries.hold_intake(db)
        found = await self.recount(db, sorted(users))
        for kind in {kind for _, kind in found.counters}:
            await queries.fill_counters(db, [one for one, of in found.counters if of is kind], kind)
        await queries.fill_members(db, found.members)
        await queries.forget_runs(db, sorted(users), [self._metric(code).id for code, _ in self._asked])

    def _distinct(self) -> set[str]:
        return {code for code, _ in self._asked if self._metric(code).kind is MetricKind.DISTINCT} | self._sets

    def _metric(self, code: str) -> Metric:
        metric = self._catalog.metric(code)
        assert metric is not None, f"metric {code} passed the checks"
        return metric


def _counts_of(met: Sequence[Member], metric: Metric) -> list[Counter]:
    """Count the values that a distinct metric met; such a metric knows no window but all time."""
    found = CountBy(one.user_id for one in met)
    return [
        Counter(user_id=user, metric_id=metric.id, window=str(ALL), value=float(min(count, MEMBERS_MAX)))
        for user, count in found.items()
    ]
