"""How a client reaches the server: a line that carries frames, and requests beside it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from omenigen.kit.streams.client.commands import Accepted, Command, Refused, Undelivered

PATIENCE_SECONDS = 15.0


class LineClosed(Exception):
    """The connection is over; `code` says why (1006: it just vanished)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Line(Protocol):
    """An open connection."""

    async def send(self, text: str) -> None:
        """Send a frame. Raises `LineClosed`."""
        ...

    async def receive(self) -> str:
        """Wait for a frame. Raises `LineClosed`."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class Dial(Protocol):
    """Ways to the server; each raises `LineClosed` or `Undelivered` when there is none."""

    async def open(self) -> Line:
        """Open a connection."""
        ...

    async def copies(self, streams: Sequence[str]) -> Mapping[str, Any]:
        """Ask for fresh copies: `{epoch, streams: {name: {version, entities}}, gone}`."""
        ...

    async def send(self, command: Command) -> Accepted:
        """Send a write. Raises `Undelivered` or `Refused`."""
        ...


class WebDial:
    """Reach a server over WebSocket and HTTP with a bearer token; a write's `verb` is its path."""

    def __init__(self, address: str, token: str) -> None:
        self._socket_address = address.replace("http", "ws", 1) + "/api/v1/live"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.AsyncClient(base_url=address, headers=self._headers, timeout=PATIENCE_SECONDS)

    async def open(self) -> Line:
        try:
            connection = await connect(
                self._socket_address, additional_headers=self._headers, compression=None, max_size=None, proxy=None
            )
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise LineClosed(1006) from error
        return _WebLine(connection)

    async def copies(self, streams: Sequence[str]) -> Mapping[str, Any]:
        try:
            response = await self._http.get("/api/v1/live/snapshots", params={"streams": ",".join(streams)})
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise Undelivered from error
        copies: Mapping[str, Any] = response.json()
        return copies

    async def send(self, command: Command) -> Accepted:
        try:
            response = await self._http.post(
                command.verb, json=dict(command.body), headers={"Idempotency-Key": command.client_id}
            )
        except httpx.HTTPError as error:
            raise Undelivered from error
        if response.status_code >= 500 or response.status_code == 429:
            raise Undelivered
        if response.status_code >= 400:
            raise Refused(response.json().get("code", str(response.status_code)))
        return Accepted(versions=versions_of(response.headers.get("Live-Versions", "")))

    async def close(self) -> None:
        """Give the HTTP connections back."""
        await self._http.aclose()


class _WebLine:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise LineClosed(_code(error)) from error

    async def receive(self) -> str:
        try:
            return str(await self._connection.recv(decode=True))
        except ConnectionClosed as error:
            raise LineClosed(_code(error)) from error

    async def close(self) -> None:
        await self._connection.close()


def versions_of(header: str) -> dict[str, int]:
    """Read a `Live-Versions` header: `chat.42=918, user.7=33`."""
    pairs = (part.strip().partition("=") for part in header.split(",") if "=" in part)
    return {name: int(version) for name, _, version in pairs}


def _code(error: ConnectionClosed) -> int:
    return error.rcvd.code if error.rcvd is not None else 1006
