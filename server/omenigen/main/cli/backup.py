"""`backup` and `restore`: everything a house consists of, in one file."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import psycopg
import redis.asyncio as redis
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from omenigen import __version__
from omenigen.kit.bus import DEAD, FACTS, Bus
from omenigen.kit.clock import SystemClock
from omenigen.kit.outbox import OutboxRow
from omenigen.kit.settings import BusSettings, DatabaseSettings
from omenigen.kit.streams.epoch import new_epoch
from omenigen.main.cli import archive
from omenigen.main.cli.terminal import CommandFailed, progress
from omenigen.main.migrations import migrate
from omenigen.main.settings import Settings
from omenigen.main.subscribers import MODULES

_BUS_PATIENCE = 15


async def backup(settings: Settings, *, file: Path) -> int:
    """Write the archive and return its size. The house may be working meanwhile."""
    with archive.workplace(file) as folder:
        progress("Dumping the database")
        major = await asyncio.to_thread(archive.server_major, settings.database)
        await asyncio.to_thread(archive.dump_database, settings.database, to=folder / archive.DUMP, major=major)
        progress("Keeping facts on their way")
        facts = await _pending_facts(settings.bus)
        (folder / archive.FACTS).write_text("".join(json.dumps(fact) + "\n" for fact in facts))
        (folder / archive.SECRET).write_text(settings.auth.secret.get_secret_value())
        archive.Manifest(
            format=archive.FORMAT,
            version=__version__,
            made_at=SystemClock().now().isoformat(timespec="seconds"),
            postgres=major,
            facts=len(facts),
        ).write(folder)
        progress("Packing")
        media = settings.data.folder / archive.MEDIA
        return await asyncio.to_thread(archive.pack, folder, media=media, into=file)


async def restore(settings: Settings, *, file: Path) -> archive.Manifest:
    """Make the house be as it was; screens that are open somewhere start anew (a new live epoch)."""
    with archive.workplace(settings.data.folder / "restore") as folder:
        progress("Unpacking")
        await asyncio.to_thread(archive.unpack, file, into=folder)
        manifest = archive.Manifest.read(folder)
        progress(f"Replacing the database with that of {manifest.made_at}")
        major = max(manifest.postgres, await asyncio.to_thread(archive.server_major, settings.database))
        dump = folder / archive.DUMP
        await asyncio.to_thread(archive.replace_database, settings.database, dump=dump, major=major)
        await asyncio.to_thread(migrate, settings.database)
        await _begin_new_epoch(settings.database)
        progress("Emptying caches and the bus, sending facts on their way again")
        await _empty_cache(settings)
        facts = [json.loads(line) for line in (folder / archive.FACTS).read_text().splitlines()]
        await _replay(settings, facts)
        progress("Putting media and secrets back")
        _replace_files(settings, folder)
    return manifest


def last_known_fact(database: DatabaseSettings) -> int:
    """The newest fact the database knows of; later ones belong to a future that is undone."""
    with psycopg.connect(database.dsn) as connection:
        sequence = connection.execute("SELECT pg_get_serial_sequence(%s, 'id')", [OutboxRow.__tablename__]).fetchone()
        assert sequence is not None, "the outbox has an identity"
        row = connection.execute(f"SELECT last_value FROM {sequence[0]}").fetchone()  # noqa: S608 # a name of our own
        return int(row[0]) if row else 0


async def _pending_facts(settings: BusSettings) -> list[dict[str, str]]:
    """Facts that at least one consumer has not finished: handed to the bus, so no longer in the dump's outbox."""
    bus = await _connect(settings)
    try:
        stream = (await bus.jetstream.stream_info(FACTS)).state
        consumers = await bus.jetstream.consumers_info(FACTS)
        first = max(stream.first_seq, min((_finished(one) for one in consumers), default=stream.last_seq) + 1)
        facts = []
        for sequence in range(first, stream.last_seq + 1):
            try:
                message = await bus.jetstream.get_msg(FACTS, sequence)
            except NotFoundError:
                continue
            facts.append({"subject": message.subject or "", "body": (message.data or b"").decode()})
        return facts
    finally:
        await bus.close()


def _finished(consumer: ConsumerInfo) -> int:
    return consumer.ack_floor.stream_seq if consumer.ack_floor else 0


async def _replay(settings: Settings, facts: Sequence[dict[str, str]]) -> None:
    """Make both streams anew (outbox ids repeat after a restore, and the old stream would take them for repeats)."""
    newest = await asyncio.to_thread(last_known_fact, settings.database)
    bus = await _connect(settings.bus)
    try:
        for stream in (FACTS, DEAD):
            await bus.jetstream.delete_stream(stream)
        await bus.provision()
        for fact in facts:
            identity = json.loads(fact["body"]).get("id")
            if isinstance(identity, int) and identity <= newest:
                message_id = f"outbox-{identity}"
                await bus.publish_fact(fact["subject"], fact["body"].encode(), message_id=message_id)
    finally:
        await bus.close()


async def _connect(settings: BusSettings) -> Bus:
    bus = Bus(settings, MODULES)
    try:
        async with asyncio.timeout(_BUS_PATIENCE):
            await bus.connect()
    except TimeoutError as error:
        raise CommandFailed("NATS does not answer; ./omenigen doctor says what to do.") from error
    return bus


async def _begin_new_epoch(settings: DatabaseSettings) -> None:
    engine = create_async_engine(settings.url)
    async with AsyncSession(engine) as session:
        await new_epoch(session, reason="restore", clock=SystemClock())
        await session.commit()
    await engine.dispose()


async def _empty_cache(settings: Settings) -> None:
    """Everything in Redis can be rebuilt, and now tells of a time that did not happen."""
    client = redis.Redis.from_url(settings.redis.url, socket_timeout=10)
    await client.flushdb()
    await client.aclose()


def _replace_files(settings: Settings, folder: Path) -> None:
    data = settings.data.folder
    stamp = SystemClock().now().strftime("%Y%m%d-%H%M%S")
    for name in (archive.MEDIA, archive.SECRET):
        if not (folder / name).exists():
            continue
        if (data / name).exists():
            (data / name).replace(data / f"{name}.before-restore-{stamp}")
        shutil.move(folder / name, data / name)
    (data / archive.SECRET).chmod(0o600)
