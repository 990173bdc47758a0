"""The Python client at the real door: one script, and its copies equal a fresh snapshot."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from omenigen.gateways.live.codes import Close
from omenigen.kit.clock import ManualClock, SystemClock
from omenigen.kit.db import Database
from omenigen.kit.streams.client import Command, LiveClient, WebDial
from omenigen.kit.streams.client.following import Health
from omenigen.kit.streams.epoch import new_epoch
from tests.gateways.live.house import House, Person
from tests.modules.accounts.door import Door


@pytest.fixture
async def vera(house: House, door: Door) -> Person:
    vera = await house.person(door, "vera")
    await house.let_in(1, vera)
    return vera


@asynccontextmanager
async def client_of(house: House, person: Person) -> AsyncIterator[LiveClient]:
    dial = WebDial(house.address, person.token)
    client = LiveClient(dial, SystemClock(), random.Random(7))
    task = asyncio.create_task(client.run())
    try:
        yield client
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await dial.close()


async def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


def room(client: LiveClient) -> dict[str, object]:
    return dict(client.replica.entities("room.1"))


async def test_it_follows_through_changes_a_lost_connection_and_a_new_epoch(
    house: House, vera: Person, clock: ManualClock
) -> None:
    async with client_of(house, vera) as client:
        await client.follow("room.1", vera.stream)
        await until(client.replica.is_settled)
        assert client.replica.entities(vera.stream)["me"]["username"] == "vera"
        await house.append("room.1", put={"m/1": {"n": 1}, "m/2": {"n": 2}})
        await until(lambda: "m/2" in room(client))

        for socket in list((await house.sockets())._open.values()):
            socket.end(Close.TOO_SLOW)
        await house.append("room.1", put={"m/1": {"n": 10}}, drop=["m/2"])
        await until(lambda: room(client).get("m/1") == {"n": 10} and "m/2" not in room(client))

        async with (await house.container.get(Database)).sessions() as session:
            epoch = await new_epoch(session, "restore", clock=clock)
            await session.commit()
        (await house.hub()).doubted.set()
        await until(lambda: client.replica.epoch == str(epoch) and client.replica.is_settled())
        assert room(client) == {"head": {"name": "room.1"}}  # what a fresh copy of this room holds
        assert (client.gaps, client.mismatches) == (0, 0)


async def test_a_write_is_answered_and_leaves_the_outbox_when_the_base_has_it(house: House, vera: Person) -> None:
    async with client_of(house, vera) as client:
        await client.follow(vera.stream)
        await until(client.replica.is_settled)
        client.write(Command(client_id="0197-1", verb="/api/v1/notices/read", body={"up_to": 1}))
        client.write(Command(client_id="0197-2", verb="/api/v1/no-such-thing", body={}))
        await until(lambda: not client.commands.rows)


async def test_who_is_put_out_keeps_nothing_of_the_room(house: House, vera: Person) -> None:
    async with client_of(house, vera) as client:
        await client.follow("room.1")
        await until(client.replica.is_settled)
        await house.put_out(1, vera)
        await until(lambda: "room.1" not in client.replica.copies)
        await house.let_in(1, vera)
        await client.follow("room.1")
        await until(lambda: "head" in room(client))


async def test_it_stops_when_its_session_is_over(house: House, vera: Person) -> None:
    async with client_of(house, vera) as client:
        await client.follow(vera.stream)
        await until(client.replica.is_settled)
        for socket in list((await house.sockets())._open.values()):
            socket.end(Close.SESSION_ENDED)
        await until(lambda: client.health is Health.STOPPED)
