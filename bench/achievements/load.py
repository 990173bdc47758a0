"""Send HTTP over raw sockets from a process of its own and print, as JSON, how it went."""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from uuid import UUID

import uvloop


@dataclass(kw_only=True)
class Task:
    """What to send: `kind` names a maker of requests below; `rate` 0 means as fast as the answers come."""

    kind: str
    host: str
    port: int
    key: str = ""
    seconds: float = 10.0
    connections: int = 64
    rate: float = 0.0
    users: list[int] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    fresh_share: float = 0.0
    batch: int = 100
    path: str = "/api/v1/event/"
    nats: str = ""


@dataclass(kw_only=True)
class Outcome:
    """How it went; times in milliseconds."""

    answers: int
    seconds: float
    per_second: float
    statuses: dict[str, int]
    p50: float
    p95: float
    p99: float
    unlock: dict[str, float] = field(default_factory=dict)


TYPES = ("login", "complete_level", "find_secret")


def request(task: Task, method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: {task.host}\r\nX-API-Key: {task.key}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def uuid(rng: random.Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def singles(task: Task, rng: random.Random) -> Iterator[tuple[bytes, int]]:
    """Single events; a share of them is a fresh player's first login, whose unlock is waited for."""
    fresh = iter(task.fresh)
    while True:
        user, kind, watched = rng.choice(task.users), rng.choice(TYPES), 0
        if task.fresh_share and rng.random() < task.fresh_share and (first := next(fresh, 0)):
            user, kind, watched = first, "login", first
        body = b'{"user_id":%d,"event_type":"%s","event_id":"%s"}' % (user, kind.encode(), uuid(rng).encode())
        yield request(task, "POST", task.path, body), watched


def batches(task: Task, rng: random.Random) -> Iterator[tuple[bytes, int]]:
    """Batches, each about a tenth as many players as events: a round of a game."""
    while True:
        players = rng.choices(task.users, k=max(1, task.batch // 10))
        events = b",".join(
            b'{"user_id":%d,"event_type":"%s","event_id":"%s"}'
            % (rng.choice(players), rng.choice(TYPES).encode(), uuid(rng).encode())
            for _ in range(task.batch)
        )
        yield request(task, "POST", task.path, b'{"events":[' + events + b"]}"), 0


def reads(task: Task, rng: random.Random) -> Iterator[tuple[bytes, int]]:
    """Statistics of players, over and over."""
    made = [request(task, "GET", f"/api/v1/stats/{user}") for user in task.users]
    while True:
        yield rng.choice(made), 0


MAKERS: dict[str, Callable[[Task, random.Random], Iterator[tuple[bytes, int]]]] = {
    "singles": singles,
    "batches": batches,
    "reads": reads,
}


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request under way."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment] # a stream of bytes always has a Transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 : head.find(b"\r\n", at) if head.find(b"\r\n", at) > 0 else len(head)]) if at > 0 else 0
        if len(self._buffer) >= end + 4 + length and self._answer is not None:
            status = int(self._buffer[9:12])
            self._buffer = self._buffer[end + 4 + length :]
            answer, self._answer = self._answer, None
            answer.set_result(status)

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(0)

    def ask(self, data: bytes) -> "asyncio.Future[int]":
        assert self.transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return self._answer


async def run(task: Task) -> Outcome:
    """Send until the time is up; an open loop measures from the moment a request was due."""
    loop = asyncio.get_running_loop()
    made = MAKERS[task.kind](task, random.Random())
    connections = [
        (await loop.create_connection(Connection, task.host, task.port))[1] for _ in range(task.connections)
    ]
    times: list[float] = []
    statuses: dict[str, int] = {}
    sent_at: dict[int, float] = {}
    seen: dict[int, float] = {}
    watcher = await watch(task.nats, seen) if task.nats else None
    started = time.perf_counter()
    until = started + task.seconds
    slots = slot_times(started, task.rate) if task.rate else None

    async def work(connection: Connection) -> None:
        while (now := time.perf_counter()) < until:
            if slots is not None:
                now = next(slots)
                if now > until:
                    return
                if (wait := now - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
            data, watched = next(made)
            if watched:
                sent_at[watched] = now
            status = await connection.ask(data)
            times.append(time.perf_counter() - now)
            statuses[str(status)] = statuses.get(str(status), 0) + 1
            if not status:
                return

    await asyncio.gather(*(work(connection) for connection in connections))
    spent = time.perf_counter() - started
    unlock: dict[str, float] = {}
    if watcher is not None:
        give_up = time.perf_counter() + 10
        while len(seen.keys() & sent_at.keys()) < len(sent_at) and time.perf_counter() < give_up:
            await asyncio.sleep(0.1)
        waits = [seen[user] - at for user, at in sent_at.items() if user in seen]
        unlock = {"expected": len(sent_at), "seen": len(waits), **spread(waits)}
        await watcher.close()
    good = sum(count for status, count in statuses.items() if status in {"200", "201"})
    return Outcome(
        answers=len(times), seconds=spent, per_second=good / spent, statuses=statuses, unlock=unlock, **spread(times)
    )


def slot_times(started: float, rate: float) -> Iterator[float]:
    n = 0
    while True:
        yield started + n / rate
        n += 1


async def watch(url: str, seen: dict[int, float]):  # noqa: ANN201 # nats' client
    """Hear the patches that every API node hears, and note when a player's first unlock comes by."""
    import nats

    client = await nats.connect(url)

    async def on_message(message) -> None:  # noqa: ANN001
        if b'"unlock/newcomer' in message.data:
            seen.setdefault(int(message.subject.rsplit(".", 1)[1]), time.perf_counter())

    await client.subscribe("live.user.>", cb=on_message)
    await client.flush()
    return client


def spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds) or [0.0]

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 2)

    return {"p50": at(0.50), "p95": at(0.95), "p99": at(0.99)}


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    print(json.dumps(asdict(asyncio.run(run(Task(**json.loads(sys.stdin.read())))))))
