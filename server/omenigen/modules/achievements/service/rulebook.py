"""Keep the catalogue in memory equal to packs and rows: at the start, and whenever a row changes."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Trust
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.modules.achievements.catalog import (
    Catalog,
    EventType,
    Known,
    PackRefused,
    Problems,
    Rule,
    check_requires,
    check_rule,
    parse_body,
)
from omenigen.modules.achievements.models import RuleRow, TypeRow
from omenigen.modules.achievements.queries import rules as queries
from omenigen.modules.achievements.types import LocalText, MetricKind, RuleState

log = structlog.get_logger(__name__)


class RuleBook:
    """Join the packs with the rows of types and rules, and hand the result to the catalogue."""

    def __init__(self, database: Database, catalog: Catalog, clock: Clock) -> None:
        self._database = database
        self._catalog = catalog
        self._clock = clock
        self._pack_types: Mapping[str, EventType] = catalog.types
        self._pack_rules: tuple[Rule, ...] = catalog.rules
        self._loading = asyncio.Lock()

    @property
    def catalog(self) -> Catalog:
        """The catalogue that is kept."""
        return self._catalog

    @property
    def pack_codes(self) -> frozenset[str]:
        """Codes of the rules that stand in packs: their text is changed there, not over HTTP."""
        return frozenset(rule.code for rule in self._pack_rules)

    async def start(self) -> None:
        """Give every rule of the packs its row, then load."""
        async with self._database.sessions() as db:
            await self.sync(db)
            await db.commit()
        await self.reload()

    async def sync(self, db: AsyncSession) -> None:
        """Write rows for the packs' rules; a rule whose text changed gets a new version."""
        rows = [(rule.code, digest_of(rule.body), rule.state.value) for rule in self._pack_rules]
        await queries.add_pack_rules(db, rows, self._clock.now())

    async def reload(self) -> None:
        """Read the rows and replace the catalogue in one step."""
        async with self._loading, self._database.sessions() as db:
            types = await queries.all_types(db)
            rules = await queries.all_rules(db)
            unvouched = await queries.unvouched_sources(db)
            found = [unpaid(rule) if rule.source_id in unvouched else rule for rule in self._rules(types, rules)]
            self._catalog.replace(types=self._types(types), rules=found)

    def _types(self, rows: Iterable[TypeRow]) -> list[EventType]:
        found = dict(self._pack_types)
        for row in rows:
            found[row.code] = type_of(row)
        return list(found.values())

    def _rules(self, types: Iterable[TypeRow], rows: Iterable[RuleRow]) -> list[Rule]:
        by_code = {row.code: row for row in rows}
        found = [placed(rule, by_code[rule.code]) for rule in self._pack_rules if rule.code in by_code]
        known = Known.of(self._types(types), self._catalog.seasons.values())
        for row in by_code.values():
            if row.body is None:
                continue
            try:
                found.append(placed(checked(row.body, known, file=row.code), row))
            except PackRefused as error:
                # A metric of it is gone: it rests, and says so, rather than keep the others from being judged.
                log.error("a rule cannot be used", rule=row.code, problems=error.params.get("problems"))
        problems = Problems("rules")
        check_requires(found, problems)
        if problems.found:
            log.error("rules contradict each other", problems=[one.as_dict() for one in problems.found])
        return found


def checked(body: Mapping[str, object], known: Known, *, file: str) -> Rule:
    """Read and look over one rule from JSON. Raises `PackRefused`."""
    problems = Problems(file)
    rule = check_rule(parse_body(body, file=file), known, problems)
    problems.raise_any()
    return rule


def placed(rule: Rule, row: RuleRow) -> Rule:
    """Give a rule the id, version, state and owner of its row."""
    return replace(rule, id=row.id, version=row.version, state=RuleState(row.state), source_id=row.source_id)


def unpaid(rule: Rule) -> Rule:
    """A rule as it is while nobody stands up for its game: it recognises, and pays nothing."""
    return replace(rule, tiers=tuple(replace(tier, points=0, reward=()) for tier in rule.tiers))


def type_of(row: TypeRow) -> EventType:
    """Describe a type that a game declared."""
    return EventType(
        code=row.code,
        name=LocalText(ru=row.name["ru"], en=row.name["en"]),
        points=row.points,
        lowest_trust=Trust(row.lowest_trust),
        amount_max=row.amount_max,
        per_hour=row.per_hour,
        self_reported=row.self_reported,
        client_allowed=row.client_allowed,
        schema=row.schema,
        measures={measure: MetricKind(kind) for measure, kind in row.measures.items()},
        creature=row.creature,
        source_id=row.source_id,
        version=row.version,
        id=row.id,
    )


def digest_of(body: Mapping[str, object]) -> bytes:
    """SHA-256 of a rule's text, whatever the order of its fields."""
    plain = orjson.dumps(body, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(plain).digest()
