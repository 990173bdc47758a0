"""One socket: pings, limits, what it may not say, how it ends."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed

from omenigen.gateways.live.sockets import LIFETIME_SECONDS
from omenigen.kit.clock import ManualClock
from tests.gateways.live.house import House, Person
from tests.modules.accounts.door import Door


@pytest.fixture
async def vera(house: House, door: Door) -> Person:
    return await house.person(door, "vera")


async def test_a_pong_says_how_many_streams_and_the_sum_of_their_versions(house: House, vera: Person) -> None:
    await house.let_in(1, vera)
    async with house.talk(vera) as (talk, hello):
        await talk.say("ping")
        assert (await talk.hear()) | {"now": None} == {"op": "pong", "n": 0, "sum": 0, "now": None}
        await talk.follow(hello["epoch"], **{vera.stream: None, "room.1": None})
        version = await house.append("room.1", put={"head": {"name": "one"}})
        await talk.until("patch")
        await talk.say("ping")
        pong = await talk.hear()
    assert pong["n"] == 2
    assert pong["sum"] == version + await house.version(vera.stream)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("not json", "not JSON"),
        ("[]", "unknown op"),
        ('{"op":"dance"}', "unknown op"),
        ('{"op":"follow","have":[]}', "have is not a map"),
        ('{"op":"follow","have":{"Room.1":null}}', "bad stream name"),
        ('{"op":"follow","have":{"room.1":-1}}', "not a version"),
        ('{"op":"follow","have":{"room.1":1.5}}', "not a version"),
        ('{"op":"follow","have":{"room.1":true}}', "not a version"),
        ('{"op":"follow","have":{"room.1":9223372036854775808}}', "not a version"),
        ('{"op":"follow","epoch":5,"have":{}}', "epoch is not text"),
        ('{"op":"unfollow","streams":"room.1"}', "streams is missing or of a wrong type"),
        ('{"op":"say","stream":"room.1"}', "k is missing or of a wrong type"),
        ('{"op":"auth","ticket":"again","v":1}', "not now"),
    ],
)
async def test_a_bad_frame_is_told_and_borne(house: House, vera: Person, frame: str, reason: str) -> None:
    async with house.talk(vera) as (talk, _):
        await talk.raw(frame)
        error = await talk.hear()
        assert (error["op"], error["code"], error["params"]) == ("error", "live.bad_frame", {"reason": reason})
        await talk.say("ping")
        assert (await talk.hear())["op"] == "pong"


async def test_the_third_bad_frame_within_a_minute_ends_the_socket(
    house: House, vera: Person, clock: ManualClock
) -> None:
    async with house.talk(vera) as (talk, _):
        await talk.raw("one")
        await talk.raw("two")
        await talk.until("error")
        await talk.until("error")
        clock.advance(61)
        await talk.raw(b"\x00three, and not even text")
        assert (await talk.hear())["code"] == "live.bad_frame"
        await talk.raw("four")
        await talk.raw("five")
        assert await talk.closed() == 4400


async def test_a_frame_above_64_kb_ends_the_socket(house: House, vera: Person) -> None:
    async with house.talk(vera) as (talk, _):
        with pytest.raises(ConnectionClosed):
            await talk.raw("x" * (64 * 1024 + 2))
            await talk.hear()
        assert await talk.closed() == 1009


async def test_who_follows_too_often_is_told_when_again_and_then_closed(house: House, vera: Person) -> None:
    async with house.talk(vera) as (talk, hello):
        for _ in range(30):
            await talk.follow(hello["epoch"])
        await talk.say("follow", epoch=None, have={})
        error = await talk.hear()
        assert (error["code"], error["re"]) == ("live.too_fast", "follow")
        assert error["params"]["retry_after"] >= 1
        await talk.say("follow", epoch=None, have={})
        await talk.say("follow", epoch=None, have={})
        assert await talk.closed() == 4429


async def test_one_socket_follows_500_streams(house: House, vera: Person) -> None:
    async with house.talk(vera) as (talk, hello):
        await talk.say("follow", epoch=hello["epoch"], have={f"room.{one}": None for one in range(501)})
        assert (await talk.hear())["code"] == "live.too_many_streams"


async def test_typing_reaches_the_others_and_is_kept_nowhere(house: House, door: Door, vera: Person) -> None:
    lev = await house.person(door, "lev")
    await house.let_in(1, vera, lev)
    before = await house.version("room.1")
    async with house.talk(vera) as (speaker, _), house.talk(lev) as (listener, _):
        await speaker.follow(room_1=None)
        await listener.follow(room_1=None)
        await speaker.say("say", stream="room.1", k="typing")
        assert await listener.hear() == {
            "op": "eph", "stream": "room.1", "k": "typing", "from": vera.user_id, "ttl": 6,
        }  # fmt: skip
        await speaker.say("say", stream="room.1", k="typing")
        assert (await speaker.hear())["code"] == "live.too_fast"
        await listener.silence()
        await speaker.silence()
    assert await house.version("room.1") == before


async def test_a_signal_goes_to_one_socket(house: House, door: Door, vera: Person) -> None:
    lev = await house.person(door, "lev")
    await house.let_in(1, vera, lev)
    async with house.talk(vera) as (one, _), house.talk(lev) as (two, hello), house.talk(lev) as (three, _):
        for talk in (one, two, three):
            await talk.follow(room_1=None)
        await one.say("say", stream="room.1", k="signal", to=hello["socket"], n=4, body={"sdp": "…"})
        heard = await two.hear()
        assert (heard["k"], heard["n"], heard["body"], heard["from"]) == ("signal", 4, {"sdp": "…"}, vera.user_id)
        await three.silence()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"stream": "room.2", "k": "typing"}, "live.not_following"),
        ({"stream": "room.1", "k": "sing"}, "live.unknown_word"),
        ({"stream": "room.1", "k": "typing", "loud": True}, "live.unknown_word"),
        ({"stream": "room.1", "k": "typing", "to": "a1-1"}, "live.unknown_word"),
        ({"stream": "room.1", "k": "got", "seq": "five"}, "live.unknown_word"),
    ],
)
async def test_what_cannot_be_said(house: House, vera: Person, said: dict[str, object], code: str) -> None:
    await house.let_in(1, vera)
    async with house.talk(vera) as (talk, _):
        await talk.follow(room_1=None)
        await talk.say("say", **said)
        error = await talk.hear()
        assert (error["op"], error["code"], error["re"]) == ("error", code, "say")


async def test_a_silent_socket_goes_and_a_day_is_the_longest_visit(
    house: House, vera: Person, clock: ManualClock
) -> None:
    async with house.talk(vera) as (talk, _):
        clock.advance(61)
        (await house.sockets()).sweep()
        assert await talk.closed() == 4411
    async with house.talk(vera) as (talk, _):
        clock.advance(LIFETIME_SECONDS + 1)
        await talk.say("ping")
        await talk.until("pong")
        (await house.sockets()).sweep()
        assert await talk.closed() == 4401


async def test_a_restart_says_when_to_come_back(house: House, vera: Person) -> None:
    async with house.talk(vera) as (talk, _):
        house.stop.set()
        bye = await talk.hear()
        assert (bye["op"], bye["code"]) == ("bye", 1012)
        assert 0 <= bye["after_ms"] <= 20_000
        assert await talk.closed() == 1012


async def test_whoever_left_leaves_nothing_behind(house: House, vera: Person) -> None:
    await house.let_in(1, vera)
    async with house.talk(vera) as (talk, _):
        await talk.follow(room_1=None)
        hub = await house.hub()
        assert set(hub.topics) == {vera.stream, "room.1"}
        await talk.say("unfollow", streams=["room.1"])
        await talk.say("ping")
        await talk.until("pong")
        assert set(hub.topics) == {vera.stream}
    for _ in range(50):
        if not len(await house.sockets()):
            break
        await asyncio.sleep(0.02)
    assert not len(await house.sockets())
    assert not hub.topics
