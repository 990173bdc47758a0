"""Kill −9 NATS, Redis, PostgreSQL and one of two nodes under load, and hold what screens see against the promises.

From server/:  ../.venv/bin/python -m tests.chaos.live_failures
Two API nodes, a worker, a scheduler and the three servers, all processes of their own; a game sends events without
pause, and Python clients follow a person's and the game's stream on both nodes. What must happen is the table of
failures in the design of live updates; at the end every client's map equals a fresh snapshot.
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from omenigen.kit.clock import SystemClock
from omenigen.kit.embedded import Embedded
from omenigen.kit.embedded.process import free_port
from omenigen.kit.embedded.tuning import Tuning
from omenigen.kit.streams.client import Accepted, Command, Line, LineClosed, LiveClient, Undelivered, WebDial
from tests.chaos.exactly_once import House, wait_until_ready

NODES = ("first", "second")
PASSWORD = "seven blue lagfrogs"
EVENTS_A_SECOND = 8.0
AT_ONCE, ALONE = 1.0, 2.0
"""Seconds: how soon a node's own sockets see a change, and the others' while the bus is away."""
BUSY = 1.5
"""Seconds that a machine with much else to do may add."""


class TwoNodes(House):
    """A house with two API nodes."""

    def __init__(self, servers: Embedded) -> None:
        super().__init__(servers)
        self.ports = {name: free_port() for name in (*NODES, "worker", "scheduler")}

    def address_of(self, node: str) -> str:
        return f"http://127.0.0.1:{self.ports[node]}"

    def kill(self, name: str) -> None:
        if name in self.ports:
            self._processes[name].kill()
            self._processes[name].wait()
        else:
            super().kill(name)

    def bring_back(self, name: str) -> None:
        if name in self.ports:
            self.start(name)
        else:
            self.servers.restart(name)

    def make_operator(self) -> None:
        words = ("operator", "create", "--email", "vera@example.org", "--username", "vera", "--password-stdin")
        line, environment = self._line(*words), self._environment("first")
        subprocess.run(line, env=environment, input=PASSWORD, capture_output=True, text=True, timeout=90, check=True)

    def _line(self, *words: str) -> list[str]:
        return super()._line(*("api" if word in NODES else word for word in words))

    def _environment(self, role: str) -> dict[str, str]:
        return super()._environment(NODES[0] if role == "api" else role)


class Doors:
    """A way in that prefers one node and takes another where that one is dead."""

    def __init__(self, addresses: Sequence[str], token: str) -> None:
        self._dials = [WebDial(address, token) for address in addresses]
        self.opened = 0

    async def open(self) -> Line:
        for dial in self._dials:
            with suppress(LineClosed):
                line = await dial.open()
                self.opened += 1
                return line
        raise LineClosed(1006)

    async def copies(self, streams: Sequence[str]) -> Mapping[str, Any]:
        for dial in self._dials:
            with suppress(Undelivered):
                return await dial.copies(streams)
        raise Undelivered

    async def send(self, command: Command) -> Accepted:
        raise Undelivered  # these devices only look

    async def close(self) -> None:
        for dial in self._dials:
            await dial.close()


@dataclass
class Screen:
    """One device that follows."""

    node: str
    doors: Doors
    client: LiveClient
    streams: tuple[str, ...]
    task: asyncio.Task[None]

    def about(self) -> str | None:
        me = self.client.replica.entities(self.streams[0]).get("me", {})
        return me.get("about")

    async def close(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        await self.doors.close()


@dataclass
class Day:
    """What is held against the promises, and how it went."""

    house: TwoNodes
    say: Callable[[str], None]
    wait_for_stale: bool
    vera: str = ""
    key: str = ""
    screens: list[Screen] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    acknowledged: int = 0
    _marks: int = 0

    def hold(self, promise: str, *, kept: bool, seen: str = "") -> None:
        self.say(f"  {'✓' if kept else '✗'} {promise}{': ' + seen if seen else ''}")
        if not kept:
            self.broken.append(f"{promise}: {seen}")

    @property
    def watchers(self) -> list[Screen]:
        """The screens that show vera's own stream."""
        return [screen for screen in self.screens if screen.streams[0].startswith("user.")]

    async def mark(self, node: str, *, patience: float = 45.0) -> dict[str, float]:
        """Change vera's page through a node; return after how long each node's screen showed it."""
        self._marks += 1
        text = f"mark {self._marks}"
        async with self.http(node) as http, asyncio.timeout(patience):
            while (await http.patch("/api/v1/me", json={"about": text})).status_code != 200:
                await asyncio.sleep(0.05)
        began, lags = time.monotonic(), dict[str, float]()
        while len(lags) < len(self.watchers) and time.monotonic() - began < patience:
            for screen in self.watchers:
                if screen.about() == text:
                    lags.setdefault(screen.node, time.monotonic() - began)
            await asyncio.sleep(0.01)
        return {screen.node: lags.get(screen.node, float("inf")) for screen in self.watchers}

    def http(self, node: str, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.vera if token is None else token}"}
        return httpx.AsyncClient(base_url=self.house.address_of(node), headers=headers, timeout=10)

    async def open_screen(self, node: str, token: str, *streams: str) -> Screen:
        addresses = [self.house.address_of(node), *(self.house.address_of(one) for one in NODES if one != node)]
        doors = Doors(addresses, token)
        client = LiveClient(doors, SystemClock(), random.Random(7))
        task = asyncio.create_task(client.run())
        await client.follow(*streams)
        screen = Screen(node=node, doors=doors, client=client, streams=streams, task=task)
        await until(client.replica.is_settled, 20, f"a screen on {node}")
        return screen


async def until(holds: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for something; return how long it took. Raises `TimeoutError`."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{what}: not within {seconds} s")
        await asyncio.sleep(0.02)
    return time.monotonic() - began


# ── the rows of the table ──────────────────────────────────────────────────────────────────────────────────────────


async def nats_dies(day: Day) -> None:
    """Same-node updates at once, others within 2 s; facts wait in the outbox; the relay resumes."""
    await asyncio.to_thread(day.house.kill, "nats")
    lags = [await day.mark("first") for _ in range(4)]
    here, there = (max(lag[node] for lag in lags) for node in NODES)
    day.hold("the node's own screens at once", kept=here <= AT_ONCE, seen=f"{here:.2f} s")
    day.hold("the other node's within 2 s, by the audit", kept=there <= ALONE + BUSY, seen=f"{there:.2f} s")
    before = day.acknowledged
    await until(lambda: day.acknowledged > before, 20, "events without NATS")
    await until(lambda: waiting_facts(day.house) > 0, 20, "facts in the outbox")
    day.hold("events are taken, facts wait in the outbox", kept=True, seen=f"{waiting_facts(day.house)} wait")
    await asyncio.to_thread(day.house.bring_back, "nats")
    took = await until(lambda: waiting_facts(day.house) < 3, 45, "an empty outbox")
    day.hold("the relay resumes", kept=True, seen=f"{took:.1f} s")
    took = await _level_again(day)
    day.hold("the bus carries again", kept=took < 20, seen=f"after {took:.1f} s")


async def _level_again(day: Day) -> float:
    """Wait until the other node hears of a change faster than its audit could tell."""
    began = time.monotonic()
    async with asyncio.timeout(30):
        while (await day.mark("first"))["second"] > 0.3:
            await asyncio.sleep(0.2)
    return time.monotonic() - began


async def redis_dies(day: Day) -> None:
    """Tickets are refused, Bearer works, limits count per process."""
    await asyncio.to_thread(day.house.kill, "redis")
    async with day.http("first") as http:
        refused = await http.post("/api/v1/live/ticket")
        day.hold("tickets are refused", kept=refused.status_code == 503, seen=str(refused.status_code))
        late = await day.open_screen("second", day.vera, day.watchers[0].streams[0])
        day.hold("who shows a token comes in", kept=bool(late.client.replica.entities(late.streams[0])))
        await late.close()
        lags = await day.mark("first")
        day.hold("updates go on", kept=max(lags.values()) <= AT_ONCE + BUSY, seen=f"{max(lags.values()):.2f} s")
        tries = await _tries_until_limited(day)
        day.hold("sign-in is still limited", kept=tries is not None, seen=f"after {tries} wrong passwords")
        await asyncio.to_thread(day.house.bring_back, "redis")

        async def issued() -> bool:
            return (await http.post("/api/v1/live/ticket")).status_code in (200, 201)

        took = await _until_true(issued, 60)
        day.hold("tickets again within 60 s", kept=took is not None, seen=f"{took:.1f} s" if took is not None else "")


async def _tries_until_limited(day: Day) -> int | None:
    async with day.http("second", token="") as http:
        http.headers.pop("Authorization")
        for number in range(1, 40):
            body = {"login": "nobody-at-all", "password": "wrong and wrong again"}
            answer = await http.post("/api/v1/auth/login", json=body)
            if answer.status_code == 429:
                return number
    return None


async def postgres_dies(day: Day) -> None:
    """Sockets stay open, writes are refused with 503 and Retry-After; after 30 s screens are told; then all is well."""
    opened = [screen.doors.opened for screen in day.screens]
    await asyncio.to_thread(day.house.kill, "postgres")
    async with day.http("first") as http:
        answer = await http.patch("/api/v1/me", json={"about": "nobody will read this"})
    kept = answer.status_code == 503 and "Retry-After" in answer.headers
    day.hold("writes are refused with 503 and Retry-After", kept=kept, seen=str(answer.status_code))
    if day.wait_for_stale:
        took = await until(lambda: all(screen.client.stale for screen in day.screens), 60, "state stale")
        day.hold("screens are told that what they show may be old", kept=took > 20, seen=f"after {took:.0f} s")
    await asyncio.to_thread(day.house.bring_back, "postgres")
    lags = await day.mark("first")
    day.hold("all is well on its return", kept=max(lags.values()) <= ALONE + BUSY, seen=f"{max(lags.values()):.2f} s")
    await until(lambda: not any(screen.client.stale for screen in day.screens), 15, "state fresh")
    stayed = opened == [screen.doors.opened for screen in day.screens]
    day.hold("the sockets stayed open", kept=stayed)


async def node_dies(day: Day) -> None:
    """Its screens come back within 30 s through the other node, and miss nothing."""
    await asyncio.to_thread(day.house.kill, "second")
    lags = await day.mark("first")
    day.hold(
        "the other node's screens do not notice", kept=lags["first"] <= AT_ONCE + BUSY, seen=f"{lags['first']:.2f} s"
    )
    day.hold("its own are back within 30 s, and level", kept=lags["second"] <= 30, seen=f"{lags['second']:.1f} s")
    await asyncio.to_thread(day.house.bring_back, "second")
    await wait_until_ready(day.house)
    fresh = await day.open_screen("second", day.vera, day.watchers[0].streams[0])
    day.hold("it serves again", kept=fresh.doors.opened == 1)
    await fresh.close()


ROWS: tuple[Callable[[Day], Awaitable[None]], ...] = (nats_dies, redis_dies, postgres_dies, node_dies)


# ── the day ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def run(*, tuning: Tuning, wait_for_stale: bool, say: Callable[[str], None] = lambda line: None) -> Day:
    """Live through everything; what was not as promised is in `broken`."""
    with two_nodes(tuning) as house:
        await wait_until_ready(house)
        day = Day(house=house, say=say, wait_for_stale=wait_for_stale)
        await asyncio.to_thread(house.make_operator)
        day.key = await asyncio.to_thread(house.command, "keys", "create", "--name", "chaos", "--quiet")
        user, app = await _sign_in(day)
        stop = asyncio.Event()
        load = asyncio.create_task(_send_events(day, user, stop))
        try:
            for node in NODES:
                day.screens.append(await day.open_screen(node, day.vera, f"user.{user}", f"app.{app}"))
                day.screens.append(await day.open_screen(node, day.key, f"app.{app}"))
            for row in ROWS:
                say(row.__name__.replace("_", " "))
                await row(day)
            stop.set()
            async with asyncio.timeout(30):
                await load
            await _compare(day)
        except TimeoutError as late:
            day.broken.append(str(late) or "something took too long")
        finally:
            load.cancel()
            for screen in day.screens:
                await screen.close()
            if day.broken:
                for name in house.ports:
                    print(f"--- {name}\n{house.log_of(name)[-3000:]}", file=sys.stderr)
        return day


@contextmanager
def two_nodes(tuning: Tuning) -> Iterator[TwoNodes]:
    """The house in a temporary folder."""
    with (
        tempfile.TemporaryDirectory(prefix="omenigen-chaos-") as folder,
        Embedded(Path(folder), tuning=tuning) as servers,
    ):
        made = TwoNodes(servers)
        made.command("migrate")
        try:
            for name in made.ports:
                made.start(name)
            yield made
        finally:
            made.stop()


def waiting_facts(house: House) -> int:
    """Facts that the bus has not got."""
    with psycopg.connect(house.servers.database_url.replace("+asyncpg", "")) as connection:
        row = connection.execute("SELECT count(*) FROM kit_outbox").fetchone()
        assert row is not None
        return int(row[0])


async def _sign_in(day: Day) -> tuple[int, int]:
    async with httpx.AsyncClient(base_url=day.house.address_of("first"), timeout=20) as http:
        body = {"login": "vera", "password": PASSWORD}
        answer = await http.post("/api/v1/auth/login", json=body, headers={"X-Client": "native"})
        signed_in = answer.raise_for_status().json()
        day.vera = signed_in["access_token"]
    async with day.http("first") as http:
        sources = (await http.get("/api/v1/sources")).raise_for_status().json()["items"]
        app = next(source["id"] for source in sources if source["name"] == "chaos")
    return int(signed_in["user"]["id"]), int(app)


async def _send_events(day: Day, user: int, stop: asyncio.Event) -> None:
    """Send events to both nodes in turn, each again and again until it is acknowledged."""
    dice = random.Random(1)  # a load, not a secret
    headers = {"X-API-Key": day.key}
    async with httpx.AsyncClient(headers=headers, timeout=5) as http:
        number = 0
        while not stop.is_set():
            number += 1
            kind = dice.choice(("login", "complete_level", "find_secret"))
            event = {"user_id": user, "event_type": kind, "event_id": str(uuid.UUID(int=dice.getrandbits(128)))}
            while not await _is_acknowledged(http, day.house.address_of(NODES[number % 2]), event):
                number += 1
                await asyncio.sleep(0.1)
            day.acknowledged += 1
            await asyncio.sleep(1 / EVENTS_A_SECOND)


async def _is_acknowledged(http: httpx.AsyncClient, address: str, event: Mapping[str, object]) -> bool:
    with suppress(httpx.HTTPError):
        return (await http.post(f"{address}/api/v1/event/", json=event)).status_code in (200, 201)
    return False


async def _until_true(holds: Callable[[], Awaitable[bool]], seconds: float) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if await holds():
            return time.monotonic() - began
        await asyncio.sleep(0.2)
    return None


async def _compare(day: Day) -> None:
    """Wait until nothing moves, then hold each map against a fresh snapshot."""
    differences = ["nothing compared"]
    until_ = time.monotonic() + 45
    while differences and time.monotonic() < until_:
        await asyncio.sleep(1)
        differences = [line for screen in day.screens for line in await _differences(day, screen)]
    day.hold(
        f"all {len(day.screens)} maps equal the snapshot after {day.acknowledged} events",
        kept=not differences,
        seen="; ".join(differences),
    )


async def _differences(day: Day, screen: Screen) -> list[str]:
    token = day.vera if len(screen.streams) > 1 else day.key
    async with day.http("first", token) as http:
        answer = await http.get("/api/v1/live/snapshots", params={"streams": ",".join(screen.streams)})
        fresh = answer.raise_for_status().json()["streams"]
    return [
        f"{screen.node} {name} {key}: shows {have.get(key)}, is {want.get(key)}"
        for name in screen.streams
        if (want := fresh[name]["entities"]) != (have := screen.client.replica.entities(name))
        for key in sorted({*want, *have})
        if want.get(key) != have.get(key)
    ][:4]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="do not wait the 30 s until screens are told of old news")
    given = parser.parse_args()
    began = time.monotonic()
    day = asyncio.run(run(tuning=Tuning(), wait_for_stale=not given.short, say=lambda line: print(line, flush=True)))
    print(f"{day.acknowledged} events, {time.monotonic() - began:.0f} s; {len(day.broken)} promises broken")
    for line in day.broken:
        print(f"  ✗ {line}")
    sys.exit(bool(day.broken))


if __name__ == "__main__":
    main()
