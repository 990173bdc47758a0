"""The real house: real door, real hub, real database; only the per-person limit of sockets is lifted."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "server"))

import httpx  # noqa: E402
import uvloop  # noqa: E402
from common import emit_at, entity, obey, rss, say  # noqa: E402
from dishka import AsyncContainer  # noqa: E402

from omenigen.gateways.live import audit, sockets  # noqa: E402
from omenigen.gateways.live.hub import Hub  # noqa: E402
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

sockets.PER_USER = sockets.PER_IP = 100_000
# `emit` announces patches that no transaction wrote, so that fan-out alone is measured; the audit would notice.
audit.EVERY_SECONDS = 3600
STREAM = "user.1"
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

        await obey(
            {
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
