"""A person's device in the simulation: the real Python client on a bad network, and what it must never see."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Role, User
from omenigen.kit.ids import SessionId, UserId
from omenigen.kit.streams import Streams
from omenigen.kit.streams.client import Accepted, Command, Line, LineClosed, LiveClient, Undelivered
from omenigen.kit.streams.client.replica import Frame
from omenigen.kit.texts import Locale
from tests.sim.loop import LoopClock
from tests.sim.network import SimLine
from tests.sim.nodes import Node
from tests.sim.rooms import Rooms

PATIENCE_SECONDS = 15.0


class Outcasts:
    """Who was put out of which room, or signed out, at which tick, and may see nothing newer."""

    def __init__(self) -> None:
        self.rooms: dict[tuple[int, int], int] = {}
        self.sessions: dict[int, int] = {}


class Device:
    """One device of one person."""

    def __init__(
        self,
        *,
        user: int,
        session: int,
        nodes: Sequence[Node],
        rooms: Rooms,
        clock: LoopClock,
        rng: random.Random,
        outcasts: Outcasts,
        complain: Callable[[str], None],
        client: type[LiveClient],
    ) -> None:
        self.caller = User(user_id=UserId(user), session_id=SessionId(session), role=Role.PLAYER, locale=Locale.EN)
        self.user, self.session = user, session
        self.name = f"user {user} device {session}"
        self.offline = False
        self.flaky = True
        self.line: SimLine | None = None
        self.refused: set[str] = set()
        self.mine: dict[str, int] = {}
        """Own messages by client id, and the room they were written in."""
        self.deleted: set[str] = set()
        self._nodes = nodes
        self._rooms = rooms
        self._rng = rng
        self._outcasts = outcasts
        self._complain = complain
        self._numbers = 0
        self.client = client(self, clock, rng, on_change=self._watch)
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to follow one's own stream; it names the rooms to follow."""
        await self.client.follow(f"user.{self.user}")
        self.task = asyncio.create_task(self.client.run())

    def end_with(self, fresh: Mapping[str, Mapping[str, Any]]) -> None:
        """Take what a fresh snapshot holds when all is quiet. A traced device keeps it; the world compares."""

    # ── what the person does ──

    def rooms(self) -> list[int]:
        """Return the rooms that this device believes to be in, in an order that no heap of PostgreSQL decides."""
        return sorted(
            int(key[5:]) for key in self.client.replica.entities(f"user.{self.user}") if key.startswith("room/")
        )

    def post(self, room: int) -> None:
        """Write a message."""
        client_id = self._new_id()
        self.mine[client_id] = room
        body = "x" * self._rng.choice((5, 20, 400))
        self.client.write(Command(client_id=client_id, verb="post", body={"room": room, "body": body}))

    def edit(self) -> None:
        """Change a message of one's own."""
        if alive := [one for one in self.mine if one not in self.deleted]:
            of = self._rng.choice(alive)
            body = {"of": of, "body": f"edited {self._numbers}"}
            self.client.write(Command(client_id=self._new_id(), verb="edit", body=body))

    def delete(self) -> None:
        """Take a message of one's own back."""
        if alive := [one for one in self.mine if one not in self.deleted]:
            of = self._rng.choice(alive)
            self.deleted.add(of)
            self.client.write(Command(client_id=self._new_id(), verb="delete", body={"of": of}, undoes=of))

    def _new_id(self) -> str:
        self._numbers += 1
        return f"{self.session}-{self._numbers}"

    # ── the way to the server (a Dial) ──

    async def open(self) -> Line:
        await asyncio.sleep(self._rng.uniform(0.002, 0.05))
        if self.offline:
            raise LineClosed(1006)
        line = self._rng.choice(self._nodes).open(self.caller, f"10.0.0.{self.session}")
        self.line = line
        return line

    async def copies(self, streams: Sequence[str]) -> Mapping[str, Any]:
        async def ask(node: Node) -> Mapping[str, Any]:
            found = await node.copies(self.caller, streams)
            entities = {
                name: {"version": version, "entities": {k: orjson.loads(v) for k, v in found.entities[name].items()}}
                for name, version in found.versions.items()
            }
            return {"epoch": str(found.epoch), "streams": entities, "gone": list(found.gone)}

        return await self._request(ask)

    async def send(self, command: Command) -> Accepted:
        body = command.body

        async def verb(db: AsyncSession, streams: Streams) -> None:
            common = {"user": self.user, "client_id": command.client_id}
            match command.verb:
                case "post":
                    await self._rooms.post(db, streams, room=body["room"], body=body["body"], **common)
                case "edit":
                    await self._rooms.edit(db, streams, of=body["of"], body=body["body"], **common)
                case "delete":
                    await self._rooms.delete(db, streams, of=body["of"], **common)

        try:
            return await self._request(lambda node: node.run(verb))
        except Exception as error:
            if type(error).__name__ == "Refused":
                self.refused.add(command.client_id)
            raise

    async def _request(self, ask: Callable[[Node], Any]) -> Any:
        """One request over HTTP: it may not arrive, and its answer may not either."""
        await asyncio.sleep(self._rng.uniform(0.002, 0.05))
        if self.offline or (self.flaky and self._rng.random() < 0.10):
            await asyncio.sleep(self._rng.uniform(0.1, PATIENCE_SECONDS))
            raise Undelivered
        try:
            answer = await ask(self._rng.choice(self._nodes))
        except (OperationalError, AttributeError) as error:
            raise Undelivered from error
        if self.offline or (self.flaky and self._rng.random() < 0.10):
            await asyncio.sleep(self._rng.uniform(0.1, PATIENCE_SECONDS))
            raise Undelivered
        return answer

    # ── what the device sees ──

    def _watch(self, stream: str, frame: Frame) -> None:
        if frame["op"] == "gone":
            return
        if stream.startswith("user."):
            self._follow_rooms(frame)
        self._look_for_secrets(stream, frame)

    def _follow_rooms(self, frame: Frame) -> None:
        """Go where one is let in. Nobody leaves by themselves: whom the server forgets to put out goes on listening."""
        if entered := sorted(f"room.{key[5:]}" for key in frame["put"] if key.startswith("room/")):
            asyncio.get_running_loop().create_task(self.client.follow(*entered))

    def _look_for_secrets(self, stream: str, frame: Frame) -> None:
        session_ended = self._outcasts.sessions.get(self.session)
        kind, _, number = stream.partition(".")
        put_out = self._outcasts.rooms.get((int(number), self.user)) if kind == "room" else None
        for key, entity in frame["put"].items():
            at = entity.get("at", 0)
            if at and at not in self._rooms.true:
                self._complain(f"{self.name} saw {stream} {key} of tick {at}, which was never committed")
            if put_out is not None and at > put_out:
                self._complain(f"{self.name} saw {stream} {key} of tick {at}, though put out at {put_out}")
            if session_ended is not None and at > session_ended:
                self._complain(f"{self.name} saw {stream} {key} of tick {at}, though signed out at {session_ended}")
        if put_out is not None and frame["op"] == "patch" and f"seat/{self.user}" in frame["drop"]:
            self._complain(f"{self.name} saw the very patch of its own removal from {stream}")
