"""Doors of gateways: one holder at a time, a cursor of the server's, at least once."""

import asyncio

import pytest

from omenigen.gateways.live import doors as live_doors
from omenigen.gateways.live.doors import LEASE_SECONDS, Doors
from omenigen.gateways.live.metrics import DOOR_LAG
from omenigen.kit.clock import ManualClock
from tests.gateways.live.house import House, Person
from tests.modules.accounts.door import Door


@pytest.fixture
async def gateway(house: House, door: Door) -> Person:
    gateway = await house.person(door, "gateway")
    await house.let_in(0, gateway)
    return gateway


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_doors, "WAIT_SECONDS", 0.05)


async def test_a_gateway_claims_sends_acknowledges_and_begins_there_again(house: House, gateway: Person) -> None:
    version = await house.append("door.telegram", put={"out/1": {"to": 7, "text": "hi"}})
    async with house.talk(gateway) as (talk, hello):
        await talk.say("claim", door="telegram")
        assert await talk.hear() == {"op": "claimed", "door": "telegram", "from": 0, "lease": LEASE_SECONDS}
        (patch,) = await talk.follow(hello["epoch"], **{"door.telegram": 0})
        assert patch["put"] == {"out/1": {"to": 7, "text": "hi"}}
        await talk.say("ack", stream="door.telegram", version=version)
        await talk.say("ack", stream="door.telegram", version=0)  # never back
        await asyncio.sleep(0.2)
    async with house.talk(gateway) as (talk, _):
        await talk.say("claim", door="telegram")
        assert (await talk.hear())["from"] == version


async def test_a_second_claim_waits_until_the_first_lets_go(house: House, gateway: Person) -> None:
    async with house.talk(gateway) as (second, _):
        async with house.talk(gateway) as (first, _):
            await first.say("claim", door="max")
            assert (await first.hear())["op"] == "claimed"
            await second.say("claim", door="max")
            await second.silence()
        assert (await second.hear())["op"] == "claimed"


async def test_a_lease_runs_out_without_pings_and_its_holder_is_replaced(
    house: House, gateway: Person, clock: ManualClock
) -> None:
    async with house.talk(gateway) as (silent, _), house.talk(gateway) as (next_one, _):
        await silent.say("claim", door="max")
        await silent.hear()
        clock.advance(LEASE_SECONDS - 1)
        await silent.say("ping")
        await silent.until("pong")
        await asyncio.sleep(0.2)
        clock.advance(LEASE_SECONDS - 1)
        await next_one.say("claim", door="max")
        await next_one.silence()
        clock.advance(2)
        assert (await next_one.hear())["op"] == "claimed"
        await silent.say("ack", stream="door.max", version=1)
        assert await silent.closed() == 4409


async def test_a_door_is_only_for_who_may_follow_it(house: House, door: Door, gateway: Person) -> None:
    vera = await house.person(door, "vera")
    async with house.talk(vera) as (talk, _):
        await talk.say("claim", door="telegram")
        error = await talk.hear()
        assert (error["code"], error["params"], error["re"]) == (
            "live.no_such_door", {"door": "telegram"}, "claim",
        )  # fmt: skip
        await talk.say("ack", stream="door.telegram", version=5)
        assert (await talk.hear())["code"] == "live.no_such_door"
        await talk.say("claim", door="Not a door")
        assert (await talk.hear())["code"] == "live.bad_frame"


async def test_the_age_of_the_oldest_unsent_reply_is_measured(
    house: House, gateway: Person, clock: ManualClock
) -> None:
    doors = await house.container.get(Doors)
    await doors.claim(door="telegram", holder="n1-1")
    version = await house.append("door.telegram", put={"out/1": {}})
    clock.advance(90)
    await doors.measure()
    assert DOOR_LAG.labels("telegram")._value.get() == 90
    assert await doors.acknowledge(door="telegram", holder="n1-1", version=version)
    await doors.measure()
    assert DOOR_LAG.labels("telegram")._value.get() == 0
