"""The bare loop: accept a WebSocket by hand, then write the same prepared frame into every transport."""

import asyncio
import base64
import hashlib
import sys
from typing import cast

import orjson
import uvloop
from common import emit_at, entity, obey, rss

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
transports: list[asyncio.Transport] = []


class Bare(asyncio.Protocol):
    """Shake hands, then only be written to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is not a subclass
        self.shaken = False

    def data_received(self, data: bytes) -> None:
        if not self.shaken and (at := data.lower().find(b"sec-websocket-key: ")) >= 0:
            self.shaken = True
            key = data[at + 19 : data.index(b"\r\n", at)]
            accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
            transports.append(self.transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.transport in transports:
            transports.remove(self.transport)


def emit(number: int) -> None:
    """Encode once, write everywhere."""
    body = orjson.dumps(
        {
            "op": "patch", "stream": "user.1", "from": number, "to": number + 1,
            "put": {"m/511": entity(number)}, "drop": [], "why": "chat.message_posted",
        }
    )  # fmt: skip
    frame = b"\x81\x7e" + len(body).to_bytes(2, "big") + body
    for transport in transports:
        transport.write(frame)


async def main() -> None:
    """Serve until stdin ends."""
    await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await obey({"emit": lambda count, rate: emit_at(int(count), rate, emit), "rss": rss})


if __name__ == "__main__":
    uvloop.run(main())
