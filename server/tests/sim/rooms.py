"""The product of the simulation: rooms with messages, in which people come, go, write, edit and delete."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller, User
from omenigen.kit.streams import StreamKind, Streams
from omenigen.kit.streams.client import Refused

TABLES = ("sim_session", "sim_member", "sim_message", "sim_command")
SCHEMA = (
    "CREATE UNLOGGED TABLE IF NOT EXISTS sim_session (id bigint PRIMARY KEY, user_id bigint)",
    "CREATE UNLOGGED TABLE IF NOT EXISTS sim_member "
    "(room bigint, user_id bigint, at bigint, PRIMARY KEY (room, user_id))",
    "CREATE UNLOGGED TABLE IF NOT EXISTS sim_message "
    "(id bigint PRIMARY KEY, room bigint, client_id text, by_user bigint, body text, rev int, at bigint)",
    "CREATE UNLOGGED TABLE IF NOT EXISTS sim_command (client_id text PRIMARY KEY)",
)


class Keys:
    """How a repeated command is recognised: by a row with a unique key, in the command's own transaction."""

    async def is_new(self, db: AsyncSession, client_id: str) -> bool:
        """Note the key; return whether it was unknown."""
        return (
            await _row(
                db, "INSERT INTO sim_command VALUES (:id) ON CONFLICT DO NOTHING RETURNING client_id", id=client_id
            )
            is not None
        )


class Rooms:
    """The verbs. `tick` numbers everything that is ever written, across restores."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.tick = 0
        self.true: set[int] = set()
        """The ticks that have been committed: nothing else may ever be seen."""

    async def post(
        self, db: AsyncSession, streams: Streams, *, user: int, room: int, client_id: str, body: str
    ) -> None:
        """Write a message. Raises `Refused` for who is not in the room."""
        if not await self.keys.is_new(db, client_id):
            return
        await self._ensure_member(db, room, user)
        at = self._next(db)
        await db.execute(
            text("INSERT INTO sim_message VALUES (:id, :room, :client, :user, :body, 1, :at)"),
            {"id": at, "room": room, "client": client_id, "user": user, "body": body, "at": at},
        )
        await self._show(db, streams, at, why="room.posted")
        await self._count(db, streams, user)

    async def edit(self, db: AsyncSession, streams: Streams, *, user: int, client_id: str, of: str, body: str) -> None:
        """Change one's own message; a message that is gone stays gone."""
        if not await self.keys.is_new(db, client_id):
            return
        row = await _row(
            db,
            "UPDATE sim_message SET body = :body, rev = rev + 1, at = :at "
            "WHERE client_id = :of AND by_user = :user RETURNING id",
            body=body,
            at=self._next(db),
            of=of,
            user=user,
        )
        if row is not None:
            await self._show(db, streams, row.id, why="room.edited")

    async def delete(self, db: AsyncSession, streams: Streams, *, user: int, client_id: str, of: str) -> None:
        """Take one's own message back: it leaves the log too."""
        if not await self.keys.is_new(db, client_id):
            return
        self._next(db)
        row = await _row(
            db, "DELETE FROM sim_message WHERE client_id = :of AND by_user = :user RETURNING id, room", of=of, user=user
        )
        if row is not None:
            streams.append(f"room.{row.room}", drop=[f"m/{row.id}"], why="room.deleted", erase=True)
            await self._count(db, streams, user)

    async def join(self, db: AsyncSession, streams: Streams, *, user: int, room: int) -> None:
        """Come into a room."""
        at = self._next(db)
        await db.execute(
            text("INSERT INTO sim_member VALUES (:room, :user, :at) ON CONFLICT DO NOTHING"),
            {"room": room, "user": user, "at": at},
        )
        streams.append(f"room.{room}", put={f"seat/{user}": {"user": user, "at": at}}, why="room.joined")
        streams.append(f"user.{user}", put={f"room/{room}": {"room": room, "at": at}})

    async def kick(self, db: AsyncSession, streams: Streams, *, user: int, room: int) -> int:
        """Put somebody out; return the tick after which nothing of the room may reach them."""
        at = self._next(db)
        await db.execute(
            text("DELETE FROM sim_member WHERE room = :room AND user_id = :user"), {"room": room, "user": user}
        )
        streams.append(f"room.{room}", drop=[f"seat/{user}"], why="room.kicked")
        streams.append(f"user.{user}", drop=[f"room/{room}"])
        streams.regate(f"room.{room}")
        return at

    async def sign_out(self, db: AsyncSession, streams: Streams, *, user: int, session: int) -> int:
        """End a session; return the tick after which nothing may reach it."""
        at = self._next(db)
        await db.execute(text("DELETE FROM sim_session WHERE id = :id"), {"id": session})
        streams.regate(f"user.{user}")
        return at

    def _next(self, db: AsyncSession) -> int:
        self.tick += 1
        tick = self.tick
        event.listen(db.sync_session, "after_commit", lambda _: self.true.add(tick), once=True)
        return tick

    async def _ensure_member(self, db: AsyncSession, room: int, user: int) -> None:
        if (
            await _row(db, "SELECT 1 FROM sim_member WHERE room = :room AND user_id = :user", room=room, user=user)
            is None
        ):
            raise Refused("room.not_found")

    async def _show(self, db: AsyncSession, streams: Streams, message_id: int, *, why: str) -> None:
        row = await _row(db, "SELECT * FROM sim_message WHERE id = :id", id=message_id)
        streams.append(f"room.{row.room}", put={f"m/{row.id}": _message(row)}, why=why)

    async def _count(self, db: AsyncSession, streams: Streams, user: int) -> None:
        posts = (await _row(db, "SELECT count(*) AS posts FROM sim_message WHERE by_user = :user", user=user)).posts
        streams.append(f"user.{user}", put={"count": {"posts": posts}})


def _message(row: Any) -> dict[str, Any]:
    return {"id": row.id, "client_id": row.client_id, "by": row.by_user, "body": row.body, "rev": row.rev, "at": row.at}


async def _row(db: AsyncSession, statement: str, **values: Any) -> Any:
    return (await db.execute(text(statement), values)).first()


async def _room_gate(db: AsyncSession, caller: Caller, names: Sequence[str]) -> set[str]:
    assert isinstance(caller, User)
    rows = await db.execute(
        text("SELECT room FROM sim_member WHERE user_id = :user AND EXISTS (SELECT 1 FROM sim_session WHERE id = :id)"),
        {"user": caller.user_id, "id": caller.session_id},
    )
    return {f"room.{row.room}" for row in rows} & set(names)


async def _user_gate(db: AsyncSession, caller: Caller, names: Sequence[str]) -> set[str]:
    assert isinstance(caller, User)
    alive = await _row(db, "SELECT 1 FROM sim_session WHERE id = :id", id=caller.session_id)
    return {f"user.{caller.user_id}"} & set(names) if alive is not None else set()


async def _room_snapshot(
    db: AsyncSession, names: Sequence[str], parts: Collection[str] | None, window: int
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        room = int(name.partition(".")[2])
        seats = await db.execute(text("SELECT user_id, at FROM sim_member WHERE room = :room"), {"room": room})
        messages = await db.execute(text("SELECT * FROM sim_message WHERE room = :room"), {"room": room})
        found[name] = {
            **{f"seat/{row.user_id}": {"user": row.user_id, "at": row.at} for row in seats},
            **{f"m/{row.id}": _message(row) for row in messages},
        }
    return found


async def _user_snapshot(
    db: AsyncSession, names: Sequence[str], parts: Collection[str] | None, window: int
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        user = int(name.partition(".")[2])
        rooms = await db.execute(text("SELECT room, at FROM sim_member WHERE user_id = :user"), {"user": user})
        posts = (await _row(db, "SELECT count(*) AS posts FROM sim_message WHERE by_user = :user", user=user)).posts
        found[name] = {
            **{f"room/{row.room}": {"room": row.room, "at": row.at} for row in rooms},
            "count": {"posts": posts},
        }
    return found


KINDS = (
    StreamKind(prefix="room", gate=_room_gate, snapshot=_room_snapshot),
    StreamKind(prefix="user", gate=_user_gate, snapshot=_user_snapshot),
)
