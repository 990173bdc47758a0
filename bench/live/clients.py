"""Five hundred sockets that do as little as they can: count frames, and read the clock in every tenth socket."""

import asyncio
import os
import time
from collections.abc import Sequence
from typing import Any, TypeVar

import orjson

_Kind = TypeVar("_Kind", bound="Client")
_UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n{headers}\r\n"
)


class Client(asyncio.Protocol):
    """One socket, parsed by hand."""

    def __init__(self, *, path: str, port: int, headers: str, timed: bool) -> None:
        self._hello = _UPGRADE.format(path=path, port=port, headers=headers).encode()
        self._timed = timed
        self._buffer = bytearray()
        self._shaken = False
        self._waiting: list[tuple[str, asyncio.Future[dict[str, Any]]]] = []
        self.patches = 0
        self.last = 0
        self.numbered = False
        """Whether to read each patch's version into `last`."""
        self.code = 1006
        self.lags: list[float] = []
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._hello)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(ConnectionError(f"closed with {self.code}"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._shaken:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            assert self._buffer.startswith(b"HTTP/1.1 101"), bytes(self._buffer[:200])
            del self._buffer[: end + 4]
            self._shaken = True
        start = 0
        while len(self._buffer) >= start + 2:
            size, head = self._buffer[start + 1], 2
            if size == 126:
                size, head = int.from_bytes(self._buffer[start + 2 : start + 4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(self._buffer[start + 2 : start + 10], "big"), 10
            if len(self._buffer) < start + head + size:
                break
            if self._buffer[start] == 0x88:
                self.code = int.from_bytes(self._buffer[start + 2 : start + 4], "big")
            else:
                self._take(self._buffer[start + head : start + head + size])
            start += head + size
        del self._buffer[:start]

    def _take(self, body: bytearray) -> None:
        if b'"patch"' in body[:20]:
            self.patches += 1
            if self.numbered:
                at = body.find(b'"to":') + 5
                self.last = int(body[at : body.index(b",", at)])
            if self._timed and (at := body.find(b'"t":')) >= 0:
                self.lags.append(time.time() - float(body[at + 4 : body.index(b"}", at)]))
        if self._waiting:
            text = body.decode()
            word, future = self._waiting[0]
            if word in text and not future.done():
                self._waiting.pop(0)
                future.set_result(orjson.loads(text) if text.startswith("{") else {"text": text})

    def until(self, word: str) -> asyncio.Future[dict[str, Any]]:
        """Wait for a frame that has a word in it."""
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append((word, future))
        return future

    def say(self, text: str) -> None:
        """Send a masked text frame."""
        body, mask = text.encode(), os.urandom(4)
        head = bytes((0x81, 0x80 | len(body))) if len(body) < 126 else b"\x81\xfe" + len(body).to_bytes(2, "big")
        self.transport.write(head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(body)))


class Screen(Client):
    """A socket that keeps the maps of its streams by the gap rule, as a device does, and times every message."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.maps: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.holes = 0

    def _take(self, body: bytearray) -> None:
        if b'"patch"' in body[:20]:
            now, frame = time.time(), orjson.loads(body)
            stream = frame["stream"]
            if frame["to"] > self.versions[stream]:
                self.holes += frame["from"] > self.versions[stream]
                self.versions[stream] = frame["to"]
                self.maps[stream] |= frame["put"]
                for key in frame["drop"]:
                    self.maps[stream].pop(key, None)
                self.lags += [now - one["t"] for one in frame["put"].values()]
        else:
            super()._take(body)


async def connect(
    port: int, *, path: str = "/", headers: str = "", timed: bool = False, kind: type[_Kind] = Client
) -> _Kind:
    """Open one socket."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(
        lambda: kind(path=path, port=port, headers=headers, timed=timed), "127.0.0.1", port
    )
    return client


async def screen(port: int, token: str, streams: Sequence[str]) -> Screen:
    """Open one socket of ours that follows streams from their beginning."""
    client = await connect(port, path="/api/v1/live", headers=f"Authorization: Bearer {token}\r\n", kind=Screen)
    epoch = (await client.until('"hello"'))["epoch"]
    client.versions, client.maps = dict.fromkeys(streams, 0), {stream: {} for stream in streams}
    synced = client.until('"synced"')
    client.say(orjson.dumps({"op": "follow", "epoch": epoch, "have": client.versions}).decode())
    await synced
    return client


async def native(port: int, token: str, *, have: int | None = None, timed: bool = False) -> Client:
    """Open one socket of ours and follow `user.1`."""
    client = await connect(
        port, path="/api/v1/live", headers=f"Authorization: Bearer {token}\r\n", timed=timed
    )
    epoch = (await client.until('"hello"'))["epoch"]
    client.numbered, client.last = have is not None, have or 0
    synced = client.until('"synced"')
    client.say(orjson.dumps({"op": "follow", "epoch": epoch, "have": {"user.1": have}}).decode())
    await synced
    return client


async def socketio(port: int, *, timed: bool = False) -> Client:
    """Open one socket of socket.io's."""
    client = await connect(port, path="/socket.io/?EIO=4&transport=websocket", timed=timed)
    await client.until("sid")
    joined = client.until("40")
    client.say("40")
    await joined
    return client


async def bare(port: int, *, timed: bool = False) -> Client:
    """Open one socket of the bare loop."""
    client = await connect(port, timed=timed)
    await asyncio.sleep(0.005)
    return client
