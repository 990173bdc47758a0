"""Backfill: judge a rule for everybody's past, chunk by chunk; killed anywhere, it goes on and pays once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller
from omenigen.kit.clock import Clock
from omenigen.modules.achievements.catalog import Catalog, Rule
from omenigen.modules.achievements.errors import AchievementNotFound, RuleIsNotLive
from omenigen.modules.achievements.models import BackfillRow, RuleRow
from omenigen.modules.achievements.queries import judging as judge_queries
from omenigen.modules.achievements.queries import rules as queries
from omenigen.modules.achievements.service.authors import ensure_author
from omenigen.modules.achievements.service.history import History
from omenigen.modules.achievements.service.judging import Judging
from omenigen.modules.achievements.types import RuleState

CHUNK = 200
"""Players in one transaction; intake waits for that long, so it must stay well under its lock timeout of 2 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillState:
    """How far a backfill is; `state` is `running` or `done`."""

    id: int
    code: str
    version: int
    state: str
    judged: int
    unlocked: int
    points: int
    players: int
    started_at: datetime
    finished_at: datetime | None


class Backfill:
    """Start backfills, and carry them on.

    A chunk is one transaction: numbers filled, players judged, the cursor moved. Whoever is killed in the middle
    leaves nothing behind, and the next worker begins that chunk again.
    """

    def __init__(self, db: AsyncSession, catalog: Catalog, judging: Judging, clock: Clock) -> None:
        self._db = db
        self._catalog = catalog
        self._judging = judging
        self._clock = clock

    async def start(self, *, caller: Caller, code: str) -> BackfillState:
        """Begin a backfill of a live rule; one that is under way for this version goes on instead.

        Raises `AchievementNotFound`, `RuleIsNotLive`, and what `ensure_author` raises.
        """
        row = await queries.rule_coded(self._db, code)
        ensure_author(caller, row)
        if row is None:
            raise AchievementNotFound(achievement=code)
        if row.state != RuleState.LIVE:
            raise RuleIsNotLive(achievement=code, state=row.state)
        last = await queries.backfill_of(self._db, row.id)
        if last is None or last.finished_at is not None or last.rule_version != row.version:
            last = BackfillRow(
                rule_id=row.id,
                rule_version=row.version,
                state="running",
                after_user=0,
                judged=0,
                unlocked=0,
                points=0,
                started_at=self._clock.now(),
                finished_at=None,
            )
            self._db.add(last)
            await self._db.flush()
        return await self._state(last, code)

    async def find(self, *, caller: Caller, code: str) -> BackfillState | None:
        """Tell how far the newest backfill of a rule is, None before the first. Raises `AchievementNotFound`."""
        row = await queries.rule_coded(self._db, code)
        ensure_author(caller, row)
        if row is None:
            raise AchievementNotFound(achievement=code)
        last = await queries.backfill_of(self._db, row.id)
        return None if last is None else await self._state(last, code)

    async def carry_on(self) -> bool:
        """Do one chunk of the oldest unfinished backfill; False: there is nothing to do."""
        found = await self._take()
        if found is None:
            return False
        row, rule = found
        users = [] if rule is None else await queries.players_after(self._db, row.after_user, limit=CHUNK)
        if rule is None or not users:
            row.state, row.finished_at = "done", self._clock.now()
            return True
        await History(self._catalog, rule).fill(self._db, users)
        await judge_queries.lock_players(self._db, users)
        verdict = await self._judging.judge(dict.fromkeys(users, (rule,)), whole_history=True)
        unlocked = [one for one in verdict.unlocked if one["rule_code"] == rule.code]
        await self._judging.show_unlocks(verdict.unlocked)
        await self._judging.show_scores(sorted({one["user_id"] for one in verdict.unlocked}))
        row.after_user = users[-1]
        row.judged += len(users)
        row.unlocked += len(unlocked)
        row.points += sum(one["points"] for one in unlocked)
        return True

    async def _take(self) -> tuple[BackfillRow, Rule | None] | None:
        """Take a backfill that can go on, with its rule; None stands for a rule that nobody may earn any more.

        One whose newest text this node has not read yet waits for the next look at the rows.
        """
        for waiting in await queries.open_backfills(self._db):
            kept = await self._db.get(RuleRow, waiting.rule_id)
            gone = kept is None or kept.state != RuleState.LIVE
            rule = next((one for one in self._catalog.live if one.id == waiting.rule_id), None)
            if not gone and (rule is None or kept is None or rule.version != kept.version):
                continue
            taken = await queries.take_backfill(self._db, waiting.id)
            if taken is not None:
                return taken, None if gone else rule
        return None

    async def _state(self, row: BackfillRow, code: str) -> BackfillState:
        return BackfillState(
            id=row.id,
            code=code,
            version=row.rule_version,
            state=row.state,
            judged=row.judged,
            unlocked=row.unlocked,
            points=row.points,
            players=await queries.count_players(self._db),
            started_at=row.started_at,
            finished_at=row.finished_at,
        )
