"""Measure the intake of events beside a bare route and a stand-in of the public system, in one run on this machine."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SERVER = HERE.parents[1] / "server"
sys.path.insert(0, str(SERVER))

import asyncpg  # noqa: E402

from omenigen.kit.auth import Trust  # noqa: E402
from omenigen.kit.bus import Bus  # noqa: E402
from omenigen.kit.edge import unit_of_work  # noqa: E402
from omenigen.kit.embedded import Embedded  # noqa: E402
from omenigen.kit.settings import DatabaseSettings  # noqa: E402
from omenigen.main.container import make_container  # noqa: E402
from omenigen.main.migrations import migrate  # noqa: E402
from omenigen.main.settings import Settings  # noqa: E402
from omenigen.modules.achievements.public import Sources  # noqa: E402

SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
PLAYERS, FRESH = 1_000, 20_000
ONE_CLAIMED_IN = 10
"""Of so many players that the game brought one has signed up here and has screens; the fresh ones all have."""

API, WORKER, BARE, PUBLIC = 18400, 18401, 18402, 18403


def main() -> None:
    """Start servers, measure, print a table."""
    with tempfile.TemporaryDirectory(prefix="omenigen-bench-") as folder, Embedded(Path(folder)) as servers:
        environment = {
            **os.environ,
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "NATS_URL": servers.nats_url,
            "DATA": folder,
            "PYTHONPATH": str(SERVER),
            "BENCH_DSN": DatabaseSettings(DATABASE_URL=servers.database_url).dsn,
            "BENCH_URL": DatabaseSettings(DATABASE_URL=servers.database_url).dsn.replace("://", "+psycopg://", 1),
            "BENCH_REDIS": servers.redis_url,
        }
        os.environ.update(environment)
        settings = Settings.load()
        migrate(settings.database)
        key = asyncio.run(prepare(settings))
        measure(environment, key, servers.nats_url)


async def prepare(settings: Settings) -> str:
    """Make a key and players; the players by SQL, because only what follows is measured."""
    container = make_container(settings)
    await (await container.get(Bus)).connect()
    async with unit_of_work(container) as scope:
        sources = await scope.get(Sources)
        issued = await sources.issue_key(name="bench", trust=Trust.SERVER, rate=1_000_000, burst=1_000_000)
    await (await container.get(Bus)).close()
    await container.close()
    db = await asyncpg.connect(settings.database.dsn)
    await db.execute(
        """
        INSERT INTO accounts_users (id, state, username, username_key, skeleton, email, role, display_name, about,
                                    time_zone, locale, source_id, created_at)
        SELECT n, CASE WHEN n % $3 = 0 OR n > $4 THEN 'active' ELSE 'unclaimed' END, 'p' || n, 'p' || n, 'p' || n,
               'p' || n || '@example.com', 'player', '', '', 'UTC', 'en', $1, now()
        FROM generate_series(1, $2::bigint) AS n
        """,
        issued.source_id,
        PLAYERS + FRESH,
        ONE_CLAIMED_IN,
        PLAYERS,
    )
    await db.execute(
        "INSERT INTO achievement_player (user_id, made_by, zone, off_boards) SELECT n, $1, 'UTC', false "
        "FROM generate_series(1, $2::bigint) AS n",
        issued.source_id,
        PLAYERS + FRESH,
    )
    await db.execute(
        "INSERT INTO achievement_link (source_id, user_id, made_at) SELECT $1, n, now() "
        "FROM generate_series(1, $2::bigint) AS n",
        issued.source_id,
        PLAYERS + FRESH,
    )
    await db.execute("ANALYZE")
    await db.close()
    return issued.key


def measure(environment: dict[str, str], key: str, nats: str) -> None:
    """Run the loads, ours and the yardstick in turn, so that both meet the same weather."""
    users = list(range(1, PLAYERS + 1))
    fresh = list(range(PLAYERS + 1, PLAYERS + FRESH + 1))
    ours = {"port": API, "key": key, "users": users}
    bare = {"port": BARE, "users": users}
    show = Table()
    with serving(environment):
        # Players with a past: the first hours of a thousand people at once would be a flood of first badges.
        load(kind="batches", path="/api/v1/events/batch", connections=8, seconds=6, **ours)
        load(kind="singles", seconds=2, **ours)
        load(kind="singles", path="/event", seconds=2, **bare)
        settle(environment)
        for _ in range(2):
            show.add("bare, single", load(kind="singles", path="/event", **bare))
            show.add("ours, single", load(kind="singles", **ours))
        settle(environment)
        for _ in range(2):
            show.add("bare, batches of 100", load(kind="batches", path="/batch", connections=8, **bare), times=100)
            show.add(
                "ours, batches of 100", load(kind="batches", path="/api/v1/events/batch", connections=8, **ours), times=100
            )
            settle(environment)
        show.add("ours, single at 300/s", load(kind="singles", rate=300, **ours))
        settle(environment)
        seen = load(kind="singles", rate=750, fresh=fresh, fresh_share=0.03, nats=nats, **ours)
        show.add("ours, single at 750/s", seen)
        show.add_line("…its unlocks, sent → on the bus", seen["unlock"])
        settle(environment)
        some = {**ours, "users": users[:200]}
        load(kind="reads", seconds=2, connections=32, **some)
        show.add("ours, statistics, warm", load(kind="reads", connections=32, **some))
        public_users(environment)
        show.add("public system's stand-in, single", load(kind="singles", port=PUBLIC, path="/event", users=users))
    show.print()


def public_users(environment: dict[str, str]) -> None:
    """Give the stand-in the same players."""

    async def fill() -> None:
        db = await asyncpg.connect(environment["BENCH_DSN"])
        await db.execute(
            "INSERT INTO public_user (id, username, score) SELECT n, 'p' || n, 0 FROM generate_series(1, $1::bigint) AS n",
            PLAYERS,
        )
        await db.close()

    asyncio.run(fill())


def settle(environment: dict[str, str]) -> None:
    """Wait until judges, boards and the relay have nothing left, so that one load does not pay for the one before."""

    async def wait() -> None:
        db = await asyncpg.connect(environment["BENCH_DSN"])
        started = time.monotonic()
        while await db.fetchval(
            "SELECT (SELECT count(*) FROM achievement_due) + (SELECT count(*) FROM achievement_board_due)"
            " + (SELECT count(*) FROM kit_outbox)"
        ):
            await asyncio.sleep(0.2)
        print(f"  (settled after {time.monotonic() - started:.1f} s)", flush=True)
        await db.close()

    asyncio.run(wait())


def load(*, kind: str, port: int, users: Sequence[int], **more: Any) -> dict[str, Any]:
    """Run the load generator in its own process."""
    task = {"kind": kind, "host": "127.0.0.1", "port": port, "users": list(users), "seconds": SECONDS, **more}
    done = subprocess.run(
        [sys.executable, HERE / "load.py"], input=json.dumps(task), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    outcome: dict[str, Any] = json.loads(done.stdout)
    if set(outcome["statuses"]) - {"200", "201"}:
        print("  answers:", outcome["statuses"], flush=True)
    return outcome


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[None]:
    """Run our API and worker, the bare route and the stand-in, each in a process of its own."""
    uvicorn = [sys.executable, "-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--loop", "uvloop"]
    commands = [
        ([sys.executable, "-m", "omenigen.main.cli", "api"], {"PORT": str(API)}),
        ([sys.executable, "-m", "omenigen.main.cli", "worker"], {"PORT": str(WORKER)}),
        ([*uvicorn, "--port", str(BARE), "--app-dir", str(HERE), "bare:app"], {}),
        ([*uvicorn, "--port", str(PUBLIC), "--app-dir", str(HERE), "public_system:app"], {}),
    ]
    with tempfile.TemporaryFile() as log:
        running = [
            subprocess.Popen(command, env={**environment, **own}, stdout=log, stderr=log) for command, own in commands
        ]
        try:
            for port in (API, WORKER, BARE, PUBLIC):
                wait_for(port)
            yield
        except BaseException:
            log.seek(0)
            print(log.read().decode()[-4000:])
            raise
        finally:
            for process in running:
                process.send_signal(signal.SIGINT)
            for process in running:
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def wait_for(port: int) -> None:
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                if port in (API, WORKER):
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5):
                        pass
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on {port}")


class Table:
    """Collect figures and print them once more at the end, with ratios."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[float, dict[str, float]]]] = {}

    def add(self, name: str, outcome: dict[str, Any], *, times: int = 1) -> None:
        spread = {part: outcome[part] for part in ("p50", "p95", "p99")}
        self._rows.setdefault(name, []).append((outcome["per_second"] * times, spread))
        print(f"{name:36} {outcome['per_second'] * times:9.0f}/s  {spread}", flush=True)

    def add_line(self, name: str, figures: dict[str, float]) -> None:
        print(f"{name:36} {figures}", flush=True)

    def print(self) -> None:
        print(f"\nload average now {os.getloadavg()}; what others run on the machine is in every figure")
        means = {name: sum(rate for rate, _ in runs) / len(runs) for name, runs in self._rows.items()}
        for name, runs in self._rows.items():
            spread = {part: max(one[part] for _, one in runs) for part in ("p50", "p95", "p99")}
            print(f"{name:36} {means[name]:9.0f}/s  p50 {spread['p50']}  p95 {spread['p95']}  p99 {spread['p99']} ms")
        for what in ("single", "batches of 100"):
            print(f"ratio ours / bare, {what:18} {means[f'ours, {what}'] / means[f'bare, {what}']:.2f}")
        public = means["public system's stand-in, single"]
        print(f"ratio ours / stand-in              {means['ours, single'] / public:.1f}")


if __name__ == "__main__":
    main()
