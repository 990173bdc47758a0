"""A place where things happen to players: events by the real intake, judged by the real judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from dishka import AsyncContainer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Role, Trust, User
from omenigen.kit.clock import ManualClock
from omenigen.kit.db import Database
from omenigen.kit.edge import unit_of_work
from omenigen.kit.errors import Refusal
from omenigen.kit.ids import SessionId, SourceId, UserId
from omenigen.kit.outbox import Outbox
from omenigen.kit.texts import Locale
from omenigen.modules.accounts.events import Confirmed
from omenigen.modules.accounts.public import Players
from omenigen.modules.achievements.queries import sources as source_queries
from omenigen.modules.achievements.service.directory import Directory
from omenigen.modules.achievements.service.intake import Intake
from omenigen.modules.achievements.service.judging import Judging
from omenigen.modules.achievements.service.keyring import KeyRing
from omenigen.modules.achievements.service.looking import Told
from omenigen.modules.achievements.service.rulebook import RuleBook
from omenigen.modules.achievements.service.rules import Rules
from omenigen.modules.achievements.service.screens import Shown
from omenigen.modules.achievements.types import RuleState

OPERATOR = User(user_id=UserId(10**9), session_id=SessionId(1), role=Role.OPERATOR, locale=Locale.EN)


@dataclass(slots=True)
class Arena:
    """One world, its clock, and verbs that read well in tests."""

    container: AsyncContainer
    clock: ManualClock
    made: int = 0

    async def player(self, zone: str = "UTC", *, claimed: bool = True) -> int:
        """Bring a player who lives in a zone; `claimed` by a person who looks at them."""
        self.made += 1
        own = await (await self.container.get(KeyRing)).own_key()
        async with unit_of_work(self.container) as scope:
            made = await (await scope.get(Players)).create_unclaimed(
                username=f"player{self.made}",
                email=f"player{self.made}@example.com",
                source_id=SourceId(own.game.source_id),
            )
            await source_queries.keep_player(await scope.get(AsyncSession), user_id=made.id, made_by=None, zone=zone)
            if claimed:
                await self._claim(scope, made.id)
        (await self.container.get(Directory)).forget(made.id)
        return int(made.id)

    async def claim(self, player: int) -> None:
        """Let a person claim a player."""
        async with unit_of_work(self.container) as scope:
            await self._claim(scope, player)
            (await scope.get(Outbox)).record(Confirmed(user_id=player, claimed=True))

    async def _claim(self, scope: AsyncContainer, player: int) -> None:
        session = await scope.get(AsyncSession)
        await session.execute(text("UPDATE accounts_users SET state = 'active' WHERE id = :id"), {"id": player})

    async def moves(self, player: int, *, zone: str, before: str, since: datetime) -> None:
        """Let a player live elsewhere from an instant on."""
        async with unit_of_work(self.container) as scope:
            session = await scope.get(AsyncSession)
            await source_queries.keep_player(
                session, user_id=player, made_by=None, zone=zone, before=before, since=since
            )
        (await self.container.get(Directory)).forget(player)

    async def tell(
        self, player: int, kind: str, *, times: int = 1, details: Mapping[str, Any] | None = None,
        at: datetime | None = None, amount: int = 1, event_id: UUID | None = None,
        trust: Trust = Trust.OFFICIAL,
    ) -> list[int]:  # fmt: skip
        """Let something happen; return the ids of the events."""
        intake = await self.container.get(Intake)
        key = await (await self.container.get(KeyRing)).own_key()
        key = replace(key, game=replace(key.game, trust=trust))
        told = Told(user_id=player, event_type=kind, details=details, event_id=event_id, at=at, amount=amount)
        taken = [await intake.take(key=key, told=told) for _ in range(times)]
        return [one.id for one in taken]

    async def flood(self, player: int, kind: str, times: int) -> None:
        """Let something happen very often, told in one batch."""
        intake = await self.container.get(Intake)
        key = await (await self.container.get(KeyRing)).own_key()
        told = [Told(user_id=player, event_type=kind, details=None) for _ in range(times)]
        for one in await intake.take_many(key=key, told=told):
            assert not isinstance(one, Refusal), one

    async def judge(self, limit: int = 500) -> int:
        """Judge until nobody waits."""
        marks = 0
        while True:
            shown = await self.container.get(Shown)
            async with unit_of_work(self.container) as scope:
                taken = await (await scope.get(Judging)).judge_due(limit=limit)
            shown.committed()
            marks += taken
            if taken == 0:
                return marks

    async def unlocks(self, player: int | None = None) -> list[tuple[str, int, int]]:
        """Code, tier and repeat of what a player (or anybody) has, sorted."""
        rows = await self.rows(
            "SELECT rule_code, tier, n FROM achievement_unlock "
            "WHERE :player IS NULL OR user_id = :player ORDER BY 1, 2, 3",
            player=player,
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def codes(self, player: int) -> set[str]:
        """Codes of what a player has."""
        return {code for code, _, _ in await self.unlocks(player)}

    async def score(self, player: int) -> tuple[int, int, int, int]:
        """Event points, achievement points, achievements, level."""
        rows = await self.rows(
            "SELECT event_points, coalesce(achievement_points, 0), coalesce(achievements_count, 0), coalesce(level, 1) "
            "FROM achievement_score LEFT JOIN achievement_standing USING (user_id) WHERE user_id = :player",
            player=player,
        )
        return tuple(rows[0])  # type: ignore[return-value]  # four columns

    async def facts(self, subject: str) -> list[dict[str, Any]]:
        """Payloads of the facts that wait to be told."""
        rows = await self.rows("SELECT payload FROM kit_outbox WHERE subject = :subject ORDER BY id", subject=subject)
        return [row[0] for row in rows]

    async def patches(self, stream: str) -> dict[str, Any]:
        """What a follower of a stream from its beginning holds now."""
        rows = await self.rows(
            "SELECT key, value FROM live_patches JOIN live_streams ON live_streams.id = stream_id "
            "WHERE name = :stream ORDER BY live_patches.version",
            stream=stream,
        )
        held: dict[str, Any] = {}
        for key, value in rows:
            held.pop(key, None) if value is None else held.__setitem__(key, value)
        return held

    async def rows(self, statement: str, **params: Any) -> Sequence[Any]:
        """Look into the tables."""
        if "player" in params:
            statement = statement.replace(":player IS NULL", "CAST(:player AS bigint) IS NULL")
        async with (await self.container.get(Database)).sessions() as db:
            return (await db.execute(text(statement), params)).all()

    async def rule(self, source: str, *, live: bool = True) -> None:
        """Keep a rule written in YAML, and let it live."""
        async with unit_of_work(self.container) as scope:
            rules = await scope.get(Rules)
            kept = await rules.create(caller=OPERATOR, rule=rules.read(caller=OPERATOR, body=None, source=source))
        await self.reload()
        if live:
            async with unit_of_work(self.container) as scope:
                await (await scope.get(Rules)).change(
                    caller=OPERATOR, code=kept.rule.code, state=RuleState.LIVE, rule=None
                )
            await self.reload()

    async def reload(self) -> None:
        """Have the catalogue read the rows now."""
        await (await self.container.get(RuleBook)).reload()
