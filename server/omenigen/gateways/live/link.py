"""The way out to one client, bounded: a slow reader loses whispers first, then the connection, never a patch."""

from collections import deque

from omenigen.gateways.live.metrics import EPH_DROPPED, QUEUE
from omenigen.gateways.live.protocol import Pipe

MOST_FRAMES = 256
MOST_BYTES = 1024 * 1024
EPHEMERAL_BELOW = 128


class Link:
    """Write into a pipe while it flows; queue a little while it does not.

    `overflow` is called once when the bound is passed. Fan-out itself never waits: it either writes or queues.
    """

    __slots__ = ("_bytes", "_pipe", "_queue", "closed", "flows", "overflowed", "write")

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self.write = pipe.write
        self.flows = True
        self.closed = False
        self.overflowed = False
        self._queue: deque[tuple[bytes, bool]] | None = None
        self._bytes = 0

    @property
    def waiting(self) -> int:
        """How many frames wait here."""
        return len(self._queue) if self._queue else 0

    def send(self, frame: bytes) -> bool:
        """Send a frame that must arrive; return False where the client is too slow to get it."""
        if self.closed:
            return True
        if self.flows:
            self._write(frame)
            return True
        self._add(frame, ephemeral=False)
        if self._is_full():
            self._drop_ephemeral()
        self.overflowed = self._is_full()
        return not self.overflowed

    def send_ephemeral(self, frame: bytes) -> None:
        """Send a frame that may vanish."""
        if self.closed:
            return
        if self.flows:
            self._write(frame)
        elif self.waiting < EPHEMERAL_BELOW:
            self._add(frame, ephemeral=True)
        else:
            EPH_DROPPED.inc()

    def pause(self) -> None:
        """Begin to queue: the pipe is full."""
        self.flows = False

    def resume(self) -> None:
        """Write what waited, for as long as the pipe takes it."""
        self.flows = True
        while self.flows and self._queue and not self.closed:
            frame, _ = self._queue.popleft()
            self._bytes -= len(frame)
            self._write(frame)
        if not self._queue:
            self._queue = None

    def end(self, code: int, reason: str) -> None:
        """Close; what waited is dropped, for a client that resumes gets it again."""
        if not self.closed:
            self.closed = True
            self._queue = None
            self._pipe.end(code, reason)

    def lost(self) -> None:
        """Note that the connection is over: nothing can be written any more."""
        self.closed = True
        self.flows = False
        self._queue = None

    def _write(self, frame: bytes) -> None:
        try:
            self.write(frame)
        except RuntimeError:  # uvloop's answer between the end of a transport and the call that tells of it
            self.lost()

    def _add(self, frame: bytes, *, ephemeral: bool) -> None:
        if self._queue is None:
            self._queue = deque()
        self._queue.append((frame, ephemeral))
        self._bytes += len(frame)
        QUEUE.observe(len(self._queue))

    def _is_full(self) -> bool:
        return self.waiting > MOST_FRAMES or self._bytes > MOST_BYTES

    def _drop_ephemeral(self) -> None:
        kept = deque(item for item in self._queue or () if not item[1])
        EPH_DROPPED.inc(self.waiting - len(kept))
        self._queue = kept
        self._bytes = sum(len(frame) for frame, _ in kept)
