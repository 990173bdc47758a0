"""The real house: real door, real hub, real database; only the per-person limit of sockets is lifted."""

import asyncio
import os
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "server"))

import httpx  # noqa: E402
import uvloop  # noqa: E402
from common import emit_at, entity, obey, rss, say  # noqa: E402
from dishka import AsyncContainer  # noqa: E402
from sqlalchemy import text  # noqa: E402

from omenigen.gateways.live import audit, sockets  # noqa: E402
from omenigen.gateways.live.hub import Hub  # noqa: E402
from omenigen.kit.auth import Trust  # noqa: E402
from omenigen.kit.db import Database  # noqa: E402
from omenigen.kit.edge import unit_of_work  # noqa: E402
from omenigen.kit.settings import HttpSettings, LogSettings  # noqa: E402
from omenigen.kit.streams import Encoded, Streams, Written  # noqa: E402
from omenigen.kit.streams.types import encode  # noqa: E402
from omenigen.kit.texts import Locale  # noqa: E402
from omenigen.main.app import make_app  # noqa: E402
from omenigen.main.process import loops, running, serve  # noqa: E402
from omenigen.main.schedule import API_LOOPS  # noqa: E402
from omenigen.main.settings import Settings  # noqa: E402
from omenigen.modules.accounts.public import Operators  # noqa: E402
from omenigen.modules.achievements.public import Sources  # noqa: E402

sockets.PER_USER = sockets.PER_IP = 100_000
if "BENCH_AUDIT" not in os.environ:
    # `emit` announces patches that no transaction wrote, so that fan-out alone is measured; the audit would notice.
    audit.EVERY_SECONDS = 3600
STREAM = "user.1"
_TRUTH = """
SELECT DISTINCT ON (name, key) name, live_streams.version, key, value
FROM live_streams JOIN live_patches ON stream_id = id
WHERE name LIKE 'app.%' AND key IS NOT NULL ORDER BY name, key, live_patches.version DESC
"""
PASSWORD = "seven blue lagfrogs"


async def main(port: int) -> None:
    """Serve until stdin ends."""
    settings = replace(Settings.load(), http=HttpSettings(PORT=port), log=LogSettings(LOG_LEVEL="ERROR"))
    async with running(settings) as container, loops(container, API_LOOPS):
        stop = asyncio.Event()
        server = asyncio.create_task(serve(await make_app(container, settings), settings, stop))
        await asyncio.sleep(1)
        hub = await container.get(Hub)
        say({"token": await sign_in(container, port)})

        def emit(number: int) -> None:
            topic = hub.topics[STREAM]
            assert topic.last is not None and hub.epoch is not None
            hub.announce(
                [
                    Written(
                        stream=STREAM, from_=topic.last, to=topic.last + 1, gate=topic.gate, drop=(),
                        put={"m/511": Encoded(encode(entity(number)))}, why="chat.message_posted", epoch=hub.epoch,
                    )
                ]
            )  # fmt: skip

        async def append(count: float, rate: float) -> dict[str, Any]:
            """Append for real, each in its own transaction."""
            began = asyncio.get_running_loop().time()
            for number in range(int(count)):
                async with unit_of_work(container) as scope:
                    (await scope.get(Streams)).append(STREAM, put={f"m/{number % 400}": entity(number)})
                pause = began + (number + 1) / rate - asyncio.get_running_loop().time()
                await asyncio.sleep(max(0.0, pause))
            return {"version": hub.topics[STREAM].last if STREAM in hub.topics else None}

        async def fill(count: float) -> dict[str, Any]:
            async with unit_of_work(container) as scope:
                (await scope.get(Streams)).append(STREAM, put={f"f/{n}": entity(n) for n in range(int(count))})
            return {}

        async def groups(count: float) -> dict[str, Any]:
            """Register so many games, each with a stream of its own."""
            found = []
            for number in range(int(count)):
                async with unit_of_work(container) as scope:
                    issued = await (await scope.get(Sources)).issue_key(name=f"group{number}", trust=Trust.SERVER)
                found.append(f"app.{issued.source_id}")
            return {"streams": found}

        async def pour(seconds: float, rate: float, *streams: float) -> dict[str, Any]:
            """Write to these games' streams as the dice say, each message in its own transaction, several at once."""
            dice = random.Random(1)  # a load, not a secret
            names = [f"app.{int(one)}" for one in streams]
            began, number, writing, late = time.monotonic(), 0, set[asyncio.Task[None]](), 0.0
            while number < seconds * rate:
                late = max(late, time.monotonic() - began - number / rate)
                writing.add(task := asyncio.create_task(write(dice.choice(names), number)))
                task.add_done_callback(writing.discard)
                number += 1
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            await asyncio.gather(*writing)
            return {"messages": number, "late": late}

        async def write(stream: str, number: int) -> None:
            message = entity(number)
            async with unit_of_work(container) as scope:
                (await scope.get(Streams)).append(stream, put={f"m/{number % 50}": message}, why="chat.message_posted")

        async def truth() -> dict[str, Any]:
            """What the table says of every game's stream: its version, and the newest value of each key."""
            async with (await container.get(Database)).sessions() as session:
                rows = await session.execute(text(_TRUTH))
                found: dict[str, Any] = {}
                for name, version, key, value in rows:
                    found.setdefault(name, {"version": version, "entities": {}})["entities"][key] = value
                return found

        await obey(
            {
                "groups": groups,
                "pour": pour,
                "truth": truth,
                "emit": lambda count, rate: emit_at(int(count), rate, emit),
                "append": append,
                "fill": fill,
                "rss": rss,
            }
        )
        stop.set()
        await server


async def sign_in(container: AsyncContainer, port: int) -> str:
    """Make the house's first person and sign them in; return the access token."""
    async with unit_of_work(container) as scope:
        await (await scope.get(Operators)).create(
            username="vera", email="vera@example.com", password=PASSWORD, locale=Locale.EN
        )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answer = await client.post(
            "/api/v1/auth/login", json={"login": "vera", "password": PASSWORD}, headers={"X-Client": "native"}
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
