"""The command line, as an operator meets it: real processes on real data folders."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from omenigen.kit.embedded.process import free_port, is_alive

SERVER = Path(__file__).resolve().parents[2]
KEY = re.compile(r"omk_[A-Za-z0-9_-]{20,}")
PASSWORD = "a long sentence that nobody guesses 7"


@dataclass
class Terminal:
    """A terminal in which a data folder is set."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        foreign = ("DATABASE_URL", "REDIS_URL", "NATS_URL", "SMTP_URL", "SECRET_KEY", "LANG", "LC_ALL")
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        return kept | {"DATA": str(self.folder), "PYTHONPATH": str(SERVER), "LC_ALL": "C.UTF-8"} | self.extra

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "omenigen.main.cli", *words]
        return subprocess.run(
            command, input=typed, env=self.environment, capture_output=True, text=True, timeout=90, check=False
        )

    def must(self, *words: str, typed: str = "") -> str:
        done = self.run(*words, typed=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def must_not(self, *words: str, typed: str = "") -> str:
        """The command fails with exit code 1 and a sentence, not a traceback."""
        done = self.run(*words, typed=typed)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr


class House:
    """A running `up`."""

    def __init__(self, terminal: Terminal, *, port: int | None = None) -> None:
        self.port = port or free_port()
        environment = terminal.environment | {"PORT": str(self.port)}
        command = [sys.executable, "-m", "omenigen.main.cli", "up"]
        self.log = terminal.folder / "up.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.wait_until_ready()

    def get(self, path: str, **headers: str) -> int:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def wait_until_ready(self) -> None:
        until = time.monotonic() + 60
        while self.get("/health/ready") != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def wait_for_words(self, words: str) -> str:
        until = time.monotonic() + 20
        while words not in (said := self.log.read_text()):
            assert time.monotonic() < until, said
            time.sleep(0.1)
        return said

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> float:
        """Stop and return how long it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        self.process.wait(30)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def terminal() -> Iterator[Terminal]:
    """One data folder for the whole journey; not in pytest's own folder, which PostgreSQL's user cannot enter."""
    with tempfile.TemporaryDirectory(prefix="omenigen-cli-") as folder:
        yield Terminal(Path(folder))


@pytest.fixture
def house(terminal: Terminal) -> Iterator[House]:
    house = House(terminal)
    yield house
    house.stop()


def test_help_reads_well(terminal: Terminal) -> None:
    words = terminal.must("--help")
    for command in ("up", "api", "worker", "scheduler", "migrate", "doctor", "backup", "restore", "operator", "keys"):
        assert re.search(rf"│ {command} ", words), f"{command} is missing"
    assert [words.index(panel) for panel in ("Start", "Look after", "People and games")] == sorted(
        words.index(panel) for panel in ("Start", "Look after", "People and games")
    )


def test_keys_from_the_first_to_the_last(terminal: Terminal) -> None:
    assert "Latin letters" in terminal.must_not("keys", "create", "--name", "Башня секретов")  # no header carries that
    printed = terminal.must("keys", "create", "--name", "first", "--trust", "server", "--quiet")
    assert KEY.fullmatch(printed.strip()), "the key alone"
    assert printed.count("\n") == 1
    listed = terminal.must("keys", "list")
    assert "first" in listed
    assert printed.strip() not in listed, "a key is shown once"
    number = re.search(r"^\s*(\d+)\s+first", listed, re.MULTILINE)
    assert number is not None
    terminal.must("keys", "revoke", number.group(1))
    assert "revoked" in terminal.must("keys", "list")


def test_what_cannot_be_is_one_sentence(terminal: Terminal) -> None:
    english = terminal.must_not("keys", "revoke", "987654")
    russian = Terminal(terminal.folder, {"LC_ALL": "ru_RU.UTF-8"}).must_not("keys", "revoke", "987654")
    assert english != russian
    assert re.search("[а-яё]{3}", russian)
    assert "no file" in terminal.must_not("restore", "/nowhere.tar", "--yes")
    assert "PORT" in Terminal(terminal.folder, {"PORT": "99999999"}).must_not("doctor")
    assert "DATABASE_URL" in terminal.must_not("api")


def test_an_operator_is_made(terminal: Terminal) -> None:
    person = ("operator", "create", "--email", "starosta@example.org", "--username", "starosta")
    assert "password" in terminal.must_not(*person, "--password-stdin", typed="short\n").lower()
    assert terminal.must(*person, "--password-stdin", typed=f"{PASSWORD}\n") == "", "a given password is not repeated"
    again = terminal.run(*person, "--generate")
    assert (again.returncode, again.stdout) == (0, "")
    assert "already" in again.stderr
    other = terminal.must("operator", "create", "--email", "two@example.org", "--username", "second", "--generate")
    assert len(other.strip()) >= 16, "a password of ours is printed"


def test_the_doctor_finds_all_well(terminal: Terminal) -> None:
    words = terminal.must("doctor")
    for part in ("PostgreSQL", "Redis", "NATS", "Tables", "Content", "Disk", "Letters"):
        assert re.search(rf"✓ {part}", words), words


def test_the_doctor_says_what_to_do(terminal: Terminal) -> None:
    port = free_port()
    ill = {
        "DATABASE_URL": f"postgresql://u:p@127.0.0.1:{port}/x",
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "NATS_URL": f"nats://127.0.0.1:{port}",
        "SMTP_URL": f"smtp://127.0.0.1:{port}",
        "SECRET_KEY": "short",
        "CONTENT": "/nowhere",
    }
    done = Terminal(terminal.folder, ill).run("doctor")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for part, advice in {
        "PostgreSQL": "correct DATABASE_URL",
        "Redis": "correct REDIS_URL",
        "NATS": "correct NATS_URL",
        "Letters": "Correct SMTP_URL",
        "Secret key": "at least 32",
        "Content": "Correct that file",
        "Tables": "See PostgreSQL",
    }.items():
        assert re.search(rf"✗ {part} .*\n\s+→ .*{advice}", done.stdout), done.stdout


def test_a_house_opens_serves_and_closes(terminal: Terminal, house: House) -> None:
    said = house.wait_for_words("Ctrl-C")
    assert f"http://localhost:{house.port}" in said
    assert house.get("/health/live") == 200
    key = terminal.must("keys", "create", "--name", "while-running", "--quiet").strip()
    probe = {"X-API-Key": key}
    assert house.get("/api/v1/achievements/", **probe) == 200, "a new key works at once"
    with pytest.raises(AssertionError):
        House(terminal)
    record = json.loads((terminal.folder / "run.json").read_text())
    assert (terminal.folder / "run.json").stat().st_mode & 0o077 == 0
    assert record["pid"] == house.process.pid
    assert "already running" in terminal.must_not("restore", str(house.log), "--yes")
    assert house.stop() < 10
    assert house.process.returncode == 0
    assert not (terminal.folder / "run.json").exists()
    assert not _left_behind(terminal.folder)


def test_ctrl_c_is_a_clean_end_too(house: House, terminal: Terminal) -> None:
    assert house.stop(signal.SIGINT) < 10
    assert house.process.returncode == 0
    assert not _left_behind(terminal.folder)


def test_after_kill_9_the_house_opens_again(terminal: Terminal) -> None:
    first = House(terminal)
    first.stop(signal.SIGKILL)
    orphans = _left_behind(terminal.folder)
    assert orphans, "servers outlive a killed house"
    second = House(terminal)
    try:
        assert not any(is_alive(pid) for pid in orphans)
        assert second.get("/health/ready") == 200
    finally:
        second.stop()
    assert not _left_behind(terminal.folder)


def test_backup_and_restore(terminal: Terminal, house: House) -> None:
    media = terminal.folder / "media" / "ab"
    media.mkdir(parents=True, exist_ok=True)
    (media / "picture").write_bytes(b"before")
    terminal.must("keys", "create", "--name", "kept", "--quiet")
    archive = terminal.folder / "backup.tar"
    terminal.must("backup", str(archive))
    assert archive.stat().st_mode & 0o077 == 0
    epoch = _epoch(terminal.folder)
    terminal.must("keys", "create", "--name", "lost", "--quiet")
    (media / "picture").write_bytes(b"after")
    house.stop()
    terminal.must("restore", str(archive), "--yes")
    listed = terminal.must("keys", "list")
    assert "kept" in listed
    assert "lost" not in listed
    assert (media / "picture").read_bytes() == b"before"
    again = House(terminal)
    try:
        assert _epoch(terminal.folder) != epoch, "open screens must load anew"
        assert again.get("/health/ready") == 200
    finally:
        again.stop()


def test_what_is_no_backup_changes_nothing(terminal: Terminal) -> None:
    broken = terminal.folder / "broken.tar"
    broken.write_bytes(b"not a tar")
    before = terminal.must("keys", "list")
    assert "not a backup" in terminal.must_not("restore", str(broken), "--yes")
    assert terminal.must("keys", "list") == before


def _left_behind(folder: Path) -> list[int]:
    """Processes whose command line names the folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder.resolve()).encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def _epoch(folder: Path) -> str:
    url = json.loads((folder / "run.json").read_text())["database_url"].replace("+asyncpg", "")
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT epoch FROM live_epoch").fetchone()
        assert row is not None
        return str(row[0])
