"""Write rules over HTTP: draft, look over, live, retired; each change of text is a new version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller
from omenigen.kit.clock import Clock
from omenigen.modules.achievements.catalog import (
    Catalog,
    Known,
    PackRefused,
    Problem,
    Problems,
    Rule,
    check_requires,
    check_rule,
    metric_id,
    parse_body,
    parse_pack,
)
from omenigen.modules.achievements.errors import (
    AchievementNotFound,
    RuleFromPack,
    RuleOverForeignTypes,
    RuleStays,
    RuleTaken,
)
from omenigen.modules.achievements.models import RuleRow
from omenigen.modules.achievements.queries import rules as queries
from omenigen.modules.achievements.rules.walking import has_not
from omenigen.modules.achievements.service.authors import ensure_author, source_of
from omenigen.modules.achievements.service.nudges import CATALOG, Nudges
from omenigen.modules.achievements.service.rulebook import RuleBook, checked, digest_of, placed
from omenigen.modules.achievements.types import RuleState, day_key, month_key, week_key

FILE = "rule"

_NEXT = {
    RuleState.DRAFT: frozenset({RuleState.LIVE, RuleState.RETIRED}),
    RuleState.LIVE: frozenset({RuleState.RETIRED}),
    RuleState.RETIRED: frozenset({RuleState.LIVE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRule:
    """A rule with what its row says of it."""

    rule: Rule
    from_pack: bool
    made_at: datetime
    changed_at: datetime


class Rules:
    """Keep the rules of the platform and of games."""

    def __init__(self, session: AsyncSession, catalog: Catalog, book: RuleBook, nudges: Nudges, clock: Clock) -> None:
        self._session = session
        self._catalog = catalog
        self._book = book
        self._nudges = nudges
        self._clock = clock

    async def listed(self, *, caller: Caller) -> list[KeptRule]:
        """List the rules that the caller may write: all for the operator, its own for a game.

        Raises what `ensure_author` raises.
        """
        ensure_author(caller)
        rows = await queries.all_rules(self._session)
        mine = source_of(caller)
        return [
            self._kept(placed(rule, row), row)
            for row in rows
            if (mine is None or row.source_id == mine) and (rule := self._rule_of(row)) is not None
        ]

    def read(self, *, caller: Caller, body: Mapping[str, Any] | None, source: str | None) -> Rule:  # Any: JSON
        """Read and look over one rule, from JSON or from YAML text.

        Raises `PackRefused` with lines and reasons, `RuleOverForeignTypes`, and what `ensure_author` raises.
        """
        ensure_author(caller)
        if source is not None:
            found = parse_pack(source, file=FILE)
            if len(found) != 1:
                raise PackRefused.of(Problem(reason="one_rule", file=FILE, line=1, params={"found": len(found)}))
            rule = found[0]
        else:
            rule = parse_body(body or {}, file=FILE)
        problems = Problems(FILE)
        rule = check_rule(rule, self._known(), problems)
        others = [one for one in self._catalog.rules if one.code != rule.code]
        check_requires([*others, rule], problems)
        problems.raise_any()
        self._ensure_own_types(caller, rule)
        return replace(rule, source_id=source_of(caller))

    async def create(self, *, caller: Caller, rule: Rule) -> KeptRule:
        """Keep a new rule as a draft. Raises `RuleTaken`."""
        if await queries.rule_coded(self._session, rule.code) is not None or rule.code in self._book.pack_codes:
            raise RuleTaken(achievement=rule.code)
        now = self._clock.now()
        row = RuleRow(
            code=rule.code,
            source_id=rule.source_id,
            version=1,
            state=RuleState.DRAFT.value,
            body=_plain(rule.body),
            digest=digest_of(rule.body),
            made_at=now,
            changed_at=now,
        )
        self._session.add(row)
        await self._session.flush()
        self._nudges.tell_soon(CATALOG)
        return self._kept(placed(rule, row), row)

    async def change(self, *, caller: Caller, code: str, state: RuleState | None, rule: Rule | None) -> KeptRule:
        """Change a rule's state, its text, or both; another text is another version, and old unlocks stay.

        Raises `AchievementNotFound`, `RuleFromPack`, `RuleStays`, and what `ensure_author` raises.
        """
        row = await queries.rule_coded(self._session, code)
        ensure_author(caller, row)
        if row is None:
            raise AchievementNotFound(achievement=code)
        if rule is not None:
            self._rewrite(row, rule)
        if state is not None and state.value != row.state:
            if state not in _NEXT[RuleState(row.state)]:
                raise RuleStays(state=row.state, wanted=state.value)
            row.state = state.value
        row.changed_at = self._clock.now()
        await self._session.flush()
        self._nudges.tell_soon(CATALOG)
        known = rule or self._rule_of(row)
        if known is None:
            raise AchievementNotFound(achievement=code)
        return self._kept(placed(known, row), row)

    async def mark_ended_windows(self) -> int:
        """Wake the rules whose `not` was waiting for a day, week or month that is over now; return the marks made.

        Somewhere a day ends every hour, so all that ended in the last two days are looked at; who has it, has it.
        """
        looks = [
            (rule.id, metric_id(code))
            for rule in self._catalog.live
            if rule.id is not None and has_not(rule.when) and rule.is_periodic
            for code in rule.metrics
        ]
        if not looks:
            return 0
        today = self._clock.now().date()
        days = [today - timedelta(days=back) for back in range(3)]
        windows = {day_key(day) for day in days} | {week_key(day) for day in days} | {month_key(day) for day in days}
        marked = await queries.mark_players_of_days(self._session, sorted(looks), sorted(windows))
        self._nudges.judge()
        return marked

    def _rule_of(self, row: RuleRow) -> Rule | None:
        """The rule of a row, also of one that this node's catalogue has not heard of yet."""
        known = self._catalog.rule(row.code)
        if row.body is None or (known is not None and known.version == row.version):
            return known
        try:
            return checked(row.body, self._known(), file=row.code)
        except PackRefused:
            return known

    def _rewrite(self, row: RuleRow, rule: Rule) -> None:
        if row.body is None:
            raise RuleFromPack(achievement=row.code)
        if rule.code != row.code:
            raise RuleTaken(achievement=rule.code)
        digest = digest_of(rule.body)
        if digest != row.digest:
            row.body, row.digest, row.version = _plain(rule.body), digest, row.version + 1

    def _ensure_own_types(self, caller: Caller, rule: Rule) -> None:
        """A game may not mint points for what happens elsewhere."""
        mine = source_of(caller)
        if mine is None:
            return
        for code in sorted(rule.metrics):
            kind = self._catalog.types.get(code.partition("@")[0].rpartition(".")[0])
            if kind is None or kind.source_id != mine:
                raise RuleOverForeignTypes(metric=code)

    def _known(self) -> Known:
        return Known.of(self._catalog.types.values(), self._catalog.seasons.values())

    def _kept(self, rule: Rule, row: RuleRow) -> KeptRule:
        return KeptRule(rule=rule, from_pack=row.body is None, made_at=row.made_at, changed_at=row.changed_at)


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
    """A body as JSON keeps it: YAML reads dates as dates."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(body, default=str))
    return found
