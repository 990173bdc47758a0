"""The commands, their options, and one place that turns trouble into a sentence."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvloop
from dishka import AsyncContainer
from nats.errors import Error as NatsError
from pydantic import ValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError

from omenigen import __version__
from omenigen.kit import log as logs
from omenigen.kit.auth import Trust
from omenigen.kit.bus import Bus
from omenigen.kit.embedded import Embedded
from omenigen.kit.embedded.errors import AlreadyRunning, EmbeddedError
from omenigen.kit.errors import Refusal
from omenigen.kit.settings import LogSettings
from omenigen.main import api, migrations, scheduler, worker
from omenigen.main.cli import backup as backups
from omenigen.main.cli import doctor as doctors
from omenigen.main.cli import keys, operator, servers
from omenigen.main.cli import up as ups
from omenigen.main.cli.terminal import CommandFailed, err, progress, sentence
from omenigen.main.container import make_container
from omenigen.main.settings import Settings

T = TypeVar("T")
_BUS_PATIENCE, _SOON = 3.0, 0.25
_START, _CARE, _PEOPLE = "Start", "Look after", "People and games"

app = typer.Typer(
    name="omenigen",
    help="[bold]Ωmenigen[/]: a self-hosted world for a community.\n\n"
    "Settings come from the environment or .env (see .env.example): DATA, HOST, PORT, DATABASE_URL, REDIS_URL, "
    "NATS_URL and others. Servers that are not named are started here, in DATA.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
operator_commands = typer.Typer(help="Who looks after the house.", no_args_is_help=True)
key_commands = typer.Typer(help="Doors for external games.", no_args_is_help=True)
app.add_typer(operator_commands, name="operator", rich_help_panel=_PEOPLE)
app.add_typer(key_commands, name="keys", rich_help_panel=_PEOPLE)


def main() -> None:
    """Run a command; expected trouble is one line and exit code 1, never a traceback."""
    try:
        app(prog_name="omenigen")
    except (CommandFailed, EmbeddedError) as error:
        _fail(str(error))
    except Refusal as refusal:
        _fail(sentence(refusal))
    except ValidationError as error:
        _fail("; ".join(f"{_setting(problem)}: {problem['msg']}" for problem in error.errors()))
    except (DBAPIError, InterfaceError, RedisError, NatsError, OSError) as error:
        words = str(error).strip().splitlines() or [type(error).__name__]
        _fail(f"{words[0]} (./omenigen doctor says what to do)")
    except KeyboardInterrupt:
        sys.exit(130)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"Ωmenigen {__version__}")
        raise typer.Exit


@app.command(rich_help_panel=_START)
def up() -> None:
    """Start everything here: servers that are missing, tables, the house. Ctrl-C stops it."""
    _run(ups.up(Settings.load()))


@app.command("api", rich_help_panel=_START)
def api_command() -> None:
    """Start one process that answers HTTP and WebSockets."""
    _run(api.run(servers.running_servers(Settings.load())))


@app.command("worker", rich_help_panel=_START)
def worker_command() -> None:
    """Start one process that reacts to facts. Health answers on its own PORT."""
    _run(worker.run(servers.running_servers(Settings.load())))


@app.command("scheduler", rich_help_panel=_START)
def scheduler_command() -> None:
    """Start one process that knows the time. One of several leads."""
    _run(scheduler.run(servers.running_servers(Settings.load())))


@app.command(rich_help_panel=_CARE)
def migrate() -> None:
    """Bring the tables to the form that this version expects."""
    _run(_with_servers(_migrate))


@app.command(rich_help_panel=_CARE)
def doctor() -> None:
    """Check every dependency and say what to do."""
    if not _run(_with_servers(_doctor)):
        raise typer.Exit(1)


@app.command(rich_help_panel=_CARE)
def backup(file: Annotated[Path, typer.Argument(help="The archive to write (a tar).")]) -> None:
    """Save database, media and secrets in one file. The house may keep working."""

    async def work(settings: Settings) -> None:
        size = await backups.backup(settings, file=file)
        err.print(f"[green]✓[/] {file} ({size / 1024**2:.1f} MB). It holds secrets: keep it safe.")

    _run(_with_servers(work))


@app.command(rich_help_panel=_CARE)
def restore(
    file: Annotated[Path, typer.Argument(help="An archive that backup has written.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replace everything by what a backup holds. Stop the house first."""
    if not file.is_file():
        raise CommandFailed(f"There is no file {file}.")
    if not yes:
        typer.confirm("This replaces all accounts, events and media of this house. Go on?", abort=True)

    async def work() -> None:
        settings = Settings.load()
        try:
            async with _own_servers(settings) as embedded:
                manifest = await backups.restore(servers.pointed_at(settings, embedded), file=file)
        except AlreadyRunning as busy:
            raise CommandFailed(f"{busy} Stop it first, then restore.") from busy
        err.print(f"[green]✓[/] The house is as it was on {manifest.made_at}.")

    _run(work())


@operator_commands.command("create")
def operator_create(
    email: Annotated[str, typer.Option(prompt=True, help="Their address; it counts as confirmed.")],
    username: Annotated[str, typer.Option(prompt=True, help="The name to sign in with.")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
    generate: Annotated[bool, typer.Option("--generate", help="Make a password and print it.")] = False,
    promote: Annotated[bool, typer.Option("--promote", help="An existing account may become operator.")] = False,
) -> None:
    """Make an account that may do everything."""
    password, made = operator.ask_password(from_stdin=password_stdin, generate=generate)

    async def work(container: AsyncContainer, settings: Settings) -> None:
        result = await operator.create_operator(
            container, email=email, username=username, password=password, promote=promote
        )
        operator.tell_operator(result, password=password, made=made, address=settings.http.address)

    _run(_with_container(work))


@key_commands.command("create")
def keys_create(
    name: Annotated[str, typer.Option(help="What the key is for: the game's name.")],
    trust: Annotated[Trust, typer.Option(help="How far the word of its sender goes.")] = Trust.SERVER,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do; repeatable. Default: what a game needs, for every player (players:all)."),
    ] = None,
    rate: Annotated[int, typer.Option(min=1, max=100_000, help="Events a second it may send.")] = 5_000,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the key alone.")] = False,
) -> None:
    """Make a key for a game. It is shown once."""

    async def work(container: AsyncContainer, settings: Settings) -> None:
        await keys.create_key(container, name=name, trust=trust, scopes=scope, rate=rate, quiet=quiet)

    _run(_with_container(work, quiet=quiet))


@key_commands.command("list")
def keys_list() -> None:
    """List all keys."""

    async def work(container: AsyncContainer, settings: Settings) -> None:
        await keys.list_keys(container)

    _run(_with_container(work))


@key_commands.command("revoke")
def keys_revoke(key_id: Annotated[int, typer.Argument(help="The id that `keys list` shows.")]) -> None:
    """Close a door at once."""

    async def work(container: AsyncContainer, settings: Settings) -> None:
        await keys.revoke_key(container, key_id=key_id)

    _run(_with_container(work))


async def _migrate(settings: Settings) -> None:
    await asyncio.to_thread(migrations.migrate, settings.database)
    err.print("[green]✓[/] The tables are up to date.")


async def _doctor(settings: Settings) -> bool:
    return doctors.tell(await doctors.examine(settings))


async def _with_servers(work: Callable[[Settings], Awaitable[T]], *, quiet: bool = False) -> T:
    settings = Settings.load()
    logs.configure(LogSettings(LOG_LEVEL="ERROR"))
    async with servers.reach_servers(settings, say=lambda line: None if quiet else progress(line)) as reached:
        return await work(reached)


async def _with_container(work: Callable[[AsyncContainer, Settings], Awaitable[None]], *, quiet: bool = False) -> None:
    """The bus is asked for, not waited for: without it the facts of a command wait in the outbox for the house."""

    async def inside(settings: Settings) -> None:
        container = make_container(settings)
        bus = await container.get(Bus)
        with suppress(TimeoutError):
            async with asyncio.timeout(_BUS_PATIENCE):
                await bus.connect()
        try:
            await work(container, settings)
            # What is told "soon after the commit" (a new key, to processes that know the old ones) must still leave.
            await asyncio.sleep(_SOON)
        finally:
            await bus.close()
            await container.close()

    await _with_servers(inside, quiet=quiet)


@asynccontextmanager
async def _own_servers(settings: Settings) -> AsyncIterator[Embedded]:
    logs.configure(LogSettings(LOG_LEVEL="ERROR"))
    async with servers.embedded(settings, say=progress) as embedded:
        yield embedded


def _run(work: Coroutine[Any, Any, T]) -> T:
    return uvloop.run(work)


def _setting(problem: Any) -> str:  # Any: pydantic's ErrorDetails
    return ".".join(str(part) for part in problem["loc"])


def _fail(sentence: str) -> None:
    err.print(f"omenigen: {sentence}", markup=False)
    sys.exit(1)
