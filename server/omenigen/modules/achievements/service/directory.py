"""What intake must know of players, in memory: do they exist, whose days do they live in, which games may see them."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.ids import UserId
from omenigen.modules.accounts.public import AccountState, PlayerRecord, UserNotFound
from omenigen.modules.achievements.models import PlayerRow
from omenigen.modules.achievements.queries import sources as queries
from omenigen.modules.achievements.rules.days import Calendar
from omenigen.modules.achievements.service.keyring import LiveKey

FRESH_SECONDS = 30.0
"""After this a player is read again, together with all others of the same second, while what is known still serves."""

TRUSTED_SECONDS = 300.0
"""After this nothing is believed any more. Links and leavings are told at once; only a zone may be older."""

KEPT_PLAYERS = 50_000
READ_AT_ONCE = 1_000


ReadRecords = Callable[[Sequence[UserId]], Awaitable[Mapping[UserId, PlayerRecord]]]
"""Ask accounts for players, in a unit of work of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A player as intake sees them."""

    user_id: int
    calendar: Calendar
    sources: frozenset[int]
    read_at: float


class Directory:
    """Remember players for half a minute; those that are asked for at once are read together."""

    def __init__(self, database: Database, read_records: ReadRecords, clock: Clock) -> None:
        self._database = database
        self._read_records = read_records
        self._clock = clock
        self._known: OrderedDict[int, Known] = OrderedDict()
        self._wanted: dict[int, asyncio.Future[Known | None]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._ageing: set[int] = set()
        self._refreshing: asyncio.Task[None] | None = None

    def at_hand(self, user_id: int) -> Known | None:
        """Return a player that was read lately."""
        known = self._known.get(user_id)
        if known is None:
            return None
        age = self._clock.monotonic() - known.read_at
        if age > FRESH_SECONDS:
            if age > TRUSTED_SECONDS:
                return None
            self._refresh_soon(user_id)
        return known

    async def find(self, user_id: int) -> Known | None:
        """Return a player, reading them where needed; None where there is none."""
        return self.at_hand(user_id) or await self._read_soon(user_id)

    async def seen_by(self, key: LiveKey, user_id: int) -> Known:
        """Return a player that the key's game may see. Raises `UserNotFound` for all others, existing or not."""
        known = await self.find(user_id)
        if known is None or not may_see(key, known):
            raise UserNotFound(user_id=user_id)
        return known

    def forget(self, user_id: int) -> None:
        """Read a player anew next time: something about them changed."""
        self._known.pop(user_id, None)

    def _refresh_soon(self, user_id: int) -> None:
        self._ageing.add(user_id)
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        while self._ageing:
            await asyncio.sleep(1)
            ageing, self._ageing = sorted(self._ageing), set()
            for start in range(0, len(ageing), READ_AT_ONCE):
                some = ageing[start : start + READ_AT_ONCE]
                found = await self._read(some)
                for user_id in some:
                    if user_id not in found:
                        self.forget(user_id)

    async def _read_soon(self, user_id: int) -> Known | None:
        waiting = self._wanted.get(user_id)
        if waiting is None:
            waiting = self._wanted[user_id] = asyncio.get_running_loop().create_future()
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._read_wanted())
        return await asyncio.shield(waiting)

    async def _read_wanted(self) -> None:
        while self._wanted:
            wanted, self._wanted = self._wanted, {}
            try:
                found = await self._read(sorted(wanted))
            except Exception as error:  # noqa: BLE001 # whoever waits must hear of it, whatever it is
                for waiting in wanted.values():
                    waiting.set_exception(error)
                continue
            for user_id, waiting in wanted.items():
                waiting.set_result(found.get(user_id))

    async def _read(self, user_ids: Sequence[int]) -> dict[int, Known]:
        records = await self._read_records([UserId(user_id) for user_id in user_ids])
        async with self._database.reads.connect() as db:
            rows = await queries.players_among(db, user_ids)
            links = await queries.linked_among(db, user_ids)
            calendars = {
                int(user_id): await self._calendar(db, record, rows.get(user_id)) for user_id, record in records.items()
            }
        now = self._clock.monotonic()
        found = {
            user_id: Known(user_id=user_id, calendar=calendar, sources=links.get(user_id, frozenset()), read_at=now)
            for user_id, calendar in calendars.items()
        }
        self._keep(found)
        return found

    async def _calendar(self, db: AsyncConnection, record: PlayerRecord, row: PlayerRow | None) -> Calendar:
        """Return a player's calendar; note a player met for the first time, and a move to another zone."""
        zone = record.time_zone
        if row is None:
            await queries.keep_player(db, user_id=record.id, made_by=record.source_id, zone=zone)
            return Calendar(zone=zone)
        # Until a person claims the player, the zone is the one that the game gave.
        if row.zone == zone or record.state is AccountState.UNCLAIMED:
            return Calendar(zone=row.zone, before=row.zone_before, since=row.zone_since)
        now = self._clock.now()
        await queries.keep_player(db, user_id=record.id, made_by=row.made_by, zone=zone, before=row.zone, since=now)
        return Calendar(zone=zone, before=row.zone, since=now)

    def _keep(self, found: dict[int, Known]) -> None:
        self._known.update(found)
        while len(self._known) > KEPT_PLAYERS:
            self._known.popitem(last=False)


def may_see(key: LiveKey, known: Known) -> bool:
    """Say whether a game may see a player: it made them, they linked themselves, or it is the platform's own."""
    return key.sees_all or key.game.source_id in known.sources
