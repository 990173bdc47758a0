"""The operator stands up for games: without that, what a game says counts as its owner's own word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller, Role, require_role
from omenigen.kit.clock import Clock
from omenigen.kit.ids import UserId
from omenigen.kit.outbox import Outbox
from omenigen.modules.accounts.public import Card, Players
from omenigen.modules.achievements.errors import SourceNotFound
from omenigen.modules.achievements.events import VouchChanged
from omenigen.modules.achievements.models import SourceRow
from omenigen.modules.achievements.queries import sources as queries
from omenigen.modules.achievements.service.keyring import OWN_SOURCE, KeyRing
from omenigen.modules.achievements.service.nudges import CATALOG, KEYS, Nudges


@dataclass(frozen=True, slots=True, kw_only=True)
class GameLine:
    """A game in the operator's list; `owner` is None for one that was made at the command line."""

    row: SourceRow
    owner: Card | None
    live_keys: int
    players: int
    events_last_day: int


class Vouching:
    """List games, vouch for them, take it back; every node acts on it within five seconds."""

    def __init__(
        self, session: AsyncSession, players: Players, keys: KeyRing, nudges: Nudges, outbox: Outbox, clock: Clock
    ) -> None:
        self._session = session
        self._players = players
        self._keys = keys
        self._nudges = nudges
        self._outbox = outbox
        self._clock = clock

    async def page(self, *, caller: Caller, after: int | None, limit: int) -> tuple[list[GameLine], int | None]:
        """List games from the newest, and where the next page starts. Raises what `require_role` raises."""
        require_role(caller, Role.OPERATOR)
        rows = await queries.page_of_sources(self._session, but=OWN_SOURCE, before=after, limit=limit + 1)
        shown = rows[:limit]
        return await self._lines(shown), shown[-1].id if len(rows) > limit else None

    async def change(self, *, caller: Caller, source_id: int, vouched: bool) -> GameLine:
        """Vouch for a game, or take it back; again changes nothing.

        What was earned before stays as it was, either way. Raises what `require_role` raises, `SourceNotFound`.
        """
        operator = require_role(caller, Role.OPERATOR)
        row = await queries.lock_source(self._session, source_id)
        if row is None or row.name == OWN_SOURCE:
            raise SourceNotFound(source_id=source_id)
        if vouched != (row.vouched_at is not None):
            row.vouched_at = self._clock.now() if vouched else None
            row.vouched_by = operator.user_id if vouched else None
            await self._session.flush()
            self._outbox.record(
                VouchChanged(user_id=row.owner_id, source_id=row.id, vouched=vouched, by=operator.user_id)
            )
            self._keys.stale()
            self._nudges.tell_soon(KEYS)
            self._nudges.tell_soon(CATALOG)  # points of the game's own rules
        return (await self._lines([row]))[0]

    async def _lines(self, rows: Sequence[SourceRow]) -> list[GameLine]:
        ids, now = [row.id for row in rows], self._clock.now()
        keys = await queries.live_keys(self._session, ids, now)
        players = await queries.players_of(self._session, ids)
        events = await queries.events_of_each(self._session, ids, now - timedelta(days=1))
        owners = await self._players.cards([UserId(row.owner_id) for row in rows if row.owner_id is not None])
        return [
            GameLine(
                row=row,
                owner=None if row.owner_id is None else owners.get(UserId(row.owner_id)),
                live_keys=keys.get(row.id, 0),
                players=players.get(row.id, 0),
                events_last_day=events.get(row.id, 0),
            )
            for row in rows
        ]
