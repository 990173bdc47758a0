"""Getting in: every row of the table of origins and credentials."""

import asyncio

import httpx
import pytest
from starlette.requests import HTTPConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from omenigen.gateways.live import sockets
from omenigen.gateways.live.door import IDENTIFIED_AT_ONCE
from omenigen.gateways.live.tickets import Tickets
from omenigen.kit.auth import Anonymous, Caller
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.http import Identify
from tests.gateways.live.house import ORIGIN, House, Person
from tests.modules.accounts.door import Door


@pytest.fixture
async def vera(house: House, door: Door) -> Person:
    return await house.person(door, "vera")


def cookie(person: Person) -> str:
    return f"om_access={person.token}"


async def refused(house: House, **headers: str) -> httpx.Response:
    """Demand that the handshake is answered over HTTP; return status and body."""
    with pytest.raises(InvalidStatus) as caught:
        async with house.socket(**headers):
            pass
    response = caught.value.response
    return httpx.Response(
        response.status_code, headers=list(response.headers.raw_items()), content=bytes(response.body)
    )


async def test_a_browser_comes_in_with_its_cookie_and_our_origin(house: House, vera: Person) -> None:
    async with house.socket(Origin=ORIGIN, Cookie=cookie(vera)) as talk:
        hello = await talk.hear()
    assert hello["op"] == "hello"
    assert hello["user"] == vera.user_id
    assert hello["limits"] == {"streams": 500, "frame": 65536}
    assert hello["v"] == 1 and hello["beat"] == 25


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "https://localhost:8000",
        "http://localhost:8001",
        "http://localhost",
        "http://app.localhost:8000",
        "http://localhost:8000.evil.example",
        "http://localhost:80000",
        "http://localhost:8000/",
        "",
    ],
)
async def test_a_page_that_is_not_ours_gets_403_and_no_upgrade(house: House, vera: Person, origin: str) -> None:
    answer = await refused(house, Origin=origin, Cookie=cookie(vera))
    assert answer.status_code == 403
    assert answer.json()["code"] == "kit.origin"


async def test_a_foreign_page_is_refused_even_with_a_good_token(house: House, vera: Person) -> None:
    answer = await refused(house, Origin="https://evil.example", **vera.bearer)
    assert answer.status_code == 403


async def test_a_cookie_without_origin_is_ignored(house: House, vera: Person) -> None:
    async with house.socket(Cookie=cookie(vera)) as talk:
        assert await talk.closed() == 4401


async def test_a_stale_cookie_is_told_by_a_close_code_that_a_browser_can_read(house: House) -> None:
    async with house.socket(Origin=ORIGIN, Cookie="om_access=stale") as talk:
        assert await talk.closed() == 4401


async def test_a_program_comes_in_with_its_token(house: House, vera: Person) -> None:
    async with house.talk(vera) as (_, hello):
        assert hello["user"] == vera.user_id


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic dmVyYTpwYXNz", "Bearer"])
async def test_a_bad_token_gets_401_and_no_upgrade(house: House, header: str) -> None:
    answer = await refused(house, Authorization=header)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_game_key_gets_401(house: House) -> None:
    answer = await refused(house, **{"X-API-Key": "omk_demo_" + "x" * 43})
    assert answer.status_code == 401


async def test_a_ticket_lets_in_once(house: House, vera: Person) -> None:
    async with httpx.AsyncClient(base_url=house.address, headers=vera.bearer) as client:
        answer = await client.post("/api/v1/live/ticket")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    ticket = answer.json()["ticket"]
    assert len(ticket) >= 43  # 256 bits
    async with house.socket() as talk:
        await talk.say("auth", ticket=ticket, v=1)
        assert (await talk.hear())["user"] == vera.user_id
    async with house.socket(Origin=ORIGIN) as talk:
        await talk.say("auth", ticket=ticket, v=1)
        assert await talk.closed() == 4401


async def test_of_two_who_show_one_ticket_at_once_one_gets_in(house: House, vera: Person) -> None:
    async with httpx.AsyncClient(base_url=house.address, headers=vera.bearer) as client:
        ticket = (await client.post("/api/v1/live/ticket")).json()["ticket"]

    async def try_it() -> str:
        async with house.socket() as talk:
            await talk.say("auth", ticket=ticket, v=1)
            try:
                return str((await talk.hear())["op"])
            except ConnectionClosed:
                return "closed"

    outcomes = await asyncio.gather(*(try_it() for _ in range(5)))
    assert sorted(outcomes) == ["closed"] * 4 + ["hello"]


@pytest.mark.parametrize("frame", ['{"op":"auth","ticket":"wrong","v":1}', '{"op":"ping"}', "not json", ""])
async def test_a_stranger_without_a_good_ticket_is_closed(house: House, frame: str) -> None:
    async with house.socket() as talk:
        await talk.raw(frame)
        assert await talk.closed() == 4401


async def test_a_stranger_who_says_nothing_is_closed(house: House) -> None:
    async with house.socket() as talk:
        assert await talk.closed(seconds=3) == 4401


async def test_nobody_gets_no_ticket(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.address) as client:
        assert (await client.post("/api/v1/live/ticket")).status_code == 401
    with pytest.raises(Unauthenticated):
        await (await house.container.get(Tickets)).issue(Anonymous())


@pytest.mark.parametrize("version", ["0", "2", "x"])
async def test_another_protocol_is_told_to_update(house: House, vera: Person, version: str) -> None:
    async with house.socket(query=f"?v={version}", **vera.bearer) as talk:
        assert await talk.closed() == 4410


async def test_an_address_holds_so_many_sockets_and_no_more(
    house: House, vera: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "PER_IP", 2)
    async with house.talk(vera), house.talk(vera):
        answer = await refused(house, **vera.bearer)
        assert answer.status_code == 429
        assert answer.json()["code"] == "live.too_many_sockets"
        assert answer.headers["retry-after"] == "60"
    await asyncio.sleep(0.1)
    async with house.talk(vera) as (_, hello):
        assert hello["op"] == "hello"


async def test_strangers_hold_fewer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "STRANGERS_PER_IP", 1)
    async with house.socket() as first:
        assert (await refused(house)).status_code == 429
        assert await first.closed() == 4401


async def test_the_eleventh_socket_of_a_person_replaces_the_oldest(
    house: House, vera: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "PER_USER", 2)
    async with house.talk(vera) as (oldest, _), house.talk(vera) as (second, _), house.talk(vera) as (third, _):
        assert await oldest.closed() == 4409
        for talk in (second, third):
            await talk.say("ping")
            assert (await talk.hear())["op"] == "pong"


async def test_a_crowd_is_let_in_by_turns(house: House, vera: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "PER_USER", 1000)
    monkeypatch.setattr(sockets, "PER_IP", 1000)
    inside = most = 0
    real = Identify.caller

    async def watched(self: Identify, connection: HTTPConnection, method: str) -> Caller:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        try:
            await asyncio.sleep(0.01)
            return await real(self, connection, method)
        finally:
            inside -= 1

    monkeypatch.setattr(Identify, "caller", watched)

    async def come() -> str:
        async with house.talk(vera) as (_, hello):
            return str(hello["op"])

    assert await asyncio.gather(*(come() for _ in range(40))) == ["hello"] * 40
    assert 1 < most <= IDENTIFIED_AT_ONCE
