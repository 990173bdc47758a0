"""Whatever is sent to any described route, by whomever: never an answer that is our fault.

schemathesis makes requests from the OpenAPI description, valid and broken, against the real server.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from omenigen.kit.embedded.process import free_port

SERVER = Path(__file__).resolve().parents[2]
PASSWORD = "a phrase of five quiet words"
KEEPS_THE_CALLER = (
    "DELETE /api/v1/me",
    "DELETE /api/v1/me/sessions",
    "DELETE /api/v1/me/sessions/{session_id}",
    "POST /api/v1/auth/logout",
    "PUT /api/v1/me/password",
)
"""Routes that would sign the fuzzer itself out; anonymous callers try them all the same."""


@dataclass(frozen=True)
class House:
    """A running server and the credentials of those who will fuzz it."""

    address: str
    headers: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    # Not in pytest's own folder: as root, PostgreSQL's user could not enter it.
    with tempfile.TemporaryDirectory(prefix="omenigen-fuzz-") as folder:
        yield from _running(Path(folder))


def _running(folder: Path) -> Iterator[House]:
    port = free_port()
    environment = {**os.environ, "DATA": str(folder), "PORT": str(port), "LOG_LEVEL": "WARNING", "PYTHONPATH": "."}
    cli = [sys.executable, "-m", "omenigen.main.cli"]
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen([*cli, "up"], cwd=SERVER, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, folder / "server.log")
        key = _said([*cli, "keys", "create", "--name", "fuzz", "--trust", "server", "--quiet"], environment)
        _said(
            [*cli, "operator", "create", "--email", "fuzz@example.org", "--username", "fuzz", "--password-stdin"],
            environment,
            typed=PASSWORD,
        )
        login = httpx.post(f"{address}/api/v1/auth/login", json={"login": "fuzz", "password": PASSWORD}, timeout=30)
        assert login.status_code == 200, login.text
        token = login.json()["access_token"]
        yield House(
            address,
            {"nobody": {}, "operator": {"Authorization": f"Bearer {token}"}, "game": {"X-API-Key": key}},
        )
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        log.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("caller", ["nobody", "operator", "game"])
def test_no_request_is_answered_with_a_fault_of_ours(house: House, caller: str, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{house.address}/api/v1/openapi.json",
        *("--checks", "not_a_server_error", "--phases", "examples,coverage,fuzzing", "--max-examples", "8"),
        *("--mode", "all", "--seed", "7", "--no-shrink", "--continue-on-failure", "--warnings", "off", "--no-color"),
        *("--suppress-health-check", "all", "--request-timeout", "20", "--max-time", "45"),
        *(part for name, value in house.headers[caller].items() for part in ("-H", f"{name}: {value}")),
    ]
    if caller != "nobody":
        for route in KEEPS_THE_CALLER:
            command += ["--exclude-name", route]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    answered = re.search(r"(\d+) generated", run.stdout)
    assert answered is not None, run.stdout[-3000:] + run.stderr[-2000:]
    assert run.returncode == 0, run.stdout[-6000:]
    assert int(answered[1]) > 300


def _wait(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{address}/health/ready", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace")[-3000:])


def _said(command: list[str], environment: dict[str, str], *, typed: str | None = None) -> str:
    done = subprocess.run(
        command, cwd=SERVER, env=environment, input=typed, capture_output=True, text=True, check=False, timeout=90
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()
