"""What the tests of the live door talk to: a house with rooms, and a socket that they hold by hand."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from dishka import AsyncContainer, Provider, Scope, provide
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from omenigen.gateways.live.audit import Audit
from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.sockets import Sockets
from omenigen.kit.auth import AccessClaims, AccessTokens, Caller, Role, User
from omenigen.kit.db import Database
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import SessionId, UserId
from omenigen.kit.streams import Entity, Say, StreamKind, Streams
from omenigen.kit.streams.kinds import Said
from omenigen.kit.texts import Locale
from tests.modules.accounts.door import Door

ORIGIN = "http://localhost:8000"


class RoomsProvider(Provider):
    """A kind of stream that people can be let into and put out of."""

    @provide(scope=Scope.APP)
    def rooms(self, database: Database) -> StreamKind:
        async def gate(db: AsyncSession, caller: Caller, names: Sequence[str]) -> set[str]:
            if not isinstance(caller, User):
                return set()
            rows = await db.execute(
                text("SELECT room FROM rooms.member WHERE user_id = :user"), {"user": caller.user_id}
            )
            return {f"room.{row.room}" for row in rows} & set(names)

        async def snapshot(
            db: AsyncSession, names: Sequence[str], parts: Collection[str] | None, window: int
        ) -> Mapping[str, Mapping[str, Entity]]:
            return {name: {"head": {"name": name}} for name in names}

        async def got(said: Said) -> None:
            async with database.sessions() as session:
                assert isinstance(said.caller, User)
                await session.execute(
                    text("INSERT INTO rooms.heard VALUES (:user, :seq)"), {"user": said.caller.user_id, **said.body}
                )
                await session.commit()

        return StreamKind(
            prefix="room",
            gate=gate,
            snapshot=snapshot,
            says={
                "typing": Say(check=_nothing, rate=1 / 3, ttl=6),
                "got": Say(check=_seq, rate=1, handle=got),
                "signal": Say(check=dict, rate=30, burst=120, addressed=True, per_stream=False),
            },
        )

    @provide(scope=Scope.APP)
    def doors(self) -> StreamKind:
        """Doors of gateways: whoever is let into room 0 may hold them."""

        async def gate(db: AsyncSession, caller: Caller, names: Sequence[str]) -> set[str]:
            statement = text("SELECT 1 FROM rooms.member WHERE room = 0 AND user_id = :user")
            user = caller.user_id if isinstance(caller, User) else 0
            return set(names) if (await db.execute(statement, {"user": user})).first() is not None else set()

        async def snapshot(
            db: AsyncSession, names: Sequence[str], parts: Collection[str] | None, window: int
        ) -> Mapping[str, Mapping[str, Entity]]:
            return {name: {} for name in names}

        return StreamKind(prefix="door", gate=gate, snapshot=snapshot)


def _nothing(body: Mapping[str, Any]) -> dict[str, Any]:
    if body:
        raise ValueError("typing says nothing more")
    return {}


def _seq(body: Mapping[str, Any]) -> dict[str, Any]:
    if set(body) != {"seq"} or not isinstance(body["seq"], int):
        raise ValueError("got names a seq")
    return dict(body)


@dataclass(kw_only=True)
class Person:
    """Somebody who is signed in."""

    user_id: int
    session_id: int
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def stream(self) -> str:
        return f"user.{self.user_id}"


class Talk:
    """A socket held by hand."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, op: str, **fields: Any) -> None:
        """Send a frame."""
        await self.connection.send(orjson.dumps({"op": op, **fields}).decode())

    async def raw(self, frame: str | bytes) -> None:
        """Send whatever this is."""
        await self.connection.send(frame)

    async def hear(self, seconds: float = 5) -> dict[str, Any]:
        """Wait for the next frame."""
        async with asyncio.timeout(seconds):
            frame: dict[str, Any] = orjson.loads(await self.connection.recv())
        return frame

    async def until(self, op: str, seconds: float = 5) -> list[dict[str, Any]]:
        """Wait for a kind of frame; return everything up to it."""
        heard = [await self.hear(seconds)]
        while heard[-1]["op"] != op:
            heard.append(await self.hear(seconds))
        return heard

    async def follow(self, epoch: str | None = None, **have: int | None) -> list[dict[str, Any]]:
        """Follow streams (`user_7=None`); return what came before `synced`."""
        names = {name.replace("_", "."): version for name, version in have.items()}
        await self.say("follow", epoch=epoch, have=names)
        return (await self.until("synced"))[:-1]

    async def silence(self, seconds: float = 0.4) -> None:
        """Demand that nothing comes."""
        try:
            frame = await self.hear(seconds)
        except TimeoutError:
            return
        raise AssertionError(f"heard {frame}")

    async def closed(self, seconds: float = 5) -> int:
        """Wait for the end; return its code."""
        try:
            while True:
                async with asyncio.timeout(seconds):
                    await self.connection.recv()
        except ConnectionClosed as over:
            return over.rcvd.code if over.rcvd is not None else 1006


@dataclass(kw_only=True)
class House:
    """One process and its door."""

    container: AsyncContainer
    app: FastAPI
    port: int
    stop: asyncio.Event
    server: asyncio.Task[None]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def until_open(self) -> None:
        """Wait until the door answers."""
        async with httpx.AsyncClient() as client:
            for _ in range(200):
                try:
                    await client.get(f"{self.address}/health/live")
                    return
                except httpx.ConnectError:
                    await asyncio.sleep(0.02)
        raise AssertionError("the door did not open")

    @asynccontextmanager
    async def socket(self, *, query: str = "", **headers: str) -> AsyncIterator[Talk]:
        """Open a socket with some headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with connect(
            f"ws://127.0.0.1:{self.port}/api/v1/live{query}",
            additional_headers=named,
            compression=None,
            proxy=None,
            max_size=None,
        ) as connection:
            yield Talk(connection)

    @asynccontextmanager
    async def talk(self, person: Person) -> AsyncIterator[tuple[Talk, dict[str, Any]]]:
        """Open a person's socket; give it with its hello."""
        async with self.socket(**person.bearer) as talk:
            yield talk, await talk.hear()

    async def person(self, door: Door, name: str) -> Person:
        """Let somebody join and sign in."""
        await door.join(name)
        tokens = await door.native(name)
        claims = (await self.container.get(AccessTokens)).verify(tokens["access_token"])
        return Person(user_id=claims.user_id, session_id=claims.session_id, token=tokens["access_token"])

    async def token(self, user_id: int, session_id: int) -> str:
        """Sign a token for any session."""
        tokens = await self.container.get(AccessTokens)
        return tokens.issue(
            AccessClaims(user_id=UserId(user_id), session_id=SessionId(session_id), role=Role.PLAYER, locale=Locale.EN)
        )

    async def append(self, stream: str, **patch: Any) -> int:
        """Append in a unit of work; return the version."""
        async with unit_of_work(self.container) as scope:
            (await scope.get(Streams)).append(stream, **patch)
        return await self.version(stream)

    async def version(self, stream: str) -> int:
        """Return a stream's version."""
        async with (await self.container.get(Database)).sessions() as session:
            statement = text("SELECT version FROM live_streams WHERE name = :name")
            return int((await session.execute(statement, {"name": stream})).scalar_one_or_none() or 0)

    async def let_in(self, room: int, *people: Person) -> None:
        """Make members."""
        async with unit_of_work(self.container) as scope:
            session, streams = await scope.get(AsyncSession), await scope.get(Streams)
            for person in people:
                statement = text("INSERT INTO rooms.member VALUES (:room, :user) ON CONFLICT DO NOTHING")
                await session.execute(statement, {"room": room, "user": person.user_id})
                streams.append(f"room.{room}", put={f"seat/{person.user_id}": {"user": person.user_id}})

    async def put_out(self, room: int, person: Person, **patch: Any) -> None:
        """End a membership; what the same unit of work appends is not for the one who is out."""
        async with unit_of_work(self.container) as scope:
            session, streams = await scope.get(AsyncSession), await scope.get(Streams)
            statement = text("DELETE FROM rooms.member WHERE room = :room AND user_id = :user")
            await session.execute(statement, {"room": room, "user": person.user_id})
            streams.append(f"room.{room}", drop=[f"seat/{person.user_id}"], **patch)
            streams.regate(f"room.{room}")

    async def hub(self) -> Hub:
        return await self.container.get(Hub)

    async def audit(self) -> Audit:
        return await self.container.get(Audit)

    async def sockets(self) -> Sockets:
        return await self.container.get(Sockets)
