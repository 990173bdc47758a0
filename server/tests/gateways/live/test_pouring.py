"""Somebody is put out while messages pour in: nothing that was committed after it reaches their socket."""

import asyncio

import httpx
import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed

from omenigen.kit.db import Database
from tests.gateways.live.house import House, Person, Talk

MESSAGES, PAUSE_SECONDS = 5_000, 0.005


async def pour(house: House, stream: str, stop: asyncio.Event) -> int:
    """Append one message after the other until told to stop; return the last one's number."""
    for number in range(1, MESSAGES + 1):
        await house.append(stream, put={"m/1": {"n": number}})
        if stop.is_set():
            return number
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError("the end of the pouring came before the end of the test")


async def everything(talk: Talk, heard: list[str]) -> int | None:
    """Note every frame until the line closes; return its code."""
    try:
        async for frame in talk.connection:
            heard.append(str(frame))
    except ConnectionClosed:
        pass
    return talk.connection.close_code


def numbers(heard: list[str], stream: str) -> list[int]:
    """The message numbers that were heard of a stream, in order."""
    frames = [frame for frame in heard if f'"stream":"{stream}"' in frame and '"n":' in frame]
    return [int(frame.partition('"n":')[2].partition("}")[0]) for frame in frames]


async def removal_of(house: House, person: Person) -> int:
    """The version of the room in which somebody's seat went."""
    statement = (
        "SELECT live_patches.version FROM live_patches JOIN live_streams ON stream_id = id "
        "WHERE name = 'room.1' AND key = :key AND value IS NULL"
    )
    async with (await house.container.get(Database)).sessions() as session:
        found = await session.execute(text(statement), {"key": f"seat/{person.user_id}"})
        return int(found.scalar_one())


@pytest.mark.parametrize("where", ["the node that pours", "another node"])
async def test_a_member_is_put_out_while_messages_pour_in(
    house: House, second: House, bus: str, vera: Person, lev: Person, where: str
) -> None:
    await house.let_in(1, vera, lev)
    node = house if where == "the node that pours" else second
    async with node.talk(vera) as (member, _), node.talk(lev) as (removed, _):
        await member.follow(room_1=None)
        await removed.follow(room_1=None)
        seen_by_member, seen_by_removed = list[str](), list[str]()
        listening = [
            asyncio.create_task(everything(talk, heard))
            for talk, heard in ((member, seen_by_member), (removed, seen_by_removed))
        ]
        stop = asyncio.Event()
        pouring = asyncio.create_task(pour(house, "room.1", stop))
        async with asyncio.timeout(15):
            while len(numbers(seen_by_removed, "room.1")) < 1:
                await asyncio.sleep(0.01)
        await house.put_out(1, lev)
        removal = await removal_of(house, lev)
        async with asyncio.timeout(15):
            while '"op":"gone"' not in "".join(seen_by_removed) or removal + 5 > await house.version("room.1"):
                await asyncio.sleep(0.01)
        stop.set()
        last = await pouring
        async with asyncio.timeout(15):
            while last not in numbers(seen_by_member, "room.1"):
                await asyncio.sleep(0.01)
        for task in listening:
            task.cancel()
    out = next(place for place, frame in enumerate(seen_by_removed) if '"op":"gone"' in frame)
    assert seen_by_removed[out + 1 :] == []
    assert f"seat/{lev.user_id}" not in "".join(seen_by_removed)
    versions = [int(frame.partition('"to":')[2].partition(",")[0]) for frame in seen_by_removed[:out]]
    assert versions == sorted(versions)
    assert all(version < removal for version in versions)


async def test_a_session_ends_while_messages_pour_in(
    house: House, second: House, bus: str, vera: Person, lev: Person
) -> None:
    async with (
        house.talk(vera) as (here, _),
        second.talk(vera) as (there, _),
        httpx.AsyncClient(base_url=house.address, headers=vera.bearer) as http,
    ):
        talks = (here, there)
        heard: list[list[str]] = [[], []]
        for talk in talks:
            await talk.follow(**{vera.stream: None})
        listening = [asyncio.create_task(everything(talk, seen)) for talk, seen in zip(talks, heard, strict=True)]
        stop = asyncio.Event()
        pouring = asyncio.create_task(pour(house, vera.stream, stop))
        async with asyncio.timeout(15):
            while not all(numbers(seen, vera.stream) for seen in heard):
                await asyncio.sleep(0.01)
        answer = await http.delete("/api/v1/me/sessions")
        assert answer.status_code in {200, 204}, answer.text
        limit = await house.version(vera.stream)
        async with asyncio.timeout(15):
            codes = await asyncio.gather(*listening)
        stop.set()
        await pouring
    assert codes == [4401, 4401]
    for seen in heard:
        versions = [int(frame.partition('"to":')[2].partition(",")[0]) for frame in seen if '"op":"patch"' in frame]
        assert versions == sorted(versions)
        assert all(version <= limit for version in versions)
