"""All API keys in memory: a request finds out who calls without asking the database."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError

from omenigen.kit.auth import GAME_KEY_PREFIX, Game, Trust
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.ids import KeyId, SourceId, token_hash
from omenigen.kit.settings import HttpSettings
from omenigen.modules.achievements.errors import KeyExpired, KeyRevoked, KeyUnknown, TooFast
from omenigen.modules.achievements.queries import sources as queries

log = structlog.get_logger(__name__)

REFRESH_SECONDS = 2.0
"""A revoked key stops at every node after this long at most, even when nobody tells (promised: 5 s)."""

USED_TO = timedelta(minutes=1)
"""How exactly a key's last use is kept."""

OWN_SOURCE = "omenigen"
OPEN_SOURCE = "demo"
EVERY_SCOPE = frozenset({"events:write", "users:write", "users:read", "stats:read", "rules:write"})
USUAL_SCOPES = EVERY_SCOPE - {"rules:write"}
PLAYERS_ALL = "players:all"
"""The scope of a key that reaches every player, not only its game's own: given by the operator alone."""

OPERATOR_SCOPES = USUAL_SCOPES | {PLAYERS_ALL}
"""What a key made at the command line may do unless told otherwise."""

USUAL_RATE, USUAL_BURST = 200, 1_000


@dataclass(slots=True, kw_only=True)
class LiveKey:
    """A key as requests meet it: who it is, what it may do, and how much of its burst is left."""

    game: Game
    source_name: str
    owner_id: int | None
    sees_all: bool
    zone: str | None
    rate: float
    burst: float
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None = None
    left: float = field(default=0.0)
    counted_at: float | None = None

    def take(self, cost: int, now: float) -> None:
        """Take `cost` events of the burst. Raises `TooFast` with the time until there are enough."""
        if self.counted_at is None:
            self.left = self.burst
        else:
            self.left = min(self.burst, self.left + (now - self.counted_at) * self.rate)
        self.counted_at = now
        cost = min(cost, int(self.burst))
        if self.left < cost:
            raise TooFast(retry_after=max(1, int((cost - self.left) / self.rate + 0.999)))
        self.left -= cost


class KeyRing:
    """Find keys by their hash; read all anew every two seconds while they are used, and when told of a change."""

    def __init__(self, database: Database, clock: Clock, settings: HttpSettings) -> None:
        self._database = database
        self._clock = clock
        self._open = settings.open_intake and settings.loopback
        self._keys: Mapping[bytes, LiveKey] = {}
        self._read_at: float | None = None
        self._dirty = False
        self._noting: set[asyncio.Task[None]] = set()
        self._reading: asyncio.Task[None] | None = None
        self._own: LiveKey | None = None
        self._demo: LiveKey | None = None

    async def game(self, key: str) -> Game:
        """Return the game behind a key. Raises `KeyUnknown`, `KeyRevoked`, `KeyExpired`."""
        return (await self.key(key)).game

    async def key(self, key: str) -> LiveKey:
        """Return a live key. Raises `KeyUnknown`, `KeyRevoked`, `KeyExpired`."""
        if not key.startswith(GAME_KEY_PREFIX) or len(key) > 128 or not key.isascii():
            raise KeyUnknown
        await self._fresh()
        found = self._keys.get(token_hash(key))
        if found is None:
            raise KeyUnknown
        if found.revoked_at is not None:
            raise KeyRevoked
        if found.expires_at is not None and found.expires_at <= self._clock.now():
            raise KeyExpired
        self._note_used(found)
        return found

    async def open_key(self) -> LiveKey | None:
        """Return what stands in for a key while intake is open to everybody on this machine (demo), else None."""
        if not self._open:
            return None
        await self._fresh()
        return self._demo

    async def own_key(self) -> LiveKey:
        """Return the platform's own source, by which its facts become events."""
        await self._fresh()
        assert self._own is not None
        return self._own

    def zone_of(self, source_id: SourceId) -> str:
        """Return the zone of players who have told a game none."""
        return next((key.zone for key in self._keys.values() if key.game.source_id == source_id and key.zone), "UTC")

    def sees_all(self, game: Game) -> bool:
        """Say whether a game may see every player: the platform's own and the operator's trusted ones, and the demo."""
        if game.trust is Trust.OFFICIAL or PLAYERS_ALL in game.scopes:
            return True
        return self._demo is not None and game.source_id == self._demo.game.source_id

    def stale(self) -> None:
        """Read all anew before the next use: something changed."""
        self._dirty = True

    def _note_used(self, key: LiveKey) -> None:
        """Remember for the game's builder when a key was used: to the minute, and never in the way of a request."""
        now = self._clock.now()
        if key.used_at is not None and now - key.used_at < USED_TO:
            return
        key.used_at = now
        task = asyncio.create_task(self._keep_used(key.game.key_id, now))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _keep_used(self, key_id: KeyId, at: datetime) -> None:
        try:
            async with self._database.reads.connect() as db:
                await queries.note_key_used(db, key_id, at)
        except (DBAPIError, InterfaceError, OSError, TimeoutError) as error:
            log.debug("a key's use was not noted", key=key_id, error=type(error).__name__)

    async def _fresh(self) -> None:
        now = self._clock.monotonic()
        if self._read_at is not None and not self._dirty and now - self._read_at < REFRESH_SECONDS:
            return
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(now))
        await asyncio.shield(self._reading)

    async def _read(self, now: float) -> None:
        self._dirty = False
        try:
            async with self._database.reads.connect() as db:
                if self._own is None:
                    await self._ensure_sources(db)
                rows = await queries.all_keys(db)
        except (DBAPIError, InterfaceError, OSError, TimeoutError):
            # Known keys stay good for a while: the write itself will say that the database is away.
            if self._read_at is None:
                raise
            self._dirty = True
            log.warning("keys could not be read anew")
            return
        before = self._keys
        self._keys = {row.digest: _kept(row, before.get(row.digest)) for row in rows}
        self._read_at = now

    async def _ensure_sources(self, db) -> None:  # type: ignore[no-untyped-def] # AsyncConnection
        moment = self._clock.now()
        own = await queries.ensure_source(db, name=OWN_SOURCE, trust=Trust.OFFICIAL, now=moment)
        if self._open:
            demo = await queries.ensure_source(db, name=OPEN_SOURCE, trust=Trust.SERVER, now=moment)
            self._demo = _keyless(demo, OPEN_SOURCE, Trust.SERVER)
        self._own = _keyless(own, OWN_SOURCE, Trust.OFFICIAL)


def _kept(row: queries.KeyAndSource, before: LiveKey | None) -> LiveKey:
    trust = Trust(row.trust)
    return LiveKey(
        game=Game(
            key_id=KeyId(row.key_id),
            source_id=SourceId(row.source_id),
            trust=trust,
            scopes=frozenset(row.scopes),
            types=None if row.types is None else frozenset(row.types),
            vouched=row.vouched,
        ),
        source_name=row.source_name,
        owner_id=row.owner_id,
        sees_all=trust is Trust.OFFICIAL or PLAYERS_ALL in row.scopes,
        zone=row.zone,
        rate=row.rate,
        burst=row.burst,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=before.used_at if before and before.used_at else row.last_used_at,
        left=before.left if before else 0.0,
        counted_at=before.counted_at if before else None,
    )


def _keyless(source_id: SourceId, name: str, trust: Trust) -> LiveKey:
    """What acts for a source without any key: our own facts, and the open demo."""
    return LiveKey(
        game=Game(key_id=KeyId(0), source_id=source_id, trust=trust, scopes=EVERY_SCOPE, types=None),
        source_name=name,
        owner_id=None,
        sees_all=True,
        zone=None,
        rate=10_000,
        burst=50_000,
        expires_at=None,
        revoked_at=None,
    )
