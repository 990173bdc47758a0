"""The HTTP edge: one route class that commits, one table of statuses, one form of saying no."""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
import structlog
from dishka import AsyncContainer, Scope
from dishka.integrations.fastapi import DishkaRoute
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from omenigen.kit.auth import (
    GAME_KEY_PREFIX,
    Anonymous,
    Caller,
    Game,
    GameAuthenticator,
    PeopleAuthenticator,
    User,
)
from omenigen.kit.edge import Edge
from omenigen.kit.errors import (
    BodyTooLarge,
    Conflict,
    CsrfFailed,
    FieldInvalid,
    Forbidden,
    Invalid,
    NotFound,
    OriginRefused,
    Refusal,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from omenigen.kit.idempotency import IdempotencyKeys, Raced, attempt_of
from omenigen.kit.metrics import REQUEST_SECONDS, REQUESTS
from omenigen.kit.settings import HttpSettings
from omenigen.kit.texts import Locale, Texts, asked_locale, choose_locale

log = structlog.get_logger(__name__)

ACCESS_COOKIE = "om_access"
REFRESH_COOKIE = "om_refresh"
CSRF_COOKIE = "om_csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_MAX = 1024 * 1024
PROBLEM = "application/problem+json"

STATUSES: Mapping[type[Refusal], int] = {
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
    BodyTooLarge: 413,
}
"""The one table from kinds of refusals to HTTP statuses; a nearer class wins."""

_SERIALIZATION_FAILURES = frozenset({"40001", "40P01"})
_LOCK_TIMEOUT = "55P03"


class DatabaseAway(Unavailable):
    """The database does not answer."""

    code = "kit.unavailable"


class NoSuchRoute(NotFound):
    """There is no such address."""

    code = "kit.no_such_route"


class MethodNotAllowed(Invalid):
    """This address does not take this method."""

    code = "kit.method_not_allowed"


class BrokenBody(Invalid):
    """The body is not readable JSON."""

    code = "kit.broken_body"


def status_of(kind: type[Refusal]) -> int:
    """Return the HTTP status of a refusal."""
    return next(STATUSES[base] for base in kind.__mro__ if base in STATUSES)


def refusals(*kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """Describe refusals for OpenAPI: `responses=refusals(UserNotFound, UsernameTaken)`."""
    described: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        status = status_of(kind)
        entry = described.setdefault(
            status,
            {
                "description": "",
                "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
            },
        )
        sentence = (kind.__doc__ or kind.code).strip().splitlines()[0]
        entry["description"] = "\n".join(filter(None, [entry["description"], f"`{kind.code}`: {sentence}"]))
        entry["content"][PROBLEM]["examples"][kind.code] = {
            "value": {"type": f"/problems/{kind.code}", "title": sentence, "status": status, "code": kind.code}
        }
    return described


PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "A refusal (RFC 9457). `code` is stable; `detail` is in the caller's language.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "params"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "params": {"type": "object", "additionalProperties": True},
        "instance": {"type": "string"},
    },
}


class TransactionalRoute(DishkaRoute):
    """Open the request's scope, run the endpoint, commit, and only then let the answer leave.

    FastAPI closes dependency scopes after the answer has been sent, too late for a commit that may still fail. So
    this route holds the scope itself. A refusal rolls back; a deadlock or a lost race under an idempotency key runs
    the whole verb once more.
    """

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override] # Awaitable is enough
        handle = super().get_route_handler()

        async def transactional(request: Request) -> Response:
            container: AsyncContainer = request.app.state.dishka_container
            request.state.operation = self.name
            try:
                return await _run(container, request, handle)
            except Raced:
                return await _run(container, request, handle)
            except DBAPIError as error:
                if sqlstate(error) not in _SERIALIZATION_FAILURES or getattr(request, "_form", None) is not None:
                    raise
                return await _run(container, request, handle)

        return transactional


async def _run(
    container: AsyncContainer, request: Request, handle: Callable[[Request], Awaitable[Response]]
) -> Response:
    async with container({Request: request}, scope=Scope.REQUEST) as scope:
        request.state.dishka_container = scope
        if request.method in SAFE_METHODS:
            return await handle(request)
        try:
            response = await _answer_once(scope, request, handle)
        except Refusal as refusal:
            if refusal.commits:
                await (await scope.get(Edge)).commit()
            raise
        versions = await (await scope.get(Edge)).commit()
        _name_versions(response, versions, await scope.get(Caller))
        return response


async def _answer_once(
    scope: AsyncContainer, request: Request, handle: Callable[[Request], Awaitable[Response]]
) -> Response:
    key = request.headers.get("idempotency-key")
    caller: Caller = await scope.get(Caller)
    if key is None or request.method != "POST" or isinstance(caller, Anonymous):
        return await handle(request)
    kind, actor = ("user", int(caller.user_id)) if isinstance(caller, User) else ("source", int(caller.source_id))
    attempt = attempt_of(
        actor_kind=kind,
        actor_id=actor,
        key=key,
        method=request.method,
        path=request.url.path,
        body=await request.body(),
    )
    keys = await scope.get(IdempotencyKeys)
    if (kept := await keys.find(attempt)) is not None:
        status = 200 if kept.status == 201 else kept.status
        return Response(kept.body or None, status_code=status, media_type="application/json")
    response = await handle(request)
    # A secret that is shown once must not be kept: such answers are marked no-store and are not repeated.
    if response.status_code < 300 and response.headers.get("cache-control") != "no-store":
        await keys.keep(attempt, status=response.status_code, body=bytes(response.body))
    return response


def _name_versions(response: Response, versions: Mapping[str, int], caller: Caller) -> None:
    """Tell which streams moved, but never another person's own stream."""
    own = f"user.{caller.user_id}" if isinstance(caller, User) else None
    shown = [f"{name}={to}" for name, to in versions.items() if not name.startswith("user.") or name == own]
    if shown:
        response.headers["Live-Versions"] = ", ".join(shown)


def api_router(*, prefix: str, tags: list[str]) -> APIRouter:
    """Make a router whose routes commit at the edge."""
    return APIRouter(prefix=prefix, tags=list(tags), route_class=TransactionalRoute)


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


# ── saying no ──────────────────────────────────────────────────────────────────────────────────────────────────────


def problem(request: HTTPConnection, refusal: Refusal) -> Response:
    """Render a refusal as problem+json in the caller's language."""
    texts: Texts = request.app.state.texts
    locale = locale_of(request)
    status = status_of(type(refusal))
    title = texts.say(locale, f"kinds.{status}")
    body = {
        "type": f"/problems/{refusal.code}",
        "title": title,
        "status": status,
        "code": refusal.code,
        "detail": texts.say(locale, f"errors.{refusal.code}", **refusal.params),
        "params": refusal.params,
        "instance": request.url.path,
    }
    headers = {"Cache-Control": "no-store", "Content-Language": locale.value}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="omenigen"'
    if isinstance(refusal, MethodNotAllowed):
        status = 405
        body["status"] = status
    return Response(orjson.dumps(body, default=str), status_code=status, media_type=PROBLEM, headers=headers)


def locale_of(request: HTTPConnection) -> Locale:
    """Return the language to answer in: what the client asks for, else the signed-in person's own (see `named`)."""
    known: Locale | None = getattr(request.state, "locale", None)
    return known or choose_locale(request.headers.get("accept-language"))


def install_problems(app: FastAPI) -> None:
    """Turn every way of failing into one form of answer."""

    async def on_refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return problem(request, error)

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem(request, refusal_of(error.errors(), request.app.state.texts, locale_of(request)))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if isinstance(error.__cause__, Refusal):  # raised while FastAPI was reading the body
            return problem(request, error.__cause__)
        match error.status_code:
            case 404:
                return problem(request, NoSuchRoute(path=request.url.path))
            case 405:
                return problem(request, MethodNotAllowed(method=request.method))
            case 413:
                return problem(request, BodyTooLarge(limit=BODY_MAX))
            case _:
                return problem(request, BrokenBody())

    async def on_database(request: Request, error: Exception) -> Response:
        if (refusal := away(error)) is not None:
            log.warning("database away", error=type(error).__name__)
            return problem(request, refusal)
        return await on_failure(request, error)

    async def on_failure(request: Request, error: Exception) -> Response:
        log.error("request failed", path=request.url.path, exc_info=error)
        return internal_problem(request)

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    for kind in (DBAPIError, InterfaceError, PoolTimeout, OSError):
        app.add_exception_handler(kind, on_database)
    app.add_exception_handler(Exception, on_failure)


def internal_problem(request: Request) -> Response:
    """Render the answer to a fault of ours: nothing of its cause is shown."""
    locale = locale_of(request)
    texts: Texts = request.app.state.texts
    body = {
        "type": "/problems/kit.internal",
        "title": texts.say(locale, "kinds.500"),
        "status": 500,
        "code": "kit.internal",
        "detail": texts.say(locale, "errors.kit.internal"),
        "params": {"request_id": getattr(request.state, "request_id", None)},
        "instance": request.url.path,
    }
    return Response(orjson.dumps(body), status_code=500, media_type=PROBLEM)


def away(error: BaseException) -> Unavailable | None:
    """Return the refusal for an error that means "the database does not answer now", else None."""
    if isinstance(error, DBAPIError):
        state = sqlstate(error)
        # 08 connection · 57 operator intervention (shutdown, crash) · 53 out of resources · 55P03 lock timeout
        if error.connection_invalidated or state == _LOCK_TIMEOUT or state[:2] in {"08", "57", "53"} or not state:
            return DatabaseAway(retry_after=1)
        return None
    if isinstance(error, PoolTimeout | OSError):
        return DatabaseAway(retry_after=1)
    return None


def sqlstate(error: DBAPIError) -> str:
    """Return the five-letter SQLSTATE of a database error, or an empty string."""
    return str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or "")


def refusal_of(errors: Any, texts: Texts, locale: Locale) -> Refusal:  # Any: pydantic's list of error dicts
    """Return the refusal for the first of pydantic's errors, its reason said in our own words."""
    first = errors[0]
    if first["type"] in {"json_invalid", "json_type"}:
        return BrokenBody()
    place = [str(part) for part in first["loc"] if part not in {"body", "query", "path", "header"}]
    key = f"validation.{first['type']}"
    reason = texts.say(locale, key if texts.has(locale, key) else "validation.other", **first.get("ctx", {}))
    return FieldInvalid(field=".".join(place) or "body", error=reason)


# ── around every request ───────────────────────────────────────────────────────────────────────────────────────────

_SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), payment=(), usb=()"),
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        b"connect-src 'self'; font-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
        b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
)


class Envelope:
    """Wrap every HTTP exchange: request id, size limit, security headers, metrics and one log line."""

    def __init__(self, app: ASGIApp, *, body_max: Mapping[str, int], secure: bool) -> None:
        self._app = app
        self._body_max = body_max
        self._headers = list(_SECURITY_HEADERS)
        self._children: dict[tuple[str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}
        if secure:
            self._headers.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = secrets.token_hex(8)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 500

        async def send_wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                names = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in self._headers if header[0] not in names),
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        limit = self._body_max.get(scope["path"], BODY_MAX)
        try:
            await self._app(scope, _limited(scope, receive, limit), send_wrapped)
        except ClientDisconnect:
            status = 499
        finally:
            self._tell(state, scope, status, time.perf_counter() - started)

    def _metrics(self, operation: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
        """Return the two to tell, remembered: looking a label up costs more than counting."""
        found = self._children.get((operation, status))
        if found is None:
            found = REQUESTS.labels(operation, str(status)).inc, REQUEST_SECONDS.labels(operation).observe
            self._children[operation, status] = found
        return found

    def _tell(self, state: dict[str, Any], scope: AsgiScope, status: int, seconds: float) -> None:
        operation = state.get("operation", "other")
        count, observe = self._metrics(operation, status)
        count()
        observe(seconds)
        # What happens a thousand times a second is told only where it went wrong.
        quiet = scope["method"] in SAFE_METHODS or (status < 400 and state.get("often", False))
        say = log.warning if status >= 500 else log.debug if quiet else log.info
        say("request", operation=operation, path=scope["path"], status=status, ms=round(seconds * 1000, 1))


def _limited(scope: AsgiScope, receive: Receive, limit: int) -> Receive:
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), None)
    # Refused when the application first reads the body, so that the answer is a problem like any other.
    too_large = declared is not None and (not declared.isdigit() or int(declared) > limit)
    taken = 0

    async def receive_limited() -> Message:
        nonlocal taken
        if too_large:
            raise BodyTooLarge(limit=limit)
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                raise BodyTooLarge(limit=limit)
        return message

    return receive_limited


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
