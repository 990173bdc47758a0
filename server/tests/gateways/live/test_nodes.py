"""Several processes: what the bus carries, what it loses, and what heals it."""

import asyncio

import pytest

from omenigen.gateways.live import audit
from omenigen.gateways.live.wire import MESSAGE_BYTES, NatsWire, Told
from omenigen.kit.clock import ManualClock
from omenigen.kit.db import Database
from omenigen.kit.streams.epoch import new_epoch
from tests.gateways.live.house import House, Person
from tests.modules.accounts.door import Door


@pytest.fixture
async def vera(house: House, door: Door) -> Person:
    vera = await house.person(door, "vera")
    await house.let_in(1, vera)
    return vera


async def test_a_patch_of_one_node_reaches_the_sockets_of_another(house: House, second: House, vera: Person) -> None:
    async with second.talk(vera) as (talk, _):
        await talk.follow(room_1=None)
        await house.append("room.1", put={"m/1": {"n": 1}}, why="room.said")
        patch = await talk.hear(1)
    assert (patch["put"], patch["why"]) == ({"m/1": {"n": 1}}, "room.said")


async def test_what_is_too_large_for_the_bus_goes_as_a_poke(house: House, second: House, vera: Person) -> None:
    async with second.talk(vera) as (talk, _):
        await talk.follow(room_1=None)
        large = {f"m/{one}": {"body": "x" * 30_000} for one in range(5)}
        await house.append("room.1", put=large)
        patch = await talk.hear(2)
    assert len(str(patch)) > MESSAGE_BYTES
    assert patch["put"] == large


async def test_a_typing_person_is_seen_on_every_node(house: House, second: House, vera: Person) -> None:
    async with house.talk(vera) as (here, _), second.talk(vera) as (there, _):
        await here.follow(room_1=None)
        await there.follow(room_1=None)
        await here.say("say", stream="room.1", k="typing")
        assert (await there.hear(1))["k"] == "typing"
        await here.silence()


async def test_a_hole_is_filled_from_the_table(
    house: House, second: House, vera: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, lost = NatsWire.tell, []

    def lose_the_first(wire: NatsWire, told: Told) -> None:
        if not lost:
            lost.append(told)
        else:
            real(wire, told)

    async with second.talk(vera) as (talk, _):
        await talk.follow(room_1=None)
        monkeypatch.setattr(NatsWire, "tell", lose_the_first)
        await house.append("room.1", put={"m/1": {}})
        await house.append("room.1", put={"m/2": {}})
        patch = await talk.hear(2)
    assert (patch["from"], patch["to"], set(patch["put"])) == (1, 3, {"m/1", "m/2"})


async def test_a_silently_lost_last_patch_is_found_by_the_audit(
    house: House, second: House, vera: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with second.talk(vera) as (talk, _):
        await talk.follow(room_1=None)
        with monkeypatch.context() as patched:
            patched.setattr(NatsWire, "tell", lambda wire, told: None)
            await house.append("room.1", put={"m/1": {}})
        await talk.silence(0.5)
        (await second.hub()).doubted.set()
        assert (await talk.hear(2))["to"] == 2


async def test_a_new_epoch_makes_every_device_load_anew_and_one_node_of_two_begins_it(
    house: House, second: House, vera: Person, clock: ManualClock
) -> None:
    async with house.talk(vera) as (here, hello), second.talk(vera) as (there, _):
        for talk in (here, there):
            await talk.follow(room_1=None)
        async with (await house.container.get(Database)).sessions() as session:
            epoch = await new_epoch(session, "restore", clock=clock)
            await session.commit()
        for node, talk in ((house, here), (second, there)):
            (await node.hub()).doubted.set()
            again = await talk.hear(3)
            assert (again["op"], again["epoch"]) == ("hello", str(epoch))
            assert str(epoch) != hello["epoch"]
            reload = await talk.hear(3)
            assert (reload["op"], reload["stream"], reload["why"]) == ("reload", "room.1", "epoch")
            assert (await talk.hear(3))["op"] == "synced"
        await house.append("room.1", put={"m/1": {}})
        assert (await here.hear())["op"] == (await there.hear())["op"] == "patch"


async def test_versions_that_fell_begin_a_new_epoch_once(house: House, second: House, vera: Person) -> None:
    from sqlalchemy import text

    await house.append("room.1", put={"m/1": {}, "m/2": {}})
    async with house.talk(vera) as (here, hello), second.talk(vera) as (there, _):
        for talk in (here, there):
            await talk.follow(room_1=None)
        async with (await house.container.get(Database)).sessions() as session:
            await session.execute(text("DELETE FROM live_patches WHERE version > 1"))
            await session.execute(text("UPDATE live_streams SET version = 1"))
            await session.commit()
        for node in (house, second):
            (await node.hub()).doubted.set()
        epochs = {(await talk.until("hello"))[-1]["epoch"] for talk in (here, there)}
        assert len(epochs) == 1 and epochs != {hello["epoch"]}


async def test_everybody_is_told_when_what_they_see_may_be_old(
    house: House, vera: Person, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "EVERY_SECONDS", 0.1)
    monkeypatch.setattr(audit, "EVERY_SECONDS_ALONE", 0.1)
    look = audit.Audit.look
    away = True

    async def fail(self: audit.Audit) -> None:
        if away:
            raise ConnectionRefusedError
        await look(self)

    async with house.talk(vera) as (talk, _):
        monkeypatch.setattr(audit.Audit, "look", fail)
        (await house.hub()).doubted.set()
        await asyncio.sleep(0.3)
        clock.advance(31)
        assert await talk.hear(3) == {"op": "state", "live": "stale"}
        away = False
        assert await talk.hear(3) == {"op": "state", "live": "fresh"}
