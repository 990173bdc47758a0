"""Measure fan-out beside Node's socket.io and a bare loop; idle memory; resume; a storm of reconnects."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SERVER = HERE.parents[1] / "server"
sys.path[:0] = [str(HERE), str(SERVER)]

import clients  # noqa: E402

from omenigen.kit.embedded import Embedded  # noqa: E402
from omenigen.main.migrations import migrate  # noqa: E402
from omenigen.main.settings import Settings  # noqa: E402

SOCKETS = int(os.environ.get("BENCH_SOCKETS", "500"))
MESSAGES = int(os.environ.get("BENCH_MESSAGES", "400"))
RATE = float(os.environ.get("BENCH_RATE", "50"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
Opening = Callable[..., Awaitable[clients.Client]]


class Server:
    """A server process that obeys lines on its stdin."""

    def __init__(self, name: str, command: Sequence[str | Path], environment: dict[str, str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def answer(self) -> dict[str, Any]:
        """Read one line of JSON."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} died with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def ask(self, *words: object) -> dict[str, Any]:
        """Say a verb and wait for its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self._process.stdin.flush()
        return await asyncio.to_thread(self.answer)

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main() -> int:
    """Start what is needed, measure, print."""
    if not (HERE / "peer" / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE / "peer", check=True)
    with house() as environment:
        return asyncio.run(measure(environment))


@contextmanager
def house() -> Iterator[dict[str, str]]:
    """Start embedded servers with a migrated database; give the environment that names them."""
    with tempfile.TemporaryDirectory(prefix="omenigen-bench-") as folder:
        Path(folder).chmod(0o755)
        with Embedded(Path(folder) / "data") as servers:
            environment = {
                **os.environ,
                "DATABASE_URL": servers.database_url,
                "REDIS_URL": servers.redis_url,
                "NATS_URL": servers.nats_url,
                "DATA": folder,
                "PYTHONPATH": str(SERVER),
            }
            os.environ.update(environment)
            settings = Settings.load()
            migrate(settings.database)
            yield environment


async def measure(environment: dict[str, str]) -> int:
    """Run everything; return 1 where a goal was missed."""
    ports = {name: free_port() for name in ("ours", "socket.io", "bare")}
    servers = {
        "ours": Server("ours", [sys.executable, HERE / "ours.py", str(ports["ours"])], environment),
        "socket.io": Server("socket.io", ["node", "--expose-gc", HERE / "peer" / "server.js", str(ports["socket.io"])], environment),
        "bare": Server("bare", [sys.executable, HERE / "bare.py", str(ports["bare"])], environment),
    }  # fmt: skip
    try:
        token = servers["ours"].answer()["token"]
        for server in servers.values():
            assert server.answer()["ready"]
        openings: dict[str, Opening] = {
            "ours": lambda **how: clients.native(ports["ours"], token, **how),
            "socket.io": lambda **how: clients.socketio(ports["socket.io"], **how),
            "bare": lambda **how: clients.bare(ports["bare"], **how),
        }
        missed = await fan_out(servers, openings)
        missed += await resume_and_storm(servers["ours"], openings["ours"])
        return int(missed > 0)
    finally:
        for server in servers.values():
            server.stop()


async def fan_out(servers: dict[str, Server], openings: dict[str, Opening]) -> int:
    """Deliver to all sockets of each server in turn, several rounds; compare CPU per delivery."""
    print(f"fan-out: {SOCKETS} sockets, {MESSAGES} messages at {RATE:.0f}/s, {ROUNDS} rounds in turn", flush=True)
    cpu: dict[str, list[float]] = {name: [] for name in servers}
    lags: dict[str, list[float]] = {name: [] for name in servers}
    memory: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, server in servers.items():
            before = (await server.ask("rss"))["rss"]
            opened = [await openings[name](timed=number % 10 == 0) for number in range(SOCKETS)]
            await asyncio.sleep(0.5)
            memory.setdefault(name, ((await server.ask("rss"))["rss"] - before) / SOCKETS / 1024)
            used = await server.ask("emit", MESSAGES, RATE)
            await settled(opened, MESSAGES)
            missing = sum(MESSAGES - one.patches for one in opened)
            assert missing == 0, f"{name}: {missing} deliveries are missing"
            cpu[name].append(used["cpu"] / (MESSAGES * SOCKETS) * 1e6)
            lags[name] += [lag for one in opened for lag in one.lags]
            await closed(opened)
    for name in servers:
        low, middle, high = (percentile(lags[name], share) * 1000 for share in (0.5, 0.95, 0.99))
        print(
            f"  {name:<10} CPU a delivery {min(cpu[name]):5.2f} µs (rounds {', '.join(f'{one:.2f}' for one in cpu[name])})"
            f" · write to screen p50 {low:.1f} p95 {middle:.1f} p99 {high:.1f} ms · {memory[name]:.0f} KB an idle socket"
        )
    ours, peer, bare = min(cpu["ours"]), min(cpu["socket.io"]), min(cpu["bare"])
    return (
        goal("against socket.io (its CPU / ours)", peer / ours, least=1.0)
        + goal("against the bare loop (its CPU / ours)", bare / ours, least=0.7)
        + goal("KB an idle socket", memory["ours"], most=60)
    )


async def resume_and_storm(server: Server, opening: Opening) -> int:
    """Resume 500 changed keys; then lose every socket at once while messages go on."""
    await server.ask("fill", 500)
    times = []
    for _ in range(10):
        began = time.perf_counter()
        client = await opening(have=0)
        times.append(time.perf_counter() - began)
        assert client.patches == 1
        await closed([client])
    missed = goal("resume of 500 changed keys, p95 s", percentile(times, 0.95), most=1.0)
    opened = [await opening() for _ in range(SOCKETS)]
    writing = asyncio.create_task(server.ask("append", 100, 20))
    await asyncio.sleep(1)
    await closed(opened)
    began = time.perf_counter()
    back = await asyncio.gather(*(opening(have=500) for _ in range(SOCKETS)))
    took = time.perf_counter() - began
    version = (await writing)["version"]
    await asyncio.sleep(2)
    behind = sum(one.closed or one.last != version for one in back)
    print(f"  storm: {SOCKETS} reconnects while messages went on, stream at {version} afterwards")
    missed += goal("storm of reconnects settled, s", took, most=15.0)
    missed += goal("sockets that are not level afterwards", behind, most=0)
    await closed(list(back))
    return missed


async def settled(opened: Sequence[clients.Client], messages: int) -> None:
    """Wait until everything has arrived, 20 s at most."""
    for _ in range(200):
        if all(one.patches >= messages for one in opened):
            return
        await asyncio.sleep(0.1)


async def closed(opened: Sequence[clients.Client]) -> None:
    """Hang up everywhere."""
    for one in opened:
        one.transport.abort()
    await asyncio.sleep(1)


def goal(what: str, figure: float, *, least: float | None = None, most: float | None = None) -> int:
    """Print a figure beside its goal; return 1 where it was missed."""
    good = (least is None or figure >= least) and (most is None or figure <= most)
    bound = f"≥ {least}" if least is not None else f"≤ {most}"
    print(f"  {'ok    ' if good else 'MISSED'} {what}: {figure:.2f} (goal {bound})", flush=True)
    return int(not good)


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
