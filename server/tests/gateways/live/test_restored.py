"""Yesterday's database comes back under open screens: every device loads anew, and nothing of the undone day stays."""

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from omenigen.kit.clock import SystemClock
from omenigen.kit.ids import new_uuid
from omenigen.kit.streams.client import LiveClient, WebDial
from omenigen.kit.streams.client.replica import Frame
from tests.main.test_cli import House, Terminal

PASSWORD = "seven blue lagfrogs"


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A terminal in a data folder of its own."""
    with tempfile.TemporaryDirectory(prefix="omenigen-restored-") as folder:
        yield Terminal(Path(folder), {"LOG_LEVEL": "WARNING"})


class Device:
    """A screen somewhere, which is never told that the house is being restored."""

    def __init__(self, address: str, token: str, *streams: str) -> None:
        self.streams = streams
        self.loads: list[str] = []
        self._dial = WebDial(address, token)
        self.client = LiveClient(self._dial, SystemClock(), random.Random(7), on_change=self._note)
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self.client.follow(*self.streams)
        self._task = asyncio.create_task(self.client.run())
        await until(self.client.replica.is_settled)
        self.loads.clear()

    def shows(self) -> dict[str, Any]:
        return {name: self.client.replica.entities(name) for name in self.streams}

    async def close(self) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._dial.close()

    def _note(self, stream: str, frame: Frame) -> None:
        if frame["op"] == "load":
            self.loads.append(stream)


async def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.05)


@pytest.mark.timeout(300)
async def test_a_restored_house_takes_the_undone_day_off_every_screen(terminal: Terminal) -> None:
    house = await asyncio.to_thread(House, terminal)
    address = f"http://127.0.0.1:{house.port}"
    devices: list[Device] = []
    try:
        words = ("operator", "create", "--email", "vera@example.org", "--username", "vera", "--password-stdin")
        await asyncio.to_thread(terminal.must, *words, typed=PASSWORD)
        key = (await asyncio.to_thread(terminal.must, "keys", "create", "--name", "maze", "--quiet")).strip()
        async with httpx.AsyncClient(base_url=address, timeout=20) as http:
            body = {"login": "vera", "password": PASSWORD}
            answer = await http.post("/api/v1/auth/login", json=body, headers={"X-Client": "native"})
            vera = answer.raise_for_status().json()
            token, user = vera["access_token"], vera["user"]["id"]
            http.headers["Authorization"] = f"Bearer {token}"
            sources = (await http.get("/api/v1/sources")).raise_for_status().json()["items"]
            app = next(source["id"] for source in sources if source["name"] == "maze")
            streams = (f"user.{user}", f"app.{app}")

            async def live_through(day: str, events: int) -> None:
                (await http.patch("/api/v1/me", json={"about": day})).raise_for_status()
                for _ in range(events):
                    event = {"user_id": user, "event_type": "find_secret", "event_id": str(new_uuid())}
                    (await http.post("/api/v1/event/", json=event, headers={"X-API-Key": key})).raise_for_status()
                await until_equal(fresh, devices)

            async def fresh() -> dict[str, Any]:
                found = await http.get("/api/v1/live/snapshots", params={"streams": ",".join(streams)})
                return {name: one["entities"] for name, one in found.raise_for_status().json()["streams"].items()}

            early = Device(address, token, *streams)
            devices.append(early)
            await early.open()
            await live_through("yesterday", 2)
            yesterday = await fresh()
            archive = terminal.folder / "yesterday.tar"
            await asyncio.to_thread(terminal.must, "backup", str(archive))

            late, game = Device(address, token, *streams), Device(address, key, streams[1])
            devices += [late, game]
            await late.open()
            await game.open()
            await live_through("today", 3)
            assert await fresh() != yesterday
            epochs = {device.client.replica.epoch for device in devices}
            for device in devices:
                device.loads.clear()

            await asyncio.to_thread(house.stop)
            await asyncio.to_thread(terminal.must, "restore", str(archive), "--yes")
            house = await asyncio.to_thread(House, terminal, port=house.port)
            await until(lambda: all(device.client.replica.epoch not in epochs for device in devices), 90)
            await until(lambda: all(device.client.replica.is_settled() for device in devices))
            for device in devices:
                assert set(device.loads) == set(device.streams), "every stream was loaded anew"
                assert device.shows() == {name: yesterday[name] for name in device.streams}
            assert len({device.client.replica.epoch for device in devices}) == 1

            await live_through("the day after", 1)
    finally:
        for device in devices:
            await device.close()
        await asyncio.to_thread(house.stop)


async def until_equal(fresh: Callable[[], Awaitable[dict[str, Any]]], devices: list[Device]) -> None:
    """Wait until the house has judged everything and every screen shows what it holds."""
    before: dict[str, Any] = {}
    async with asyncio.timeout(30):
        while (found := await fresh()) != before or any(
            device.shows() != {name: found[name] for name in device.streams} for device in devices
        ):
            before = found
            await asyncio.sleep(0.5)
