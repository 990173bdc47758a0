"""A server process of the simulation: the real hub, audit, resume and edge, and the ways it dies."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.gateways.live.audit import Audit
from omenigen.gateways.live.doors import Doors
from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.refreshing import Refresher
from omenigen.gateways.live.resuming import Resumer
from omenigen.gateways.live.socket import Socket
from omenigen.gateways.live.sockets import Sockets
from omenigen.gateways.live.topics import Topic
from omenigen.kit.auth import Caller
from omenigen.kit.clock import Clock
from omenigen.kit.edge import Edge
from omenigen.kit.outbox import Outbox, Relay
from omenigen.kit.streams import StreamKinds, Streams, Written
from omenigen.kit.streams.client import Accepted, LineClosed, Undelivered
from omenigen.kit.streams.reading import Copies, copies, still_picture
from tests.sim.database import SimDatabase
from tests.sim.network import SimBus, SimLine, SimWire, read

Verb = Callable[[AsyncSession, Streams], Awaitable[Any]]


class Killed(Exception):
    """The process died at this very step."""


class Parts:
    """The classes that a node is made of; a mutant replaces one."""

    hub = Hub
    refresher = Refresher
    resumer = Resumer
    edge = Edge
    streams = Streams
    audit: type["NodeAudit"]


class NodeAudit(Audit):
    """The real audit, which also reports what it found though nobody had lost it."""

    node: "Node"

    def _still_behind(self, topic: Topic, version: int) -> None:
        hub = self._hub
        if (
            hub.topics.get(topic.name) is topic
            and not topic.reading
            and topic.last is not None
            and topic.last < version
        ):
            lost = any(
                stream == topic.name and to > (topic.last or 0)
                for name, stream, to in self.node.bus.lost
                if name == self.node.name
            )
            if not lost:
                self.node.complain(f"{self.node.name} missed {topic.name}@{version} that reached it")
        super()._still_behind(topic, version)


Parts.audit = NodeAudit


class Node:
    """One process: sockets, hub, verbs; it dies and comes back empty."""

    def __init__(
        self,
        name: str,
        *,
        bus: SimBus,
        database: SimDatabase,
        kinds: StreamKinds,
        clock: Clock,
        rng: random.Random,
        parts: type[Parts],
        complain: Callable[[str], None],
    ) -> None:
        self.name = name
        self.bus = bus
        self.complain = complain
        self.alive = False
        self.life = 0
        self.killed_at: str | None = None
        """The step at which the next commit kills this process (`world.KILL_STEPS`)."""
        self._database = database
        self._kinds = kinds
        self._clock = clock
        self._rng = rng
        self._parts = parts
        self._tasks: list[asyncio.Task[None]] = []
        self._lines: dict[Socket, SimLine] = {}

    def start(self) -> None:
        """Come up with nothing but the table."""
        self.alive = True
        self.life += 1
        self.killed_at = None
        self.wire = SimWire(self.bus, self)
        self.hub = self._parts.hub(self.wire, self._clock, node=f"{self.name}x{self.life}")
        self._resumer = self._parts.resumer(self.hub, self._database, self._kinds)  # type: ignore[arg-type]
        doors = Doors(self._database, self._kinds, self._clock)  # type: ignore[arg-type]
        self.sockets = Sockets(self.hub, self._resumer, self._kinds, doors, self._clock)
        self._refresher = self._parts.refresher(self.hub, self._database, self._kinds)  # type: ignore[arg-type]
        self._audit = self._parts.audit(
            self.hub,
            self.wire,
            self._database,  # type: ignore[arg-type]
            self._clock,
            on_epoch=self.sockets.begin_epoch,
            on_state=self.sockets.tell_state,
        )
        self._audit.node = self
        self._tasks = [
            asyncio.create_task(self._refresher.run()),
            asyncio.create_task(self._audit.run()),
            asyncio.create_task(self._sweep()),
        ]

    def die(self) -> None:
        """kill -9."""
        if self.alive:
            self.alive = False
            for task in self._tasks:
                task.cancel()
            for line in list(self._lines.values()):
                line.break_off(1006)
            self._lines.clear()

    def hear(self, life: int, subject: str, message: bytes) -> None:
        """Take a message from the bus, unless this process has died since it was sent."""
        if self.alive and life == self.life:
            self.hub.hear(read(subject, message))

    def open(self, caller: Caller, ip: str) -> SimLine:
        """Accept a socket. Raises `LineClosed` while the process is down or has no epoch."""
        if not self.alive:
            raise LineClosed(1006)
        if self.hub.epoch is None:
            raise LineClosed(4503)
        socket: Socket

        def to_server(text: str) -> None:
            if self.alive:
                socket.hear(text)

        def on_lost(code: int) -> None:
            if self._lines.pop(socket, None) is not None:
                self.sockets.left(socket, code)

        line = SimLine(self._rng, to_server=to_server, on_lost=on_lost)
        socket = self.sockets.open(caller=caller, ip=ip, pipe=line)
        self._lines[socket] = line
        return line

    async def copies(self, caller: Caller, names: Iterable[str]) -> Copies:
        """Answer a request for fresh copies."""
        async with still_picture(self._database.sessions) as db:  # type: ignore[arg-type]
            return await copies(db, self._kinds, caller, list(names))

    async def run(self, verb: Verb) -> Any:
        """Run a verb in a unit of work through the real edge. Raises `Undelivered` when the process dies on the way."""
        if not self.alive:
            raise Undelivered
        life = self.life
        try:
            async with self._database.sessions() as session:
                streams = self._parts.streams(self._clock)
                result = await verb(session, streams)
                relay = Relay(None, None)  # type: ignore[arg-type] # nothing here records facts
                edge = self._parts.edge(session, Outbox(self._clock), streams, relay, _Announcer(self))
                event.listen(session.sync_session, "before_commit", lambda _: self.step("before_commit"))
                versions = await edge.commit()
        except Killed as error:
            raise Undelivered from error
        if not self.alive or life != self.life:
            raise Undelivered
        return result if result is not None else Accepted(versions=versions)

    def step(self, name: str) -> None:
        """Die here if this is the step to die at."""
        if self.killed_at == name:
            self.die()
            raise Killed(name)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(5)
            self.sockets.sweep()


class _Announcer:
    """The node's announcer, with the steps between a commit and its answer at which a process may die."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def announce(self, written: list[Written]) -> None:
        node = self._node
        if node.killed_at == "before_hub":
            _lose(node, written)
            node.step("before_hub")
        node.wire.mute = node.killed_at == "before_publish"
        node.hub.announce(written)
        node.step("before_publish")
        node.step("before_answer")


def _lose(node: Node, written: list[Written]) -> None:
    for one in written:
        for other in node.bus.nodes:
            node.bus.lost.add((other.name, one.stream, one.to))
