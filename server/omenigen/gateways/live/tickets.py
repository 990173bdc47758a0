"""Tickets: a way in for pages that can send neither a cookie nor a header with their socket."""

import orjson

from omenigen.gateways.live.errors import TicketsUnavailable
from omenigen.kit.auth import Anonymous, Caller, Game, Role, Trust, User
from omenigen.kit.cache import AWAY, Redis
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.ids import KeyId, SessionId, SourceId, UserId, new_token, token_hash
from omenigen.kit.texts import Locale

SECONDS = 30


class Tickets:
    """Issue and redeem tickets: 256 bits, 30 s, one use. Only their hashes are kept, in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def issue(self, caller: Caller) -> str:
        """Return a new ticket for the caller. Raises `TicketsUnavailable`, `Unauthenticated`."""
        if isinstance(caller, Anonymous):
            raise Unauthenticated
        ticket = new_token()
        try:
            await self._redis.set(_key(ticket), _write(caller), nx=True, ex=SECONDS)
        except AWAY as error:
            raise TicketsUnavailable(retry_after=5) from error
        return ticket

    async def redeem(self, ticket: str) -> Caller:
        """Return who the ticket was issued to; it is worth nothing from then on. Raises `Unauthenticated`."""
        try:
            # Read and removed in one command: of two who show the same ticket, one gets in.
            kept = await self._redis.getdel(_key(ticket))
        except AWAY as error:
            raise TicketsUnavailable(retry_after=5) from error
        if kept is None:
            raise Unauthenticated
        return _read(kept)


def _key(ticket: str) -> str:
    return f"live:ticket:{token_hash(ticket).hex()}"


def _write(caller: User | Game) -> bytes:
    if isinstance(caller, User):
        return orjson.dumps(
            {
                "user": caller.user_id,
                "session": caller.session_id,
                "role": caller.role.value,
                "locale": caller.locale.value,
            }
        )
    types = None if caller.types is None else sorted(caller.types)
    return orjson.dumps(
        {
            "key": caller.key_id,
            "source": caller.source_id,
            "trust": caller.trust.value,
            "scopes": sorted(caller.scopes),
            "types": types,
        }
    )


def _read(kept: bytes | str) -> Caller:
    fields = orjson.loads(kept)
    if "user" in fields:
        return User(
            user_id=UserId(fields["user"]),
            session_id=SessionId(fields["session"]),
            role=Role(fields["role"]),
            locale=Locale(fields["locale"]),
        )
    return Game(
        key_id=KeyId(fields["key"]),
        source_id=SourceId(fields["source"]),
        trust=Trust(fields["trust"]),
        scopes=frozenset(fields["scopes"]),
        types=None if fields["types"] is None else frozenset(fields["types"]),
    )
