"""Games and what they may do: keys, event types, players who let them in."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import GAME_KEY_PREFIX, Caller, Role, Trust, User, require_user
from omenigen.kit.clock import Clock
from omenigen.kit.ids import KeyId, SourceId, UserId, token_hash
from omenigen.kit.outbox import Outbox
from omenigen.kit.streams import Streams
from omenigen.modules.accounts.public import Players
from omenigen.modules.achievements.catalog import Catalog, EventType
from omenigen.modules.achievements.errors import (
    KeyNotFound,
    LinkCodeInvalid,
    SchemaUnsupported,
    SourceNameTaken,
    SourceNotFound,
    TooManyKeys,
    TooManySources,
    TypeTaken,
)
from omenigen.modules.achievements.events import KeyIssued
from omenigen.modules.achievements.models import KeyRow, LinkCodeRow, RefusedRow, SourceRow, TypeRow
from omenigen.modules.achievements.queries import sources as queries
from omenigen.modules.achievements.rules.details import UnsupportedSchema, compile_schema
from omenigen.modules.achievements.service.directory import Directory
from omenigen.modules.achievements.service.keyring import (
    OPEN_SOURCE,
    OWN_SOURCE,
    USUAL_BURST,
    USUAL_RATE,
    USUAL_SCOPES,
    KeyRing,
)
from omenigen.modules.achievements.service.nudges import CATALOG, KEYS, PLAYERS, Nudges
from omenigen.modules.achievements.service.refused import KEPT
from omenigen.modules.achievements.service.rulebook import type_of

SOURCES_MAX = 20
KEYS_MAX = 2
LINK_MINUTES = 10
# Without letters and digits that look alike.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"  # noqa: S105 (letters, not a secret)
_SECRET_LENGTH = 43


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A new key; `key` is shown once and kept nowhere."""

    id: KeyId
    source_id: SourceId
    key: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """A key in the operator's list."""

    id: KeyId
    source_id: SourceId
    source: str
    trust: Trust
    prefix: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """A game with its counts."""

    row: SourceRow
    live_keys: int
    players: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeState:
    """How a game's events are doing."""

    refused: Sequence[RefusedRow]
    last_minute: int
    last_hour: int
    last_event_at: datetime | None
    waiting: int
    lag_seconds: float


class Sources:
    """Connect games; a game belongs to the person who connected it, and the operator may do all of it."""

    def __init__(
        self,
        session: AsyncSession,
        keys: KeyRing,
        directory: Directory,
        catalog: Catalog,
        players: Players,
        nudges: Nudges,
        outbox: Outbox,
        streams: Streams,
        clock: Clock,
    ) -> None:
        self._session = session
        self._streams = streams
        self._keys = keys
        self._directory = directory
        self._catalog = catalog
        self._players = players
        self._nudges = nudges
        self._outbox = outbox
        self._clock = clock

    async def create(self, *, caller: Caller, name: str, title: str, zone: str | None) -> SourceCard:
        """Connect a game. Its owner is in its sight at once; only the operator's own is vouched for from the start.

        Raises `SourceNameTaken`, `TooManySources`.
        """
        user = require_user(caller)
        if len(await queries.sources_of(self._session, user.user_id)) >= SOURCES_MAX:
            raise TooManySources(limit=SOURCES_MAX)
        if name in (OWN_SOURCE, OPEN_SOURCE):
            raise SourceNameTaken(name=name)
        row = await self._insert(
            name=name,
            title=title or name,
            owner=user.user_id,
            trust=Trust.SERVER,
            zone=zone,
            vouched=user.role is Role.OPERATOR,
        )
        await self._directory.find(user.user_id)
        await queries.link(self._session, source_id=row.id, user_id=user.user_id, now=self._clock.now())
        self._forget_player(user.user_id)
        return SourceCard(row=row, live_keys=0, players=1)

    async def list(self, *, caller: Caller) -> list[SourceCard]:
        """List the caller's games; the operator sees everybody's, but not the platform itself."""
        user = require_user(caller)
        found = await queries.sources_of(self._session, None if user.role is Role.OPERATOR else user.user_id)
        rows = [row for row in found if row.name != OWN_SOURCE]
        ids = [row.id for row in rows]
        keys = await queries.live_keys(self._session, ids, self._clock.now())
        players = await queries.players_of(self._session, ids)
        return [SourceCard(row=row, live_keys=keys.get(row.id, 0), players=players.get(row.id, 0)) for row in rows]

    async def make_key(
        self,
        *,
        caller: Caller,
        source_id: int,
        scopes: Sequence[str] | None = None,
        types: Sequence[str] | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[KeyRow, str]:
        """Make a key of the caller's game; the text is shown once. Raises `SourceNotFound`, `TooManyKeys`."""
        source = await self._own(caller, source_id)
        alive = (await queries.live_keys(self._session, [source.id], self._clock.now())).get(source.id, 0)
        if alive >= KEYS_MAX:
            raise TooManyKeys(limit=KEYS_MAX)
        return await self._make_key(source, scopes, types, expires_at, USUAL_RATE, USUAL_BURST)

    async def keys(self, *, caller: Caller, source_id: int) -> Sequence[KeyRow]:
        """List the keys of the caller's game, newest first. Raises `SourceNotFound`."""
        source = await self._own(caller, source_id)
        return await queries.keys_of(self._session, source.id)

    async def drop_key(self, *, caller: Caller, source_id: int, key_id: int) -> None:
        """Revoke a key of the caller's game; again changes nothing. Raises `SourceNotFound`, `KeyNotFound`."""
        source = await self._own(caller, source_id)
        row = await queries.key_of(self._session, source_id=source.id, key_id=KeyId(key_id))
        if row is None:
            raise KeyNotFound(key_id=key_id)
        self._revoke(row)

    async def types(self, *, caller: Caller, source_id: int) -> Sequence[EventType]:
        """List what the caller's game may send: its own types first, then the platform's. Raises `SourceNotFound`."""
        source = await self._own(caller, source_id)
        own = [type_of(row) for row in await queries.types_of(self._session, source.id)]
        return [*own, *(one for _, one in sorted(self._catalog.types.items()) if one.source_id is None)]

    async def declare_type(self, *, caller: Caller, source_id: int, code: str, wanted: Mapping[str, Any]) -> TypeRow:
        """Declare an event type of the caller's game, or a new version of it.

        `wanted` are the columns of `TypeRow` that a builder may choose. Raises `SourceNotFound`, `TypeTaken`,
        `SchemaUnsupported`.
        """
        source = await self._own(caller, source_id)
        if wanted["schema"] is not None:
            try:
                compile_schema(wanted["schema"])
            except UnsupportedSchema as error:
                raise SchemaUnsupported(field="schema", word=error.word) from error
        row = await queries.type_coded(self._session, code)
        known = self._catalog.types.get(code)
        if (row is None and known is not None) or (row is not None and row.source_id != source.id):
            raise TypeTaken(event_type=code)
        if row is None:
            row = TypeRow(source_id=source.id, code=code, version=0, self_reported=False)
            self._session.add(row)
        for column, value in wanted.items():
            setattr(row, column, value)
        row.version += 1
        row.changed_at = self._clock.now()
        await self._session.flush()
        self._nudges.tell_soon(CATALOG)
        return row

    async def link(self, *, caller: Caller, source_id: int, code: str) -> tuple[UserId, str]:
        """Let a game see the player who told it this code. Raises `SourceNotFound`, `LinkCodeInvalid`."""
        source = await self._own(caller, source_id)
        now = self._clock.now()
        user_id = await queries.take_link_code(self._session, code=code, now=now)
        if user_id is None:
            raise LinkCodeInvalid
        await queries.link(self._session, source_id=source.id, user_id=user_id, now=now)
        self._forget_player(user_id)
        cards = await self._players.cards([user_id])
        return user_id, cards[user_id].username

    async def leave(self, *, caller: Caller, source_id: int, user_id: int | None = None) -> None:
        """Take a player out of a game's sight: the caller, or by the game's owner anybody. Raises `SourceNotFound`."""
        user = require_user(caller)
        leaving = user_id if user_id is not None else int(user.user_id)
        if leaving != user.user_id:
            await self._own(caller, source_id)
        if not await queries.unlink(self._session, source_id=source_id, user_id=leaving):
            raise SourceNotFound(source_id=source_id)
        self._forget_player(leaving)

    async def link_code(self, *, caller: Caller) -> tuple[str, datetime]:
        """Return the caller's link code: eight characters, ten minutes; the living one if there is one."""
        user = require_user(caller)
        kept = await self._session.get(LinkCodeRow, user.user_id)
        if kept is not None and kept.expires_at > self._clock.now():
            return kept.code, kept.expires_at
        code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
        expires_at = self._clock.now() + timedelta(minutes=LINK_MINUTES)
        await queries.keep_link_code(self._session, user_id=user.user_id, code=code, expires_at=expires_at)
        return code, expires_at

    async def intake(self, *, caller: Caller, source_id: int) -> IntakeState:
        """Tell how a game's events are doing. Raises `SourceNotFound`."""
        source = await self._own(caller, source_id)
        now = self._clock.now()
        last_minute, _ = await queries.events_since(self._session, source.id, now - timedelta(minutes=1))
        last_hour, newest = await queries.events_since(self._session, source.id, now - timedelta(hours=1))
        waiting, oldest = await queries.waiting_marks(self._session)
        return IntakeState(
            refused=await queries.refused_of(self._session, source.id, limit=KEPT),
            last_minute=last_minute,
            last_hour=last_hour,
            last_event_at=newest,
            waiting=waiting,
            lag_seconds=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        )

    # ── the operator's own door: the command line ──────────────────────────────────────────────────────────────────

    async def issue_key(
        self,
        *,
        name: str,
        trust: Trust,
        owner: UserId | None = None,
        scopes: Sequence[str] | None = None,
        rate: int = USUAL_RATE,
        burst: int = USUAL_BURST,
    ) -> IssuedKey:
        """Make a key of the game called `name`, and the game where there is none.

        Raises `TooManyKeys`, `SourceNameTaken`.
        """
        source = await queries.source_named(self._session, name)
        if source is None:
            source = await self._insert(name=name, title=name, owner=owner, trust=trust, zone=None, vouched=True)
        elif source.owner_id != owner or source.name == OWN_SOURCE or source.trust != trust.value:
            raise SourceNameTaken(name=name)
        alive = (await queries.live_keys(self._session, [source.id], self._clock.now())).get(source.id, 0)
        if alive >= KEYS_MAX:
            raise TooManyKeys(limit=KEYS_MAX)
        row, key = await self._make_key(source, scopes, None, None, rate, burst)
        return IssuedKey(id=KeyId(row.id), source_id=SourceId(source.id), key=key, prefix=row.prefix)

    async def list_keys(self) -> Sequence[KeyLine]:
        """List every key of this installation, oldest first."""
        return [
            KeyLine(
                id=KeyId(key.id),
                source_id=SourceId(source.id),
                source=source.name,
                trust=Trust(source.trust),
                prefix=key.prefix,
                scopes=tuple(key.scopes),
                made_at=key.made_at,
                expires_at=key.expires_at,
                revoked_at=key.revoked_at,
            )
            for key, source in await queries.all_key_rows(self._session)
        ]

    async def revoke_key(self, *, key_id: KeyId) -> None:
        """Revoke a key; again changes nothing. Raises `KeyNotFound`."""
        row = await self._session.get(KeyRow, key_id)
        if row is None:
            raise KeyNotFound(key_id=key_id)
        self._revoke(row)

    async def _own(self, caller: Caller, source_id: int) -> SourceRow:
        """Take a game's row through its owner's hand; anybody else meets no such game."""
        user: User = require_user(caller)
        row = await queries.lock_source(self._session, source_id)
        if row is None or row.name == OWN_SOURCE or (row.owner_id != user.user_id and user.role is not Role.OPERATOR):
            raise SourceNotFound(source_id=source_id)
        return row

    async def _insert(
        self, *, name: str, title: str, owner: UserId | None, trust: Trust, zone: str | None, vouched: bool
    ) -> SourceRow:
        now = self._clock.now()
        row = SourceRow(
            name=name,
            title=title,
            owner_id=owner,
            trust=trust.value,
            zone=zone,
            state="live",
            made_at=now,
            vouched_at=now if vouched else None,
            vouched_by=owner if vouched else None,
        )
        try:
            async with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError as error:
            raise SourceNameTaken(name=name) from error
        return row

    async def _make_key(
        self,
        source: SourceRow,
        scopes: Sequence[str] | None,
        types: Sequence[str] | None,
        expires_at: datetime | None,
        rate: int,
        burst: int,
    ) -> tuple[KeyRow, str]:
        secret = "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(_SECRET_LENGTH))
        key = f"{GAME_KEY_PREFIX}{source.name}_{secret}"
        row = KeyRow(
            source_id=source.id,
            prefix=key[: -_SECRET_LENGTH + 4],
            digest=token_hash(key),
            scopes=sorted(scopes if scopes is not None else USUAL_SCOPES),
            types=None if types is None else sorted(types),
            rate=rate,
            burst=burst,
            made_at=self._clock.now(),
            expires_at=expires_at,
            revoked_at=None,
        )
        self._session.add(row)
        await self._session.flush()
        self._outbox.record(
            KeyIssued(
                user_id=source.owner_id,
                source_id=source.id,
                source=source.title or source.name,
                key_id=row.id,
                prefix=row.prefix,
            )
        )
        self._changed()
        return row, key

    def _revoke(self, row: KeyRow) -> None:
        if row.revoked_at is None:
            row.revoked_at = self._clock.now()
            self._streams.regate(f"app.{row.source_id}")
        self._changed()

    def _changed(self) -> None:
        """Have every node read the keys anew: a moment from now, when this unit of work is committed."""
        self._keys.stale()
        self._nudges.tell_soon(KEYS)

    def _forget_player(self, user_id: int) -> None:
        self._directory.forget(user_id)
        self._nudges.tell_soon(PLAYERS, str(user_id).encode())
