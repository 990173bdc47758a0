"""Real PostgreSQL, NATS and Redis in a private folder, so that one command is enough to begin."""

import asyncio
import fcntl
import os
import subprocess
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from omenigen.kit.embedded.errors import AlreadyRunning, ServerFailed
from omenigen.kit.embedded.memory import Memory
from omenigen.kit.embedded.nats import Nats
from omenigen.kit.embedded.postgres import Postgres
from omenigen.kit.embedded.process import port_is_free, stop_child
from omenigen.kit.embedded.redis import Redis
from omenigen.kit.embedded.tuning import Tuning
from omenigen.kit.tasks import end

ALL = frozenset({"postgres", "nats", "redis"})
_KINDS: dict[str, type[Postgres | Nats | Redis]] = {
    "postgres": Postgres,
    "nats": Nats,
    "redis": Redis,
}
_START_PATIENCE = 60.0
_TRIES = 10
_log = structlog.get_logger("embedded")


class Embedded:
    """The servers of one data folder: started together, watched, restarted when they die, stopped in order.

    `async with Embedded(folder)` also restarts a server that was killed; `with Embedded(folder)` (tests) does not.
    Raises `AlreadyRunning`, `ServerMissing`, `ServerFailed`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        want: Iterable[str] = ALL,
        tuning: Tuning | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self.folder = Path(folder).resolve()
        self._want = [name for name in _KINDS if name in set(want)]
        self._tuning = tuning or Tuning()
        self._say = say or (lambda line: None)
        self._parts: dict[str, _Part] = {}
        self._lock: int | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def database_url(self) -> str:
        return self._parts["postgres"].server.url

    @property
    def redis_url(self) -> str:
        return self._parts["redis"].server.url

    @property
    def nats_url(self) -> str:
        return self._parts["nats"].server.url

    def pid(self, name: str) -> int:
        """The process of one server, for those who look at it or kill it on purpose."""
        return self._parts[name].pid

    def stop(self, name: str) -> None:
        """Stop one server and leave it stopped."""
        self._parts[name].stop()

    def restart(self, name: str) -> None:
        """Bring one server up again on the same port."""
        self._parts[name].start(same_port=True)

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    async def __aenter__(self) -> Self:
        opening = asyncio.create_task(asyncio.to_thread(self.__enter__))
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            # The thread goes on: wait for its servers, so that none is left behind.
            await asyncio.wait({opening})
            await asyncio.to_thread(self._close)
            raise
        self._watching = asyncio.create_task(self._watch(), name="embedded-watch")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watching:
            await end(self._watching)
        await asyncio.to_thread(self._close)

    def _open(self) -> None:
        if not self._want:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _take_lock(self.folder)
        servers, logs = self.folder / "servers", self.folder / "logs"
        servers.mkdir(mode=0o700, exist_ok=True)
        logs.mkdir(mode=0o700, exist_ok=True)
        memory = Memory(servers / "memory.json")
        for name in self._want:
            server = _KINDS[name](folder=servers, logs=logs, memory=memory, tuning=self._tuning)
            self._parts[name] = _Part(server)
        with ThreadPoolExecutor(max_workers=len(self._parts)) as pool:
            for future in [pool.submit(self._bring_up, part) for part in self._parts.values()]:
                future.result()

    def _bring_up(self, part: "_Part") -> None:
        began = time.monotonic()
        # Orphans of a killed run go first: they hold the ports that we want again.
        part.server.prepare()
        part.server.choose_port()
        part.start()
        notice = getattr(part.server, "notice", None)
        if notice:
            self._say(notice)
        took = time.monotonic() - began
        self._say(f"{part.server.name} is up on 127.0.0.1:{part.server.port} ({took:.1f} s)")

    def _close(self) -> None:
        # PostgreSQL last: the others may still write into their own folders only.
        for name in ("nats", "redis", "postgres"):
            if name in self._parts:
                self._parts[name].stop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _watch(self) -> None:
        """Restart what died. Its port stays, so that every connection pool finds it again."""
        while True:
            await asyncio.sleep(0.25)
            for name, part in self._parts.items():
                if part.has_died():
                    _log.error("embedded_server_died", server=name, code=part.exit_code)
                    try:
                        await asyncio.to_thread(part.start, same_port=True)
                    except ServerFailed as error:
                        _log.error(
                            "embedded_server_does_not_start",
                            server=name,
                            error=str(error),
                        )
                        await asyncio.sleep(2)
                    else:
                        _log.warning("embedded_server_restarted", server=name)


class _Part:
    """One server and its process."""

    def __init__(self, server: Postgres | Nats | Redis) -> None:
        self.server = server
        self._child: subprocess.Popen[bytes] | None = None
        self._wanted = False

    @property
    def pid(self) -> int:
        if self._child is None:
            raise LookupError(f"{self.server.name} has not been started")
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        return self._child.poll() if self._child else None

    def has_died(self) -> bool:
        return self._wanted and self.exit_code is not None

    def start(self, *, same_port: bool = False) -> None:
        self._wanted = True
        tries = 0
        until = time.monotonic() + _START_PATIENCE
        while True:
            if same_port:
                _wait_for_port(self.server.port)
            self._child = self.server.spawn()
            if self._is_up(until):
                break
            # Died at once: the port was taken a moment ago, or the children of a killed PostgreSQL still leave.
            tries += 1
            if time.monotonic() > until or tries > _TRIES:
                code = self._child.poll()
                self._wanted = False
                self.stop()
                why = "it is not ready after a minute" if code is None else f"it ended with code {code}"
                raise ServerFailed(name=self.server.name, why=why, log=self.server.log)
            time.sleep(0.3)
            if not same_port:
                self.server.choose_port()
        self.server.settle()

    def stop(self) -> None:
        self._wanted = False
        if self._child is not None:
            stop_child(self._child, with_signal=self.server.stop_signal)

    def _is_up(self, until: float) -> bool:
        assert self._child is not None
        while time.monotonic() < until and self._child.poll() is None:
            if self.server.is_ready(self._child):
                return True
            time.sleep(0.02)
        return False


def _wait_for_port(port: int) -> None:
    until = time.monotonic() + 10
    while not port_is_free(port) and time.monotonic() < until:
        time.sleep(0.05)


def _take_lock(folder: Path) -> int:
    """One process per data folder. The system drops the lock with the process, however it ends."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode().strip()
        os.close(lock)
        raise AlreadyRunning(folder=folder, pid=int(holder) if holder.isdigit() else None) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock
