"""The native WebSocket door: Origin, credential, limits, and only then `accept`.

CORS does not cover WebSockets: a foreign page's script may open one with the visitor's cookies. So the Origin is
checked here, before anything else is looked at.
"""

import asyncio
from urllib.parse import parse_qs

import structlog
from dishka import AsyncContainer, Scope
from starlette.requests import HTTPConnection
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from omenigen.gateways.live import frames, inbound
from omenigen.gateways.live.audit import Audit
from omenigen.gateways.live.codes import Close
from omenigen.gateways.live.errors import BadFrame, TicketsUnavailable
from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.metrics import CLOSED
from omenigen.gateways.live.protocol import EXTENSION, Pipe
from omenigen.gateways.live.refreshing import AWAY
from omenigen.gateways.live.sockets import Sockets
from omenigen.gateways.live.tickets import Tickets
from omenigen.kit.auth import Anonymous, Caller
from omenigen.kit.errors import Forbidden, OriginRefused, Refusal, Unauthenticated, Unavailable
from omenigen.kit.http import ACCESS_COOKIE, Identify, client_ip, problem
from omenigen.kit.settings import HttpSettings

log = structlog.get_logger(__name__)

TICKET_SECONDS = 5.0
IDENTIFIED_AT_ONCE = 8
"""Below half the database pool: a storm of reconnects queues here, and requests go on being answered."""


class _Turned(Exception):
    """The caller was accepted only to be told why they cannot stay."""

    def __init__(self, close: Close) -> None:
        super().__init__(close)
        self.close = close


class Door:
    """Let a caller in, read their frames until they go."""

    def __init__(
        self,
        settings: HttpSettings,
        sockets: Sockets,
        tickets: Tickets,
        hub: Hub,
        audit: Audit,
        container: AsyncContainer,
    ) -> None:
        self._origins = settings.origins
        self._sockets = sockets
        self._tickets = tickets
        self._hub = hub
        self._audit = audit
        self._container = container
        self._places = asyncio.Semaphore(IDENTIFIED_AT_ONCE)

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI)."""
        connection = HTTPConnection(scope)
        pipe: Pipe = scope["extensions"][EXTENSION]
        ip = client_ip(connection)
        await receive()  # websocket.connect
        try:
            who = await self._identify(connection)
            self._sockets.ensure_room(ip, stranger=isinstance(who, Anonymous))
        except Refusal as refusal:
            await _deny(connection, refusal, send)
            return
        await send({"type": "websocket.accept"})
        try:
            caller = await self._let_in(connection, who, ip, receive)
        except _Turned as turned:
            CLOSED.labels(str(turned.close.value)).inc()
            pipe.end(turned.close.value, turned.close.name.lower())
            return
        del connection, who
        await self._serve(caller, ip, pipe, receive)

    async def _identify(self, connection: HTTPConnection) -> Caller | Close:
        """Return the caller, nobody (who must show a ticket), or why an accepted socket is closed at once.

        Raises `OriginRefused` (no upgrade) for a page that is not ours, `Unauthenticated` for a bad header.
        """
        origin = connection.headers.get("origin")
        if origin is not None and origin not in self._origins:
            raise OriginRefused(origin=origin[:200])
        by_header = "authorization" in connection.headers or "x-api-key" in connection.headers
        by_cookie = origin is not None and ACCESS_COOKIE in connection.cookies
        if not by_header and not by_cookie:
            return Anonymous()
        try:
            async with self._places, self._container(scope=Scope.REQUEST) as scope:
                caller = await (await scope.get(Identify)).caller(connection, "GET")
        except Forbidden:
            return Close.BANNED
        except (Unavailable, *AWAY):
            return Close.AWAY
        # A browser cannot read the status of a refused upgrade: a stale cookie is told by a close code.
        return Close.SESSION_ENDED if isinstance(caller, Anonymous) else caller

    async def _let_in(self, connection: HTTPConnection, who: Caller | Close, ip: str, receive: Receive) -> Caller:
        if isinstance(who, Close):
            raise _Turned(who)
        _ensure_version(parse_qs(connection.scope["query_string"].decode("latin-1")).get("v", ["1"])[0])
        if isinstance(who, Anonymous):
            self._sockets.stranger_came(ip)
            try:
                who = await self._by_ticket(receive)
            finally:
                self._sockets.stranger_left(ip)
        if self._hub.epoch is None:
            try:
                await self._audit.look()
            except AWAY as error:
                raise _Turned(Close.AWAY) from error
        return who

    async def _by_ticket(self, receive: Receive) -> Caller:
        try:
            async with asyncio.timeout(TICKET_SECONDS):
                message = await receive()
            frame = inbound.read(message.get("text") or "")
            if not isinstance(frame, inbound.Auth):
                raise _Turned(Close.SESSION_ENDED)
            _ensure_version(str(frame.v))
            return await self._tickets.redeem(frame.ticket)
        except (TimeoutError, BadFrame, Unauthenticated) as error:
            raise _Turned(Close.SESSION_ENDED) from error
        except TicketsUnavailable as error:
            raise _Turned(Close.AWAY) from error

    async def _serve(self, caller: Caller, ip: str, pipe: Pipe, receive: Receive) -> None:
        socket = self._sockets.open(caller=caller, ip=ip, pipe=pipe)
        code = Close.LEFT.value
        try:
            while True:
                message = await receive()
                if message["type"] == "websocket.disconnect":
                    code = message.get("code") or code
                    return
                socket.hear(message.get("text"))
        finally:
            self._sockets.left(socket, code)


def _ensure_version(version: str) -> None:
    if version != str(frames.PROTOCOL):
        raise _Turned(Close.TOO_OLD)


async def _deny(connection: HTTPConnection, refusal: Refusal, send: Send) -> None:
    """Answer the handshake over HTTP: no upgrade, a problem like every other."""
    response = problem(connection, refusal)
    headers = [(name, value) for name, value in response.raw_headers]
    await send({"type": "websocket.http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": bytes(response.body)})
