"""Which servers a command talks to: outside ones, those of a running `up`, or embedded ones for a moment."""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from omenigen.kit.embedded import Embedded
from omenigen.kit.embedded.errors import AlreadyRunning
from omenigen.kit.embedded.memory import write_private
from omenigen.main.cli.terminal import CommandFailed
from omenigen.main.migrations import migrate
from omenigen.main.settings import Settings

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What `up` leaves in DATA/run.json for other commands; it holds passwords, so only its owner may read it."""

    pid: int
    address: str
    database_url: str
    redis_url: str
    nats_url: str

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The record of this data folder; a torn or older one counts as none."""
        try:
            return cls(**json.loads((folder / "run.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        write_private(folder / "run.json", json.dumps(asdict(self), indent=1))

    @staticmethod
    def forget(folder: Path) -> None:
        with contextlib.suppress(FileNotFoundError):
            (folder / "run.json").unlink()


def missing(settings: Settings) -> set[str]:
    """The servers that no setting names."""
    named = {"postgres": settings.database.url, "redis": settings.redis.url, "nats": settings.bus.url}
    return {name for name, url in named.items() if not url}


def embedded(settings: Settings, *, say: Callable[[str], None]) -> Embedded:
    """The embedded servers that stand in for those that no setting names."""
    return Embedded(settings.data.folder, want=missing(settings), say=say)


def pointed_at(settings: Settings, servers: Embedded | Running) -> Settings:
    """The same settings, with the gaps filled."""
    gaps = missing(settings)
    return settings.with_servers(
        database_url=servers.database_url if "postgres" in gaps else settings.database.url,
        redis_url=servers.redis_url if "redis" in gaps else settings.redis.url,
        nats_url=servers.nats_url if "nats" in gaps else settings.bus.url,
    )


@asynccontextmanager
async def reach_servers(settings: Settings, *, say: Callable[[str], None]) -> AsyncIterator[Settings]:
    """Settings that name running servers for the length of a command. Own servers get their tables, too."""
    if not missing(settings):
        yield settings
        return
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            async with embedded(settings, say=say) as servers:
                own = pointed_at(settings, servers)
                if "postgres" in missing(settings):
                    await asyncio.to_thread(migrate, own.database)
                yield own
                return
        except AlreadyRunning as busy:
            running = Running.read(settings.data.folder)
            # A record of an earlier, killed run names another process than the one that holds the folder now.
            if running and running.pid == busy.pid:
                yield pointed_at(settings, running)
                return
            if time.monotonic() > until:
                raise
        await asyncio.sleep(0.2)


def running_servers(settings: Settings) -> Settings:
    """Settings for one more process beside a running `up`, or beside outside servers."""
    gaps = missing(settings)
    if not gaps:
        return settings
    running = Running.read(settings.data.folder)
    if running is None or not _is_alive(running.pid):
        names = {"postgres": "DATABASE_URL", "redis": "REDIS_URL", "nats": "NATS_URL"}
        wanted = ", ".join(sorted(names[gap] for gap in gaps))
        raise CommandFailed(f"This process needs servers: set {wanted}, or start everything with ./omenigen up.")
    return pointed_at(settings, running)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
