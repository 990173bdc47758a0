"""`up`: the servers that are missing, the tables, and the whole house in one process."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from omenigen.kit import log as logs
from omenigen.kit.tasks import end
from omenigen.main import everything
from omenigen.main.cli.operator import operator_exists
from omenigen.main.cli.servers import Running, embedded, missing, pointed_at
from omenigen.main.cli.terminal import CommandFailed, err, progress
from omenigen.main.migrations import migrate
from omenigen.main.settings import Settings

_STOP_PATIENCE = 12.0
_READY_PATIENCE = 60.0


async def up(settings: Settings) -> None:
    """Start everything, say where it is, and stop it in order at the first Ctrl-C or SIGTERM."""
    began = time.monotonic()
    logs.configure(settings.log)
    for chatty in ("alembic", "uvicorn.error"):
        # Here progress is told in our own words.
        logging.getLogger(chatty).setLevel(logging.WARNING)
    _ensure_port_is_free(settings)
    _ensure_web_is_built(settings)
    async with _stop_event() as stop, _servers(settings) as ready:
        progress("Bringing the tables up to date")
        await asyncio.to_thread(migrate, ready.database)
        progress("Starting the house")
        house = asyncio.create_task(everything.run(ready, stop), name="everything")
        greeting = asyncio.create_task(_greet(ready, began), name="greeting")
        stopping = asyncio.create_task(stop.wait(), name="stopping")
        await asyncio.wait({house, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            progress("Stopping")
        await asyncio.wait({house}, timeout=_STOP_PATIENCE)
        await end(greeting, stopping, house)
        # Whatever ended the house early is the reason to tell.
        if house.done() and not house.cancelled() and (error := house.exception()):
            raise error
    progress("Stopped")


@asynccontextmanager
async def _servers(settings: Settings) -> AsyncIterator[Settings]:
    if gaps := missing(settings):
        names = {"postgres": "PostgreSQL", "nats": "NATS", "redis": "Redis"}
        progress(f"Starting {', '.join(name for gap, name in names.items() if gap in gaps)} in {settings.data.folder}")
    async with embedded(settings, say=lambda line: err.print(f"  [dim]{line}[/]")) as servers:
        ready = pointed_at(settings, servers)
        record = Running(
            pid=os.getpid(),
            address=settings.http.address,
            database_url=ready.database.url,
            redis_url=ready.redis.url,
            nats_url=ready.bus.url,
        )
        record.write(settings.data.folder)
        try:
            yield ready
        finally:
            Running.forget(settings.data.folder)


async def _greet(settings: Settings, began: float) -> None:
    """Wait until the house answers, then say where it is and how to become its operator."""
    until = time.monotonic() + _READY_PATIENCE
    while not await _is_ready(settings):
        if time.monotonic() > until:
            err.print("[yellow]The house does not answer yet; ./omenigen doctor says what is wrong.[/]")
            return
        await asyncio.sleep(0.1)
    err.print(f"\n[bold green]Ωmenigen is ready[/] at [bold]{settings.http.address}[/]", end="")
    err.print(f" [dim]({time.monotonic() - began:.1f} s, data in {settings.data.folder})[/]")
    if await operator_exists(settings):
        err.print("  Sign in there as the operator, or anybody else.")
    else:
        err.print("  It has no operator yet. In another terminal:")
        err.print("    [bold]./omenigen operator create --email you@example.org --username you[/]")
        err.print(f"  then sign in at {settings.http.address}/sign-in")
    if not settings.mail.smtp_url:
        err.print(f"  Letters are kept in {settings.data.folder / 'mailbox'}; their links are printed here.")
    err.print("  Ctrl-C stops everything.\n")


async def _is_ready(settings: Settings) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(_loopback(settings), settings.http.port)
            writer.write(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            status = await reader.readline()
            writer.close()
            return b" 200 " in status
    return False


@asynccontextmanager
async def _stop_event() -> AsyncIterator[asyncio.Event]:
    """Set at the first signal, also while servers are still starting; and when `make`, our parent, was killed."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    follower = asyncio.create_task(_follow_parent(stop), name="follow-parent")
    try:
        yield stop
    finally:
        await end(follower)


async def _follow_parent(stop: asyncio.Event) -> None:
    if not os.environ.get("OMENIGEN_FOLLOW_PARENT"):
        return
    parent = os.getppid()
    while os.getppid() == parent:  # the kernel tells nobody portably that a parent has gone
        await asyncio.sleep(0.5)
    stop.set()


def _ensure_port_is_free(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.http.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.http.host, settings.http.port))
        except OSError as error:
            running = Running.read(settings.data.folder)
            if running and running.address == settings.http.address:
                raise CommandFailed(
                    f"Ωmenigen is already running at {running.address} (process {running.pid})."
                ) from error
            raise CommandFailed(
                f"Cannot listen on {settings.http.host}:{settings.http.port} ({error.strerror}). "
                f"Choose another port: PORT={settings.http.port + 1} make up"
            ) from error


def _ensure_web_is_built(settings: Settings) -> None:
    if not (settings.http.web_folder / "index.html").exists():
        err.print("[yellow]The web app is not built: only the API will answer. `make up` builds it.[/]")


def _loopback(settings: Settings) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.http.host, settings.http.host)  # noqa: S104 # compared
