"""Who calls: an API key, a Bearer token, or the cookies of our own page."""

import secrets
from dataclasses import replace

import structlog
from starlette.requests import HTTPConnection

from omenigen.kit.auth import (
    GAME_KEY_PREFIX,
    Anonymous,
    Caller,
    Game,
    GameAuthenticator,
    PeopleAuthenticator,
    User,
)
from omenigen.kit.errors import CsrfFailed, OriginRefused, Unauthenticated
from omenigen.kit.settings import HttpSettings
from omenigen.kit.texts import asked_locale

ACCESS_COOKIE = "om_access"
REFRESH_COOKIE = "om_refresh"
CSRF_COOKIE = "om_csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Identify:
    """Find out who calls, from an API key, a Bearer token, or our own page's cookies."""

    def __init__(self, people: PeopleAuthenticator, games: GameAuthenticator, settings: HttpSettings) -> None:
        self._people = people
        self._games = games
        self._origins = settings.origins

    async def caller(self, connection: HTTPConnection, method: str) -> Caller:
        """Return the caller of a request.

        A header credential that is wrong is refused (`Unauthenticated`); a stale cookie makes its bearer anonymous,
        so that signing in again works. Cookies act only for our own pages: `OriginRefused`, `CsrfFailed`.
        """
        if (key := connection.headers.get("x-api-key")) is not None:
            return await self._games.game(key)
        if (header := connection.headers.get("authorization")) is not None:
            scheme, _, credential = header.partition(" ")
            if scheme.lower() != "bearer" or not credential:
                raise Unauthenticated
            if credential.startswith(GAME_KEY_PREFIX):
                return await self._games.game(credential)
            return await self._people.person(credential)
        return await self._by_cookie(connection, method)

    async def _by_cookie(self, connection: HTTPConnection, method: str) -> Caller:
        unsafe = method not in SAFE_METHODS
        origin = connection.headers.get("origin")
        if unsafe and origin is not None and origin not in self._origins:
            raise OriginRefused(origin=origin[:200])
        token = connection.cookies.get(ACCESS_COOKIE)
        if token is None:
            return Anonymous()
        try:
            user = await self._people.person(token)
        except Unauthenticated:
            return Anonymous()
        if unsafe:
            ensure_csrf(connection)
        return user


def ensure_csrf(connection: HTTPConnection) -> None:
    """Demand that the header repeats the readable cookie (double submit). Raises `CsrfFailed`."""
    sent, kept = connection.headers.get("x-csrf-token", ""), connection.cookies.get(CSRF_COOKIE, "")
    if not kept or not secrets.compare_digest(sent.encode(), kept.encode()):
        raise CsrfFailed


def client_ip(connection: HTTPConnection) -> str:
    """Return the address of the caller as the server (or its trusted proxy) saw it."""
    return connection.client.host if connection.client else "unknown"


def named(caller: Caller, request: HTTPConnection) -> Caller:
    """Remember the caller's language for answers and their id for the log; return the caller, who now speaks it.

    A page says the language that it is shown in, and the answer must not mix with it; the account's own language is
    for callers that ask for none, and for what leaves without being asked: letters.
    """
    if isinstance(caller, User):
        caller = replace(caller, locale=asked_locale(request.headers.get("accept-language")) or caller.locale)
        request.state.locale = caller.locale
        structlog.contextvars.bind_contextvars(user_id=int(caller.user_id))
    elif isinstance(caller, Game):
        structlog.contextvars.bind_contextvars(source_id=int(caller.source_id))
    return caller
