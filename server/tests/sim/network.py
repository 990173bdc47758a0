"""The network of the simulation: a bus that loses, doubles and reorders; lines that stall, go deaf and break."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from omenigen.gateways.live.protocol import Listener
from omenigen.gateways.live.wire import Told, Whisper, read_told, write_told
from omenigen.kit.streams.client import LineClosed

if TYPE_CHECKING:
    from tests.sim.nodes import Node

HIGH_BYTES, LOW_BYTES = 4096, 1024
LATE_SECONDS = 0.05


class SimBus:
    """NATS core as the worst day knows it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.nodes: list[Node] = []
        self.away = False
        self.drop, self.double, self.reorder = 0.15, 0.05, 0.10
        self.lost: set[tuple[str, str, int]] = set()
        """Which patches did not reach which node in time: (node, stream, version)."""

    def heal(self) -> None:
        """Lose nothing from now on."""
        self.away = False
        self.drop = self.double = self.reorder = 0.0

    def carry(self, sender: "Node", told: Told) -> None:
        """Take a message to every other node, or not."""
        message = write_told(told)
        for node in self.nodes:
            if node is sender:
                continue
            if self.away or not node.alive or self._rng.random() < self.drop:
                self.lose(node, told)
                continue
            for _ in range(2 if self._rng.random() < self.double else 1):
                late = self._rng.random() < self.reorder
                delay = self._rng.uniform(LATE_SECONDS, 1.5) if late else self._rng.uniform(0.001, LATE_SECONDS)
                if late:
                    self.lose(node, told)
                asyncio.get_running_loop().call_later(delay, node.hear, node.life, f"live.{told.stream}", message)

    def lose(self, node: "Node", told: Told) -> None:
        """Note that a node will not hear of a patch in time."""
        self.lost.add((node.name, told.stream, told.to))


class SimWire:
    """One node's side of the bus."""

    def __init__(self, bus: SimBus, node: "Node") -> None:
        self._bus = bus
        self._node = node
        self.mute = False

    @property
    def connected(self) -> bool:
        return not self._bus.away

    def tell(self, told: Told) -> None:
        if self.mute:
            for node in self._bus.nodes:
                self._bus.lose(node, told)
        else:
            self._bus.carry(self._node, told)

    def whisper(self, whisper: Whisper) -> None:
        """Nobody whispers here."""


def read(subject: str, message: bytes) -> Told:
    """Read a message as a node does."""
    return read_told(subject, message)


class SimLine:
    """A TCP connection seen from both ends: in order, until it breaks; it may stall, or go deaf unnoticed."""

    def __init__(self, rng: random.Random, *, to_server: Callable[[str], None], on_lost: Callable[[int], None]) -> None:
        self._rng = rng
        self._to_server = to_server
        self._on_lost = on_lost
        self._listener: Listener | None = None
        self._arrived: asyncio.Queue[str | int] = asyncio.Queue()
        self._on_the_way: deque[bytes] = deque()
        self._bytes = 0
        self._full = False
        self._moving = False
        self._sent_until = 0.0
        self.slow_until = 0.0
        self.deaf = False
        self.open = True

    # ── the server's end (a Pipe) ──

    def listen(self, listener: Listener) -> None:
        self._listener = listener

    def write(self, frame: bytes) -> None:
        if not self.open:
            return
        self._on_the_way.append(frame)
        self._bytes += len(frame)
        if self._bytes > HIGH_BYTES and not self._full and self._listener is not None:
            self._full = True
            self._listener.pause()
        if not self._moving:
            self._moving = True
            asyncio.get_running_loop().call_later(self._rng.uniform(0.002, 0.03), self._move)

    def buffered(self) -> int:
        return self._bytes

    def end(self, code: int, reason: str) -> None:
        if self.open:
            self.open = False
            asyncio.get_running_loop().call_later(0.01, self._arrived.put_nowait, code)

    def _move(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self.slow_until:
            loop.call_at(self.slow_until, self._move)
            return
        self._moving = False
        while self._on_the_way:
            frame = self._on_the_way.popleft()
            self._bytes -= len(frame)
            if not self.deaf:
                self._arrived.put_nowait(_text(frame))
        if self._full and self._bytes < LOW_BYTES and self._listener is not None:
            self._full = False
            self._listener.resume()

    # ── the client's end (a Line) ──

    async def send(self, text: str) -> None:
        if not self.open:
            raise LineClosed(1006)
        loop = asyncio.get_running_loop()
        self._sent_until = max(self._sent_until, loop.time() + self._rng.uniform(0.002, 0.03))
        loop.call_at(self._sent_until, self._reach, text)

    async def receive(self) -> str:
        arrived = await self._arrived.get()
        if isinstance(arrived, int):
            self.break_off(arrived)
            raise LineClosed(arrived)
        return arrived

    async def close(self) -> None:
        if self.open:
            self.break_off(1000)

    def break_off(self, code: int) -> None:
        """Break for both ends; what was on the way is lost."""
        if self.open:
            self.open = False
            self._arrived.put_nowait(code)
        self._on_the_way.clear()
        self._listener = None
        self._on_lost(code)

    def _reach(self, text: str) -> None:
        if self.open and not self.deaf:
            self._to_server(text)


def _text(frame: bytes) -> str:
    size = frame[1]
    start = 2 if size < 126 else 4 if size == 126 else 10
    return frame[start:].decode()


__all__ = ["Any", "SimBus", "SimLine", "SimWire", "read"]
