"""The list of achievements, and what a player has of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from omenigen.kit.clock import Clock
from omenigen.kit.db import ReadDb
from omenigen.kit.texts import Locale, Texts
from omenigen.modules.achievements.catalog import Catalog, Rule
from omenigen.modules.achievements.models import UnlockRow
from omenigen.modules.achievements.queries import listing as queries
from omenigen.modules.achievements.queries import players as player_queries
from omenigen.modules.achievements.types import Hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An achievement as far as everybody may know it."""

    rule: Rule
    name: str
    description: str
    condition_field: str | None
    condition_value: int | None
    made_at: datetime
    rarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """An achievement that somebody has."""

    row: UnlockRow
    name: str


class Listing:
    """List achievements in a reader's language; hidden ones keep what they hide."""

    def __init__(self, db: ReadDb, catalog: Catalog, texts: Texts, clock: Clock) -> None:
        self._db = db
        self._catalog = catalog
        self._texts = texts
        self._clock = clock

    async def all(self, *, locale: Locale) -> list[Listed]:
        """List the live achievements in the order of their packs, wholly hidden ones left out."""
        made = await queries.rules_made(self._db)
        rarity = await queries.rarity(self._db)
        return [
            self._listed(rule, made, rarity, locale)
            for rule in self._catalog.live
            if rule.hidden is not Hidden.FULL and rule.id is not None
        ]

    async def of(self, *, user_id: int, locale: Locale) -> Sequence[Had]:
        """List what a player has, newest first; what is earned hides nothing any more."""
        rows = await player_queries.unlocks_of(self._db, user_id)
        return [Had(row=row, name=self._name(row.rule_code, locale)) for row in rows]

    def _listed(self, rule: Rule, made: Mapping[str, datetime], rarity: Mapping[str, float], locale: Locale) -> Listed:
        open_ = rule.hidden is Hidden.NO
        return Listed(
            rule=rule,
            name="???" if rule.hidden is Hidden.NAME else rule.name.say(locale),
            description=rule.description.say(locale),
            condition_field=rule.condition_field if open_ else None,
            condition_value=rule.condition_value if open_ else None,
            made_at=made.get(rule.code, self._clock.now()),
            rarity=rarity.get(rule.code),
        )

    def _name(self, code: str, locale: Locale) -> str:
        rule = self._catalog.rule(code)
        return rule.name.say(locale) if rule is not None else code
