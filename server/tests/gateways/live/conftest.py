"""Real processes' doors on real ports, with rooms in which people can be let in and put out."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from dishka import AsyncContainer
from sqlalchemy import text

from omenigen.gateways.live import audit
from omenigen.gateways.live import door as live_door
from omenigen.gateways.live.wire import NatsWire
from omenigen.kit.bus import Bus
from omenigen.kit.clock import ManualClock
from omenigen.kit.db import Database
from omenigen.kit.settings import HttpSettings
from omenigen.main import container as containers
from omenigen.main.app import make_app
from omenigen.main.process import loops, serve
from omenigen.main.schedule import API_LOOPS
from omenigen.main.settings import Settings
from tests.gateways.live.house import House, Person, RoomsProvider
from tests.modules.accounts.conftest import door, mailbox, quick_hashes
from tests.modules.accounts.door import Door

__all__ = ["door", "mailbox", "quick_hashes"]

Nodes = Callable[[], Awaitable[House]]


@pytest.fixture(autouse=True)
def rooms_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every container of these tests a kind of stream with members, and short patience with strangers."""
    monkeypatch.setattr(containers, "PROVIDERS", (*containers.PROVIDERS, RoomsProvider))
    monkeypatch.setattr(live_door, "TICKET_SECONDS", 0.5)


@pytest.fixture
async def house(container: AsyncContainer, settings: Settings) -> AsyncIterator[House]:
    """One process with a door, its loops running."""
    async with _serving(container, settings) as house:
        yield house


@pytest.fixture
async def second(settings: Settings, clock: ManualClock, house: House) -> AsyncIterator[House]:
    """A second process of the same installation."""
    other = containers.make_container(settings, clock=clock)
    await (await other.get(Bus)).connect()
    try:
        async with _serving(other, settings) as house:
            yield house
    finally:
        await (await other.get(Bus)).close()
        await other.close()


@asynccontextmanager
async def _serving(container: AsyncContainer, settings: Settings) -> AsyncIterator[House]:
    async with (await container.get(Database)).sessions() as session:
        await session.execute(text("CREATE SCHEMA IF NOT EXISTS rooms"))
        await session.execute(
            text("CREATE TABLE IF NOT EXISTS rooms.member (room bigint, user_id bigint, PRIMARY KEY (room, user_id))")
        )
        await session.execute(text("CREATE TABLE IF NOT EXISTS rooms.heard (user_id bigint, seq bigint)"))
        await session.execute(text("TRUNCATE rooms.member, rooms.heard"))
        await session.commit()
    port = _free_port()
    stop = asyncio.Event()
    app = await make_app(container, settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(loops(container, API_LOOPS))
        server = asyncio.create_task(serve(app, replace(settings, http=HttpSettings(PORT=port)), stop))
        house = House(container=container, app=app, port=port, stop=stop, server=server)
        await house.until_open()
        try:
            yield house
        finally:
            stop.set()
            async with asyncio.timeout(15):
                await server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(params=["bus on", "bus off"])
async def bus(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Run with the bus as it is, and with every message lost (the audit alone remains)."""
    if request.param == "bus off":
        monkeypatch.setattr(NatsWire, "tell", lambda self, told: None)
        monkeypatch.setattr(audit, "EVERY_SECONDS", 0.5)
    yield request.param


@pytest.fixture
async def vera(house: House, door: Door) -> Person:
    return await house.person(door, "vera")


@pytest.fixture
async def lev(house: House, door: Door) -> Person:
    return await house.person(door, "lev")
