"""Who is calling, and the short-lived token that says so."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

import jwt

from omenigen.kit.clock import Clock
from omenigen.kit.errors import Forbidden, Unauthenticated
from omenigen.kit.ids import KeyId, SessionId, SourceId, UserId
from omenigen.kit.settings import AuthSettings
from omenigen.kit.texts import Locale


class Role(StrEnum):
    """What a person may do in the whole world; each role includes those before it."""

    PLAYER = "player"
    MODERATOR = "moderator"
    OPERATOR = "operator"

    @property
    def rank(self) -> int:
        """Position in the order of power, from 0."""
        return list(Role).index(self)


class Trust(StrEnum):
    """How far the word of an event's sender goes."""

    CLIENT = "client"
    SERVER = "server"
    OFFICIAL = "official"

    @property
    def rank(self) -> int:
        """Position in the order of trust, from 0."""
        return _TRUST_RANKS[self]


_TRUST_RANKS = {trust: rank for rank, trust in enumerate(Trust)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymous:
    """Nobody that we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with a live session."""

    user_id: UserId
    session_id: SessionId
    role: Role
    locale: Locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """An external game with a live API key."""

    key_id: KeyId
    source_id: SourceId
    trust: Trust
    scopes: frozenset[str]
    types: frozenset[str] | None
    """Event types the key may send; None means all that its source knows."""

    vouched: bool = True
    """The operator stands up for this game. Without that its word is its owner's own (docs/adr/0005)."""

    @property
    def word(self) -> Trust:
        """How far what the game says goes for recognition: no further than a player's own device until vouched for."""
        return self.trust if self.vouched else Trust.CLIENT

    @property
    def capped(self) -> bool:
        """Say whether points of its events fall under the daily cap of what players say of themselves."""
        return self.word is Trust.CLIENT


Caller = Anonymous | User | Game


class TokenInvalid(Unauthenticated):
    """The access token is not ours, damaged, or over."""

    code = "kit.token_invalid"


class RoleTooLow(Forbidden):
    """The caller's role does not include this."""

    code = "kit.role_too_low"


class PeopleOnly(Forbidden):
    """A game's key cannot do what only a person may."""

    code = "kit.people_only"


class PeopleAuthenticator(Protocol):
    """Tell which person stands behind an access token; implemented by the module of accounts."""

    async def person(self, token: str) -> User:
        """Return the person with a session that lives. Raises `Unauthenticated`."""
        ...


class GameAuthenticator(Protocol):
    """Tell which game stands behind an API key; implemented by the module of achievements."""

    async def game(self, key: str) -> Game:
        """Return the game whose key lives. Raises `Unauthenticated`."""
        ...


GAME_KEY_PREFIX = "omk_"
"""How every API key begins, so that a Bearer header tells a game from a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What an access token says."""

    user_id: UserId
    session_id: SessionId
    role: Role
    locale: Locale


class AccessTokens:
    """Issue and verify access tokens: JWT (RFC 7519), HS256, minutes to live."""

    ALGORITHM = "HS256"

    def __init__(self, settings: AuthSettings, clock: Clock) -> None:
        self._secret = settings.secret.get_secret_value()
        self._life = timedelta(minutes=settings.access_minutes)
        self._clock = clock

    @property
    def seconds(self) -> int:
        """How long a fresh token lives."""
        return int(self._life.total_seconds())

    def issue(self, claims: AccessClaims) -> str:
        """Sign a token that starts now."""
        now = self._clock.now()
        body = {
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "role": claims.role.value,
            "loc": claims.locale.value,
            "iat": int(now.timestamp()),
            "exp": int((now + self._life).timestamp()),
        }
        return jwt.encode(body, self._secret, algorithm=self.ALGORITHM)

    def verify(self, token: str) -> AccessClaims:
        """Read a token. Raises `TokenInvalid` for whatever is wrong with it."""
        try:
            # The product's own clock judges expiry, so that a test may turn its hands.
            body = jwt.decode(
                token,
                self._secret,
                algorithms=[self.ALGORITHM],
                options={"verify_exp": False, "verify_iat": False, "require": ["sub", "sid", "exp"]},
            )
            if int(body["exp"]) <= self._clock.now().timestamp():
                raise TokenInvalid
            return AccessClaims(
                user_id=UserId(int(body["sub"])),
                session_id=SessionId(int(body["sid"])),
                role=Role(body["role"]),
                locale=Locale(body["loc"]),
            )
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
            raise TokenInvalid from error


def require_user(caller: Caller) -> User:
    """Return the person who calls. Raises `Unauthenticated` for nobody, `PeopleOnly` for a game."""
    match caller:
        case User():
            return caller
        case Game():
            raise PeopleOnly
        case _:
            raise Unauthenticated


def require_role(caller: Caller, role: Role) -> User:
    """Return the person who calls if their role includes `role`. Raises `RoleTooLow` otherwise."""
    user = require_user(caller)
    if user.role.rank < role.rank:
        raise RoleTooLow(role=role.value)
    return user
