"""uvicorn's WebSocket protocol with a side door: finished frames go straight to the transport."""

from collections.abc import Callable
from typing import Any, Protocol

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "omenigen.prepared"
"""Where the ASGI scope's `extensions` carry the pipe of this connection."""

_CLOSE_PATIENCE = 2.0


class Listener(Protocol):
    """Whoever fills a pipe: told when it is full, when it flows again, and when the server stops."""

    def pause(self) -> None:
        """The write buffer is above its high mark."""
        ...

    def resume(self) -> None:
        """The write buffer has drained."""
        ...

    def lost(self) -> None:
        """The connection is over."""
        ...

    def shut_down(self) -> None:
        """The server is about to close the connection."""
        ...


class Pipe(Protocol):
    """One connection as the hub sees it: bytes of finished frames in, and an end."""

    def write(self, frame: bytes) -> None:
        """Hand over a finished frame; never waits."""
        ...

    def buffered(self) -> int:
        """Return how many bytes wait in the transport."""
        ...

    def end(self, code: int, reason: str) -> None:
        """Close with a code, without waiting for a peer that does not read."""
        ...

    def listen(self, listener: Listener) -> None:
        """Tell `listener` when the pipe is full, drained or shut down."""
        ...


class PreparedFramesProtocol(WebSocketsSansIOProtocol):
    """Speak WebSocket as uvicorn does, and hand `transport.write` to the hub through the scope.

    Server frames are not masked and deflate is off, so one finished frame serves every follower: nothing is encoded,
    copied or awaited per socket.
    """

    listener: Listener | None = None
    write: Callable[[bytes], None]

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # a refused handshake has none
            self.write = self.transport.write
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def listen(self, listener: Listener) -> None:
        self.listener = listener

    def buffered(self) -> int:
        return self.transport.get_write_buffer_size()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.listener is not None:
            self.listener.pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.listener is not None:
            self.listener.resume()

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # answered over HTTP; uvicorn would call that an error in its log

    def shutdown(self) -> None:
        if self.listener is not None and not self.close_sent:
            self.listener.shut_down()
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.lost()
        super().connection_lost(exc)

    def end(self, code: int, reason: str) -> None:
        """Send a close frame now. uvicorn's own close waits until the buffer drains: a slow reader would never go."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(_CLOSE_PATIENCE, self.transport.abort)
