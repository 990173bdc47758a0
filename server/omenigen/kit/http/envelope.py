"""Around every request: its id, size limit, security headers, metrics and one log line."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from omenigen.kit.errors import BodyTooLarge
from omenigen.kit.http.callers import SAFE_METHODS
from omenigen.kit.http.problems import BODY_MAX
from omenigen.kit.metrics import REQUEST_SECONDS, REQUESTS

log = structlog.get_logger(__name__)

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
