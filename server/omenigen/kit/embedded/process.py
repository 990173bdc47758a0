"""One server process: spawned in a session of its own, stopped gently, recognised again after a crash of ours."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LOG_LIMIT = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The system user a server runs as."""

    name: str
    uid: int
    gid: int


def spawn(
    command: list[str],
    *,
    log: Path,
    account: Account | None = None,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server that outlives Ctrl-C in our terminal: we stop it ourselves, in order."""
    _turn_over(log)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={**_clean_environment(), **(environment or {})},
            start_new_session=True,
            **as_account(account),
        )


def as_account(account: Account | None) -> dict[str, Any]:  # keyword arguments of Popen
    """Arguments of subprocess that drop root."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def is_ours(pid: int, *, mark: str) -> bool:
    """Tell whether the process was started by us: its command line names our folder. A recycled pid does not."""
    return is_alive(pid) and mark in _command_line(pid)


def stop_orphan(pid_file: Path, *, mark: str, with_signal: signal.Signals, patience: float = 15.0) -> bool:
    """Stop the server an earlier, killed run of ours has left behind. Answers whether there was one."""
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    if not is_ours(pid, mark=mark):
        return False
    stop_pid(pid, with_signal=with_signal, patience=patience)
    return True


def stop_pid(pid: int, *, with_signal: signal.Signals, patience: float) -> None:
    """Ask a process to stop; after `patience` seconds do not ask any more."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, with_signal)
        if not _gone_within(pid, patience):
            os.kill(pid, signal.SIGKILL)
            _gone_within(pid, 5.0)


def stop_child(
    child: subprocess.Popen[bytes],
    *,
    with_signal: signal.Signals,
    patience: float = 15.0,
) -> None:
    """The same for a child of ours, which must also be waited for."""
    if child.poll() is not None:
        return
    child.send_signal(with_signal)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(5.0)


def free_port() -> int:
    """A TCP port on loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    """Tell whether a server could listen on this port now."""
    with socket.socket() as probe:
        # As the servers do: a socket in TIME_WAIT from the last run is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _turn_over(log: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


def _clean_environment() -> dict[str, str]:
    keep = ("PATH", "TMPDIR", "TZ")
    return {name: os.environ[name] for name in keep if name in os.environ} | {"LC_ALL": "C.UTF-8"}


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except FileNotFoundError:
        listing = subprocess.run(
            ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
            capture_output=True,
            check=False,
            text=True,
        )
        return listing.stdout


def _gone_within(pid: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        # An orphan of an earlier run in the same container may be re-parented to us: collect it.
        with contextlib.suppress(ChildProcessError, PermissionError):
            os.waitpid(pid, os.WNOHANG)
        if not is_alive(pid):
            return True
        time.sleep(0.03)
    return False
