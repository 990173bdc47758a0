"""Many writers at once: no deadlock, no hole, and nobody sees N before N−1."""

import asyncio
import os
import random

from dishka import AsyncContainer
from sqlalchemy import text

from omenigen.kit.clock import SystemClock
from omenigen.kit.db import Database
from omenigen.kit.streams import Streams

WRITERS, NAMES = 16, [f"room.{number}" for number in range(8)]
APPENDS = int(os.environ.get("STREAM_APPENDS", "60"))
"""Per writer; the full thousand by `STREAM_APPENDS=1000`."""


async def test_writers_of_random_pairs_leave_no_hole_and_readers_see_none(container: AsyncContainer) -> None:
    database = await container.get(Database)
    done = asyncio.Event()
    ranges: dict[str, list[tuple[int, int]]] = {name: [] for name in NAMES}

    async def write(number: int) -> None:
        rng = random.Random(number)
        for step in range(APPENDS):
            streams = Streams(SystemClock())
            for name in rng.sample(NAMES, 2):
                streams.append(name, put={f"k/{number}": {"step": step}})
            async with database.sessions() as session:
                written = await streams.write(session)
                await session.commit()
            for one in written:
                ranges[one.stream].append((one.from_, one.to))

    async def read() -> int:
        looks = 0
        while not done.is_set():
            async with database.reads.connect() as connection:
                rows = await connection.execute(
                    text(
                        "SELECT name, live_streams.version, count(p.version) AS patches, max(p.version) AS highest "
                        "FROM live_streams LEFT JOIN live_patches p ON stream_id = id GROUP BY name, 2"
                    )
                )
                for row in rows:
                    assert row.patches == row.version == (row.highest or 0), row
            looks += 1
        return looks

    reader = asyncio.create_task(read())
    async with asyncio.timeout(110):
        await asyncio.gather(*(write(number) for number in range(WRITERS)))
    done.set()
    assert await reader > 0
    assert sum(len(found) for found in ranges.values()) == WRITERS * APPENDS * 2
    for found in ranges.values():
        assert [from_ for from_, _ in sorted(found)] == list(range(len(found)))
