"""A backup: one tar with a manifest, a dump of the database, facts on their way, media and secrets."""

import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import psycopg
from sqlalchemy import URL, make_url

from omenigen.kit.embedded.postgres import postgres_tool
from omenigen.kit.settings import DatabaseSettings
from omenigen.main.cli.terminal import CommandFailed

FORMAT = 1
MANIFEST, DUMP, FACTS, MEDIA = "manifest.json", "database.dump", "facts.jsonl", "media"
SECRET = "secret.key"  # noqa: S105 # a file name
_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the archive says about itself."""

    format: int
    version: str
    made_at: str
    postgres: int
    facts: int

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, folder: Path) -> Self:
        try:
            manifest = cls(**json.loads((folder / MANIFEST).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise CommandFailed("This file is not a backup of Ωmenigen.") from error
        if manifest.format > FORMAT:
            raise CommandFailed(f"This backup was made by a newer version ({manifest.version}); update first.")
        return manifest


def server_major(settings: DatabaseSettings) -> int:
    """The major version of the server, which chooses the tools."""
    with psycopg.connect(settings.dsn, connect_timeout=10) as connection:
        return connection.info.server_version // 10000


def dump_database(settings: DatabaseSettings, *, to: Path, major: int) -> None:
    """One snapshot of everything, taken while the house works."""
    tool = postgres_tool("pg_dump", at_least=major)
    _run([tool, "--format=custom", "--no-owner", "--no-privileges", f"--file={to}"], settings)


def replace_database(settings: DatabaseSettings, *, dump: Path, major: int) -> None:
    """Put the dump in the place of what is there, in ONE transaction: it succeeds whole or changes nothing."""
    script = dump.with_suffix(".sql")
    with script.open("w") as file:
        file.write("DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
        file.flush()
        command = [postgres_tool("pg_restore", at_least=major), "--no-owner", "--no-privileges", "--file=-", str(dump)]
        _run(command, settings=None, output=file.fileno())
    psql = [postgres_tool("psql", at_least=major), "--no-psqlrc", "--quiet", "--single-transaction"]
    _run([*psql, "--set=ON_ERROR_STOP=1", f"--file={script}"], settings)


@contextmanager
def workplace(beside: Path) -> Iterator[Path]:
    """A private folder on the same disk as the archive, gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix=".omenigen-", dir=beside.absolute().parent) as folder:
            yield Path(folder)
    except (PermissionError, FileNotFoundError) as error:
        raise CommandFailed(f"Cannot write to {beside.absolute().parent}.") from error


def pack(folder: Path, *, media: Path, into: Path) -> int:
    """Write the archive in one step (a name that exists is a backup that is whole); return its size."""
    draft = folder / "archive.tar"
    with tarfile.open(draft, "w") as archive:
        for path in sorted(folder.iterdir()):
            if path != draft:
                archive.add(path, arcname=path.name)
        if media.is_dir():
            archive.add(media, arcname=MEDIA)
    draft.chmod(0o600)
    draft.replace(into)
    return into.stat().st_size


def unpack(archive: Path, *, into: Path) -> None:
    """Take an archive apart; refuse what is not one, and names that lead elsewhere."""
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(into, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise CommandFailed(f"{archive} is not a backup of Ωmenigen, or it is damaged ({error}).") from error
    except OSError as error:
        raise CommandFailed(f"Cannot read {archive}: {error.strerror}.") from error


def _run(command: list[str], settings: DatabaseSettings | None, output: int | None = None) -> None:
    environment = dict(os.environ)
    if settings is not None:
        url = make_url(settings.dsn)
        # The password travels in the environment: everybody may read a command line.
        environment["PGPASSWORD"] = url.password or ""
        bare = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
        command = [*command, f"--dbname={bare.render_as_string()}"]
    result = subprocess.run(
        command,
        check=False,
        stdout=output or subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        timeout=6 * _HOUR,
    )
    if result.returncode:
        words = result.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise CommandFailed(f"{Path(command[0]).name} failed: {words[0]}")
