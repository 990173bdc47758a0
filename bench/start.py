"""How long does a second start take, and how much memory does everything hold?

Runs `make up` twice in a temporary data folder on a free port, and ends it as Ctrl-C does. Memory is the proportional set size (PSS: shared
pages are divided among those who share them) and the resident set size of the whole process tree, after 10 s of rest.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0


def main() -> int:
    """Print both times and the memory; return 1 when the goals (5 s, 400 MB) are missed."""
    folder = Path(tempfile.mkdtemp(prefix="omenigen-bench-"))
    try:
        first, _ = measure(folder)
        second, memory = measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"first start (new data folder)  {first:6.2f} s")
    print(f"second start                   {second:6.2f} s   goal < 5 s")
    for name, (pss, rss) in sorted(memory.items(), key=lambda item: -item[1][0]):
        print(f"  {name:<28} PSS {pss:6.1f} MB   RSS {rss:6.1f} MB")
    pss = sum(one for one, _ in memory.values())
    rss = sum(one for _, one in memory.values())
    print(f"memory of everything           PSS {pss:6.1f} MB   RSS {rss:6.1f} MB   goal < 400 MB")
    return int(second >= 5 or pss >= 400)


def measure(folder: Path) -> tuple[float, dict[str, tuple[float, float]]]:
    """Start, wait until it may be used, rest, weigh, stop."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "DATA": str(folder), "LOG_LEVEL": "WARNING"}
    began = time.monotonic()
    with (folder / "bench.log").open("ab") as log:
        tree = subprocess.Popen(
            ["make", "up"], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        while not ready(port):
            if tree.poll() is not None or time.monotonic() - began > PATIENCE:
                print((folder / "bench.log").read_text(encoding="utf-8", errors="replace")[-2000:])
                raise SystemExit("it did not start")
            time.sleep(0.02)
        took = time.monotonic() - began
        time.sleep(10)
        return took, weigh(tree.pid)
    finally:
        os.killpg(tree.pid, signal.SIGINT)
        tree.wait(30)


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def weigh(pid: int) -> dict[str, tuple[float, float]]:
    """Return PSS and RSS in MB by program."""
    totals: dict[str, tuple[float, float]] = {}
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            memory, name = process.memory_full_info(), process.name()
        except psutil.NoSuchProcess:
            continue
        pss, rss = totals.get(name, (0.0, 0.0))
        totals[name] = (pss + memory.pss / 1e6, rss + memory.rss / 1e6)
    return totals


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
