"""Saying no over HTTP: one table of statuses, one form of answer (RFC 9457), two languages."""

from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from omenigen.kit.errors import (
    BodyTooLarge,
    Conflict,
    FieldInvalid,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from omenigen.kit.texts import Locale, Texts, choose_locale

log = structlog.get_logger(__name__)

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
