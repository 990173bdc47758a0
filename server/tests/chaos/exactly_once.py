"""Kill −9 everything under load, then count: each acknowledged event exactly once.

From server/:  ../.venv/bin/python -m tests.chaos.exactly_once --rounds 3
Real PostgreSQL, NATS and Redis, the API, the worker and the scheduler as processes of their own. Senders repeat an
event with the same event_id until it is acknowledged, as a careful game does. Meanwhile each part is killed in turn.
"""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from omenigen.kit.embedded import Embedded
from omenigen.kit.embedded.process import free_port
from omenigen.kit.embedded.tuning import Tuning

SERVER = Path(__file__).resolve().parents[2]
POINTS = {"login": 5, "complete_level": 20, "find_secret": 50}
PUBLIC_THREE = {"newcomer": ("login", 1), "explorer": ("find_secret", 3), "master": ("complete_level", 10)}
ROLES = ("api", "worker", "scheduler")
VICTIMS = ("api", "worker", "nats", "redis", "postgres")
PLAYERS = 12
SENDERS = 8
EVENTS_BETWEEN_KILLS = 60
SETTLE_SECONDS = 90.0


@dataclass
class Tally:
    """What senders were promised."""

    acknowledged: dict[int, Counter[str]] = field(default_factory=dict)
    repeats: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    def count(self, player: int, kind: str) -> None:
        self.acknowledged.setdefault(player, Counter())[kind] += 1

    @property
    def total(self) -> int:
        return sum(counter.total() for counter in self.acknowledged.values())


class House:
    """Servers and processes that may be killed and brought back one by one."""

    def __init__(self, servers: Embedded) -> None:
        self.servers = servers
        self.ports = {role: free_port() for role in ROLES}
        self.address = f"http://127.0.0.1:{self.ports['api']}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def command(self, *words: str) -> str:
        return subprocess.run(
            self._line(*words), env=self._environment("api"), capture_output=True, text=True, timeout=90, check=True
        ).stdout.strip()

    def start(self, role: str) -> None:
        log = (self.servers.folder / f"{role}.log").open("ab")
        self._processes[role] = subprocess.Popen(
            self._line(role), env=self._environment(role), stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        log.close()

    def kill(self, name: str) -> None:
        if name in ROLES:
            self._processes[name].kill()
            self._processes[name].wait()
        else:
            os.kill(self.servers.pid(name), signal.SIGKILL)

    def bring_back(self, name: str) -> None:
        if name in ROLES:
            self.start(name)
        else:
            self.servers.restart(name)

    def stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def survivors(self) -> Mapping[str, int | None]:
        """Exit codes of processes; None for those that run."""
        return {role: process.poll() for role, process in self._processes.items()}

    def log_of(self, role: str) -> str:
        return (self.servers.folder / f"{role}.log").read_text(errors="replace")

    def _line(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "omenigen.main.cli", *words]

    def _environment(self, role: str) -> dict[str, str]:
        return dict(os.environ) | {
            "PYTHONPATH": str(SERVER),
            "DATA": str(self.servers.folder / "house"),
            "DATABASE_URL": self.servers.database_url,
            "REDIS_URL": self.servers.redis_url,
            "NATS_URL": self.servers.nats_url,
            "HOST": "127.0.0.1",
            "PORT": str(self.ports[role]),
            "LOG_LEVEL": "WARNING",
        }


@contextmanager
def house(*, tuning: Tuning) -> Iterator[House]:
    """A house in a temporary folder, open for events."""
    with (
        tempfile.TemporaryDirectory(prefix="omenigen-chaos-") as folder,
        Embedded(Path(folder), tuning=tuning) as servers,
    ):
        made = House(servers)
        made.command("migrate")
        try:
            for role in ROLES:
                made.start(role)
            yield made
        finally:
            made.stop()


async def wait_until_ready(house: House) -> None:
    """All processes answer that they may be used."""
    async with httpx.AsyncClient(timeout=3) as client, asyncio.timeout(SETTLE_SECONDS):
        for port in house.ports.values():
            while not await _is_ready(client, port):
                await asyncio.sleep(0.1)


async def _is_ready(client: httpx.AsyncClient, port: int) -> bool:
    with suppress(httpx.HTTPError):
        return (await client.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200
    return False


async def players_of(house: House, key: str) -> list[int]:
    async with httpx.AsyncClient(base_url=house.address, headers={"X-API-Key": key}, timeout=20) as client:
        made = []
        for number in range(PLAYERS):
            body = {"username": f"chaos{number}", "email": f"chaos{number}@example.org"}
            answer = await client.post("/api/v1/users/", json=body)
            answer.raise_for_status()
            made.append(int(answer.json()["id"]))
        return made


async def send(house: House, key: str, players: list[int], tally: Tally, stop: asyncio.Event, number: int) -> None:
    """Send events one after the other; none is given up before it is acknowledged."""
    dice = random.Random(number)  # a load, not a secret
    async with httpx.AsyncClient(base_url=house.address, headers={"X-API-Key": key}, timeout=5) as client:
        while not stop.is_set():
            player, kind = dice.choice(players), dice.choice(list(POINTS))
            event = {"user_id": player, "event_type": kind, "event_id": str(uuid.UUID(int=dice.getrandbits(128)))}
            await _until_acknowledged(client, event, tally)
            tally.count(player, kind)


async def _until_acknowledged(client: httpx.AsyncClient, event: Mapping[str, object], tally: Tally) -> None:
    pause = 0.05
    while True:
        try:
            answer = await client.post("/api/v1/event/", json=event)
        except httpx.HTTPError as error:
            tally.failures[type(error).__name__] += 1
        else:
            if answer.status_code in (200, 201):
                tally.repeats += answer.status_code == 200
                return
            tally.failures[str(answer.status_code)] += 1
            if answer.status_code not in (429, 500, 503):
                raise AssertionError(f"an honest event was refused: {answer.status_code} {answer.text}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.5)


async def rage(house: House, tally: Tally, *, rounds: int, calm: float, say: bool) -> None:
    """Kill each part once a round amid a working load, leave it dead for a moment, bring it back."""
    for number in range(1, rounds + 1):
        for victim in VICTIMS:
            await _load(tally)
            await asyncio.sleep(calm)
            before = tally.total
            await asyncio.to_thread(house.kill, victim)
            await asyncio.sleep(calm / 2)
            await asyncio.to_thread(house.bring_back, victim)
            await wait_until_ready(house)
            if say:
                print(f"  round {number}: killed {victim} after {before} events", flush=True)
    await _load(tally)


async def _load(tally: Tally) -> None:
    """Wait until events flow again: a kill that meets no load proves nothing."""
    least = tally.total + EVENTS_BETWEEN_KILLS
    async with asyncio.timeout(SETTLE_SECONDS):
        while tally.total < least:
            await asyncio.sleep(0.05)


async def balance(house: House, key: str, tally: Tally) -> list[str]:
    """Compare promises with what every reader sees; answer with the differences that stay."""
    until = time.monotonic() + SETTLE_SECONDS
    async with httpx.AsyncClient(base_url=house.address, headers={"X-API-Key": key}, timeout=10) as client:
        while True:
            differences = [line for player in tally.acknowledged for line in await _differences(client, player, tally)]
            if not differences or time.monotonic() > until:
                return differences
            await asyncio.sleep(1)


async def _differences(client: httpx.AsyncClient, player: int, tally: Tally) -> list[str]:
    promised = tally.acknowledged[player]
    try:
        stats = (await client.get(f"/api/v1/stats/{player}")).raise_for_status().json()
        unlocks = (await client.get(f"/api/v1/achievements/users/{player}")).raise_for_status().json()
    except httpx.HTTPError as error:
        return [f"player {player} cannot be read: {error}"]
    expected = {
        "login_count": promised["login"],
        "levels_completed": promised["complete_level"],
        "secrets_found": promised["find_secret"],
        "total_score": sum(POINTS[kind] * count for kind, count in promised.items()),
    }
    found = [
        f"player {player}: {name} is {stats[name]}, promised {value}"
        for name, value in expected.items()
        if stats[name] != value
    ]
    times = Counter((one["achievement_id"], one.get("tier")) for one in unlocks)
    found += [f"player {player}: unlock {unlock} {count} times" for unlock, count in times.items() if count > 1]
    due = sum(promised[kind] >= least for kind, least in PUBLIC_THREE.values())
    if len(times) < due:
        found.append(f"player {player}: {len(times)} unlocks, at least {due} are due")
    return found


def rows(house: House) -> tuple[int, int]:
    """Events in the table, and different event_ids among those of the game."""
    with psycopg.connect(house.servers.database_url.replace("+asyncpg", "")) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT e.event_id) FROM achievement_event e "
            "JOIN achievement_source s ON s.id = e.source_id WHERE s.name = 'chaos'"
        ).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])


async def run(*, rounds: int, calm: float, tuning: Tuning, say: bool = False) -> tuple[Tally, list[str]]:
    """The whole experiment; answers with what was promised and the differences that stay."""
    with house(tuning=tuning) as made:
        await wait_until_ready(made)
        key = made.command("keys", "create", "--name", "chaos", "--quiet")
        players = await players_of(made, key)
        tally, stop = Tally(), asyncio.Event()
        senders = [asyncio.create_task(send(made, key, players, tally, stop, number)) for number in range(SENDERS)]
        try:
            await rage(made, tally, rounds=rounds, calm=calm, say=say)
            stop.set()
            async with asyncio.timeout(SETTLE_SECONDS):
                await asyncio.gather(*senders)
        finally:
            for sender in senders:
                sender.cancel()
        differences = await balance(made, key, tally)
        stored, different = await asyncio.to_thread(rows, made)
        if not stored == different == tally.total:
            differences.append(f"{stored} rows, {different} event ids, {tally.total} promised")
        differences += [f"{role} ended with {code}" for role, code in made.survivors().items() if code is not None]
        if differences:
            for role in ROLES:
                print(f"--- {role}\n{made.log_of(role)[-3000:]}", file=sys.stderr)
        return tally, differences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each part is killed")
    parser.add_argument("--calm", type=float, default=2.0, help="seconds of work before each kill, once events flow")
    given = parser.parse_args()
    began = time.monotonic()
    tally, differences = asyncio.run(run(rounds=given.rounds, calm=given.calm, tuning=Tuning(), say=True))
    kills = given.rounds * len(VICTIMS)
    print(f"{tally.total} events acknowledged, {tally.repeats} of them after a repeat, {kills} kills,", end=" ")
    print(f"{time.monotonic() - began:.0f} s; failed attempts: {dict(tally.failures)}")
    for line in differences:
        print(f"  ✗ {line}")
    print("each counted exactly once" if not differences else f"{len(differences)} differences")
    sys.exit(bool(differences))


if __name__ == "__main__":
    main()
