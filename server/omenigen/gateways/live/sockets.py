"""All sockets of this process: how many there may be, who has gone silent, what everybody must hear."""

import itertools
from collections import Counter, OrderedDict
from functools import partial
from random import SystemRandom

import structlog

from omenigen.gateways.live import frames
from omenigen.gateways.live.codes import Close
from omenigen.gateways.live.doors import Doors
from omenigen.gateways.live.errors import TooManySockets
from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.metrics import CLOSED, SOCKETS
from omenigen.gateways.live.protocol import Pipe
from omenigen.gateways.live.resuming import Resumer
from omenigen.gateways.live.socket import Socket
from omenigen.kit.auth import Caller, Game, User
from omenigen.kit.clock import Clock
from omenigen.kit.streams import StreamKinds

log = structlog.get_logger(__name__)

PER_USER = 10
PER_IP = 100
STRANGERS_PER_IP = 10
SILENT_SECONDS = 60.0
LIFETIME_SECONDS = 24 * 3600.0
SPREAD_MS = 20_000

_spread = SystemRandom()  # nobody replays a shutdown: any spread will do


class Sockets:
    """Open, count and close the sockets of one process."""

    def __init__(self, hub: Hub, resumer: Resumer, kinds: StreamKinds, doors: Doors, clock: Clock) -> None:
        self._hub = hub
        self._resumer = resumer
        self._kinds = kinds
        self._doors = doors
        self._clock = clock
        self._numbers = itertools.count(1)
        self._open: dict[str, Socket] = {}
        self._by_anchor: dict[str, OrderedDict[str, Socket]] = {}
        self._by_ip: Counter[str] = Counter()
        self._strangers: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def ensure_room(self, ip: str, *, stranger: bool) -> None:
        """Demand that an address may open one more socket. Raises `TooManySockets`."""
        if self._by_ip[ip] + self._strangers[ip] >= PER_IP or (stranger and self._strangers[ip] >= STRANGERS_PER_IP):
            raise TooManySockets(retry_after=60)

    def stranger_came(self, ip: str) -> None:
        """Count a connection that has not yet said who it is."""
        self._strangers[ip] += 1

    def stranger_left(self, ip: str) -> None:
        """Uncount it, whether it was let in or not."""
        self._strangers[ip] -= 1
        if self._strangers[ip] <= 0:
            del self._strangers[ip]

    def open(self, *, caller: Caller, ip: str, pipe: Pipe) -> Socket:
        """Register an accepted caller and greet them; the oldest of eleven sockets of one user goes."""
        number = f"{self._hub.node}-{next(self._numbers)}"
        socket = Socket(
            id=number,
            caller=caller,
            ip=ip,
            pipe=pipe,
            hub=self._hub,
            resumer=self._resumer,
            kinds=self._kinds,
            doors=self._doors,
            clock=self._clock,
            on_end=partial(self._ended, number),
        )
        self._open[number] = socket
        self._by_ip[ip] += 1
        siblings = self._by_anchor.setdefault(socket.anchor, OrderedDict())
        siblings[number] = socket
        SOCKETS.labels("native").inc()
        if len(siblings) > PER_USER and isinstance(caller, User):
            next(iter(siblings.values())).end(Close.REPLACED)
        socket.link.send(self._hello(socket))
        return socket

    def left(self, socket: Socket, code: int) -> None:
        """Forget a socket whose connection is over."""
        if socket.id in self._open:
            CLOSED.labels(str(code)).inc()
            self._remove(socket)
        socket.forget()

    def sweep(self) -> None:
        """Close who has been silent for a minute, or here for a day."""
        now = self._clock.monotonic()
        for socket in list(self._open.values()):
            if now - socket.heard_at > SILENT_SECONDS:
                socket.end(Close.SILENT)
            elif now - socket.opened_at > LIFETIME_SECONDS:
                socket.end(Close.SESSION_ENDED)

    def tell_state(self, stale: bool) -> None:
        """Tell everybody whether what they see may be old."""
        frame = frames.frame("state", live="stale" if stale else "fresh")
        for socket in self._open.values():
            socket.link.send(frame)

    def begin_epoch(self, old: str | None) -> None:
        """Have every socket load anew."""
        for socket in list(self._open.values()):
            socket.begin_epoch(self._hello(socket), old)

    def _hello(self, socket: Socket) -> bytes:
        assert self._hub.epoch is not None, "the door waits for the epoch"
        caller = socket.caller
        return frames.hello(
            epoch=self._hub.epoch,
            user=caller.user_id if isinstance(caller, User) else None,
            app=caller.source_id if isinstance(caller, Game) else None,
            socket=socket.id,
            now=self._clock.now(),
        )

    def _ended(self, id: str, close: Close) -> None:
        socket = self._open.get(id)
        if socket is None:
            return
        if close is Close.RESTART:
            socket.link.send(frames.frame("bye", code=close.value, after_ms=_spread.randint(0, SPREAD_MS)))
        CLOSED.labels(str(close.value)).inc()
        self._remove(socket)

    def _remove(self, socket: Socket) -> None:
        del self._open[socket.id]
        self._by_ip[socket.ip] -= 1
        if self._by_ip[socket.ip] <= 0:
            del self._by_ip[socket.ip]
        siblings = self._by_anchor[socket.anchor]
        siblings.pop(socket.id, None)
        if not siblings:
            del self._by_anchor[socket.anchor]
        SOCKETS.labels("native").dec()
