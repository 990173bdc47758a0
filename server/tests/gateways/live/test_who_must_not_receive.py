"""Who must not receive: everybody whose access has ended, with the bus on and with the bus off."""

import httpx
import pytest

from omenigen.gateways.live.wire import NatsWire, Told
from omenigen.kit.auth import Trust
from omenigen.kit.edge import unit_of_work
from omenigen.modules.achievements.public import Sources
from tests.gateways.live.house import House, Person, Talk
from tests.modules.accounts.door import Door


async def until_gone(talk: Talk, stream: str, secret: str) -> None:
    """Read until the stream is gone; the secret may not be in anything before it, nor after."""
    heard = await talk.until("gone", seconds=15)
    assert heard[-1]["stream"] == stream
    assert not any(secret in str(frame) for frame in heard)


async def test_a_member_who_is_put_out_sees_nothing_of_what_follows(
    house: House, second: House, bus: str, vera: Person, lev: Person
) -> None:
    await house.let_in(1, vera, lev)
    async with second.talk(vera) as (member, _), second.talk(lev) as (removed, hello):
        await member.follow(room_1=None)
        await removed.follow(room_1=None)
        await house.put_out(1, lev, put={"head": {"secret": "said in the same breath"}})
        await house.append("room.1", put={"m/1": {"secret": "said after"}})
        await until_gone(removed, "room.1", "said")
        seen = str(await member.until("patch", seconds=15))
        while "said after" not in seen:
            seen += str(await member.until("patch", seconds=15))
        await removed.silence()
        assert await removed.follow(hello["epoch"], room_1=1) == [{"op": "gone", "stream": "room.1"}]
        await removed.say("say", stream="room.1", k="typing")
        assert (await removed.hear())["code"] == "live.not_following"


async def test_what_is_said_after_a_removal_does_not_overtake_a_lost_removal(
    house: House, second: House, vera: Person, lev: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The removal's own message is lost; the next patch carries the newer gate number and asks first."""
    await house.let_in(1, vera, lev)
    real = NatsWire.tell
    lost: list[Told] = []

    def lose_the_first(wire: NatsWire, told: Told) -> None:
        if told.stream == "room.1" and not lost:
            lost.append(told)
        else:
            real(wire, told)

    async with second.talk(lev) as (removed, _):
        await removed.follow(room_1=None)
        monkeypatch.setattr(NatsWire, "tell", lose_the_first)
        await house.put_out(1, lev)
        await house.append("room.1", put={"m/1": {"secret": "said after"}})
        await until_gone(removed, "room.1", "said")
        await removed.silence()
    assert lost


async def test_strangers_get_nothing(house: House, second: House, bus: str, vera: Person, lev: Person) -> None:
    await house.let_in(1, vera)
    async with second.talk(lev) as (stranger, hello):
        assert await stranger.follow(hello["epoch"], **{"room.1": None, vera.stream: None}) == [
            {"op": "gone", "stream": "room.1"},
            {"op": "gone", "stream": vera.stream},
        ]
        await house.append("room.1", put={"m/1": {}})
        await house.append(vera.stream, put={"me": {}})
        await stranger.silence(1.5)


async def test_a_session_that_ended_loses_its_socket(
    house: House, second: House, bus: str, vera: Person, lev: Person
) -> None:
    async with (
        second.talk(vera) as (ended, _),
        second.talk(lev) as (other, _),
        httpx.AsyncClient(base_url=house.address, headers=vera.bearer) as http,
    ):
        answer = await http.delete("/api/v1/me/sessions")
        assert answer.status_code in {200, 204}, answer.text
        await house.append(vera.stream, put={"secret": {"words": "said after"}})
        assert await ended.closed(15) == 4401
        await other.say("ping")
        assert (await other.hear())["op"] == "pong"


async def test_only_the_session_that_ended_goes(house: House, door: Door, bus: str, vera: Person) -> None:
    again = (await door.native("vera"))["access_token"]
    async with (
        house.talk(vera) as (first, _),
        house.socket(Authorization=f"Bearer {again}") as second,
        httpx.AsyncClient(base_url=house.address, headers={"Authorization": f"Bearer {again}"}) as http,
    ):
        await second.hear()
        await first.follow(**{vera.stream: None})
        answer = await http.delete(f"/api/v1/me/sessions/{vera.session_id}")
        assert answer.status_code == 204, answer.text
        assert await first.closed(15) == 4401
        await second.say("ping")
        assert (await second.until("pong"))[-1]["op"] == "pong"


async def test_snapshots_and_catch_up_refuse_like_the_socket(house: House, vera: Person, lev: Person) -> None:
    await house.let_in(1, vera, lev)
    await house.put_out(1, lev)
    async with httpx.AsyncClient(base_url=house.address, headers=lev.bearer) as http:
        copies = (await http.get("/api/v1/live/snapshots", params={"streams": "room.1"})).json()
        assert (copies["streams"], copies["gone"]) == ({}, ["room.1"])
        caught = (await http.post("/api/v1/live/catch-up", json={"have": {"room.1": 1}})).json()
        assert caught["frames"] == [{"op": "gone", "stream": "room.1"}]


async def test_a_revoked_key_loses_its_sockets_and_its_sister_does_not(house: House, second: House, bus: str) -> None:
    async with unit_of_work(house.container) as scope:
        sources = await scope.get(Sources)
        revoked = await sources.issue_key(name="racer", trust=Trust.SERVER)
        kept = await sources.issue_key(name="racer", trust=Trust.SERVER)
    stream = f"app.{revoked.source_id}"
    async with second.socket(**{"X-API-Key": revoked.key}) as ended, second.socket(**{"X-API-Key": kept.key}) as other:
        hello = await ended.hear()
        assert (hello["app"], "user" in hello) == (revoked.source_id, False)
        await other.hear()
        await ended.follow(hello["epoch"], **{stream: None})
        async with unit_of_work(house.container) as scope:
            await (await scope.get(Sources)).revoke_key(key_id=revoked.id)
        await house.append(stream, put={"event/1": {"secret": "said after"}})
        assert await ended.closed(15) == 4401
        await other.say("ping")
        assert (await other.until("pong"))[-1]["op"] == "pong"
