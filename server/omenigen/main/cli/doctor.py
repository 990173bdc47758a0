"""`doctor`: look at every dependency, and say what to do about each that is not well."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
import nats
import psycopg
import redis.asyncio as redis
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from omenigen.kit.texts import Locale, Texts, TextsBroken
from omenigen.main.cli.terminal import out, sentence
from omenigen.main.migrations import at_head
from omenigen.main.settings import Settings
from omenigen.modules.achievements.catalog import PackRefused, load_catalog

_PATIENCE = 5
_OLDEST_POSTGRES = 14
_OLDEST_REDIS = (6, 2)
_GIGABYTE = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one dependency is; `advice` says what to do when it is not well."""

    name: str
    well: bool
    words: str
    advice: str = ""
    serious: bool = True


async def examine(settings: Settings) -> Sequence[Finding]:
    """Look at everything at once."""
    looks: list[Callable[[Settings], Awaitable[Finding]]] = [
        _python,
        _data_folder,
        _disk,
        _postgres,
        _migrations,
        _redis,
        _nats,
        _content,
        _web,
        _secret,
        _mail,
    ]
    return await asyncio.gather(*(look(settings) for look in looks))


def tell(findings: Sequence[Finding]) -> bool:
    """Print the findings; answer whether the house may open."""
    width = max(len(finding.name) for finding in findings) + 2
    for finding in findings:
        mark = "[green]✓[/]" if finding.well else "[red]✗[/]" if finding.serious else "[yellow]![/]"
        out.print(f"{mark} {finding.name:<{width}}", end="")
        out.print(finding.words, markup=False)
        if not finding.well and finding.advice:
            out.print(f"  {'':<{width}}→ {finding.advice}", markup=False)
    bad = sum(1 for finding in findings if not finding.well and finding.serious)
    out.print("\nAll is well." if not bad else f"\n{bad} of {len(findings)} need you.")
    return not bad


async def _python(settings: Settings) -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    recent = sys.version_info >= (3, 11)
    return Finding(name="Python", well=recent, words=version, advice="Install Python 3.11 or newer.")


async def _data_folder(settings: Settings) -> Finding:
    folder = settings.data.folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = f"Let the user {os.geteuid()} write there, or set DATA to another folder."
        return Finding(name="Data folder", well=False, words=f"{folder}: {error.strerror}", advice=advice)
    return Finding(name="Data folder", well=True, words=f"{folder}, writable")


async def _disk(settings: Settings) -> Finding:
    try:
        free = shutil.disk_usage(settings.data.folder).free
    except OSError as error:
        return Finding(name="Disk", well=False, words=str(error))
    return Finding(
        name="Disk",
        well=free > _GIGABYTE,
        words=f"{free / _GIGABYTE:.1f} GB free",
        advice="Make room: below 1 GB the database may stop.",
    )


async def _postgres(settings: Settings) -> Finding:
    def look() -> tuple[int, str]:
        with psycopg.connect(settings.database.dsn, connect_timeout=_PATIENCE) as connection:
            connection.execute("CREATE TEMPORARY TABLE doctor (id int)")
            encoding = connection.execute("SHOW server_encoding").fetchone()
            return connection.info.server_version, str(encoding[0]) if encoding else "?"

    name = "PostgreSQL"
    try:
        version, encoding = await asyncio.to_thread(look)
    except psycopg.Error as error:
        advice = "Start it, or correct DATABASE_URL (postgresql://user:password@host:5432/name)."
        return Finding(name=name, well=False, words=_first_line(error), advice=advice)
    major = version // 10000
    if major < _OLDEST_POSTGRES:
        return Finding(name=name, well=False, words=f"{major} is too old", advice="Use PostgreSQL 14 or newer.")
    if encoding != "UTF8":
        advice = "Make a new database: CREATE DATABASE omenigen ENCODING 'UTF8' TEMPLATE template0."
        return Finding(name=name, well=False, words=f"its encoding is {encoding}", advice=advice)
    return Finding(name=name, well=True, words=f"{major}.{version % 10000}, writable")


async def _migrations(settings: Settings) -> Finding:
    name = "Tables"
    try:
        newest = await asyncio.to_thread(at_head, settings.database)
    except SQLAlchemyError as error:
        return Finding(name=name, well=False, words=f"cannot look ({type(error).__name__})", advice="See PostgreSQL.")
    return Finding(
        name=name,
        well=newest,
        words="up to date" if newest else "older than this version",
        advice="Run ./omenigen migrate.",
    )


async def _redis(settings: Settings) -> Finding:
    name = "Redis"
    advice = "Start it, or correct REDIS_URL (redis://:password@host:6379/0)."
    try:
        client = redis.Redis.from_url(
            settings.redis.url, socket_connect_timeout=_PATIENCE, socket_timeout=_PATIENCE, decode_responses=True
        )
        info = await client.info("server")
        await client.set("doctor", "1", ex=5)
        await client.aclose()
    except (RedisError, OSError, ValueError) as error:
        return Finding(name=name, well=False, words=_first_line(error), advice=advice)
    version = str(info["redis_version"])
    recent = tuple(int(part) for part in version.split(".")[:2]) >= _OLDEST_REDIS
    return Finding(name=name, well=recent, words=f"{version}, writable", advice="Use Redis 6.2 or newer, or Valkey.")


async def _nats(settings: Settings) -> Finding:
    name = "NATS"
    advice = "Start it, or correct NATS_URL (nats://user:password@host:4222)."

    async def quiet(error: Exception) -> None:
        """The client would print each failed attempt."""

    try:
        async with asyncio.timeout(_PATIENCE + 1):
            client = await nats.connect(
                settings.bus.url, connect_timeout=_PATIENCE, allow_reconnect=False, error_cb=quiet
            )
    except (NatsError, OSError, TimeoutError, ValueError) as error:
        return Finding(name=name, well=False, words=_first_line(error), advice=advice)
    try:
        account = await client.jetstream(timeout=_PATIENCE).account_info()
    except (NatsError, JetStreamError, TimeoutError):
        advice = "Start the server with -js, or put `jetstream {}` into its configuration."
        return Finding(name=name, well=False, words="JetStream is off", advice=advice)
    finally:
        await client.close()
    version = client.connected_server_version
    words = f"{version.major}.{version.minor}.{version.patch}, JetStream with {account.streams} streams"
    return Finding(name=name, well=True, words=words)


async def _content(settings: Settings) -> Finding:
    name = "Content"
    advice = "Correct that file, or take the one of the repository again."
    try:
        texts = await asyncio.to_thread(Texts.load, settings.data.content / "texts")
        catalog = await asyncio.to_thread(load_catalog, settings.data.content / "achievements")
    except PackRefused as refusal:
        return Finding(name=name, well=False, words=sentence(refusal), advice=advice)
    except (TextsBroken, OSError) as error:
        return Finding(name=name, well=False, words=_first_line(error), advice=advice)
    missing = texts.keys(Locale.EN) ^ texts.keys(Locale.RU)
    if missing:
        words = f"{len(missing)} texts are written in one language only, first {min(missing)}"
        return Finding(name=name, well=False, words=words, advice="Write them in both.", serious=False)
    return Finding(
        name=name, well=True, words=f"{len(texts.keys(Locale.EN))} texts in two languages, {len(catalog.rules)} rules"
    )


async def _web(settings: Settings) -> Finding:
    index = settings.http.web_folder / "index.html"
    return Finding(
        name="Web app",
        well=index.exists(),
        words=f"built in {_short(index.parent)}" if index.exists() else "not built",
        advice="Run make up or make setup: they build it.",
        serious=False,
    )


async def _secret(settings: Settings) -> Finding:
    length = len(settings.auth.secret.get_secret_value())
    return Finding(
        name="Secret key",
        well=length >= 32,  # what HS256 asks for: RFC 7518 §3.2
        words=f"{length} characters",
        advice="Set SECRET_KEY to at least 32 random characters, or unset it.",
    )


async def _mail(settings: Settings) -> Finding:
    name = "Letters"
    if not settings.mail.smtp_url:
        mailbox = _short(settings.data.folder / "mailbox")
        return Finding(name=name, well=True, words=f"kept in {mailbox} (SMTP_URL is not set)")
    try:
        await _knock_at_smtp(settings.mail.smtp_url)
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        advice = "Correct SMTP_URL (smtp://user:password@host:587 or smtps://…:465)."
        return Finding(name=name, well=False, words=_first_line(error), advice=advice)
    return Finding(name=name, well=True, words="the SMTP server answers")


async def _knock_at_smtp(url: str) -> None:
    """Connect, greet, sign in when asked to; send nothing."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("SMTP_URL is not an smtp:// or smtps:// address")
    implicit = parts.scheme == "smtps"
    client = aiosmtplib.SMTP(
        hostname=parts.hostname, port=parts.port or (465 if implicit else 587), use_tls=implicit, timeout=_PATIENCE
    )
    async with client:
        if parts.username:
            await client.login(unquote(parts.username), unquote(parts.password or ""))
        await client.noop()


def _first_line(error: BaseException) -> str:
    words = str(error).strip().splitlines()
    return words[0] if words else type(error).__name__


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
