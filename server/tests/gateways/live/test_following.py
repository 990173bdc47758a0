"""Following: what comes live, what a resume answers, and that HTTP says the same."""

import httpx
import pytest
from sqlalchemy import text

from omenigen.kit.clock import ManualClock
from omenigen.kit.db import Database
from omenigen.kit.streams import compaction
from omenigen.kit.streams.reading import KEYS_PER_STREAM
from tests.gateways.live.house import House, Person
from tests.modules.accounts.door import Door


@pytest.fixture
async def vera(house: House, door: Door) -> Person:
    vera = await house.person(door, "vera")
    await house.let_in(1, vera)
    return vera


async def test_a_patch_arrives_with_its_range_and_reason(house: House, vera: Person) -> None:
    async with house.talk(vera) as (talk, _):
        (reload,) = await talk.follow(room_1=None)
        assert reload == {"op": "reload", "stream": "room.1", "version": 1, "why": "new"}
        await house.append(
            "room.1", put={"m/1": {"body": "Привет"}, "m/2": {"body": "hi"}}, drop=["m/0"], why="room.said"
        )
        assert await talk.hear() == {
            "op": "patch", "stream": "room.1", "from": 1, "to": 4, "why": "room.said",
            "put": {"m/1": {"body": "Привет"}, "m/2": {"body": "hi"}}, "drop": ["m/0"],
        }  # fmt: skip


async def test_a_profile_change_reaches_every_screen_of_its_owner(house: House, vera: Person) -> None:
    async with (
        house.talk(vera) as (talk, hello),
        httpx.AsyncClient(base_url=house.address, headers=vera.bearer) as http,
    ):
        await talk.follow(hello["epoch"], **{vera.stream: None})
        answer = await http.patch("/api/v1/me", json={"display_name": "Вера"})
        assert answer.status_code == 200, answer.text
        patch = await talk.hear()
        assert patch["put"]["me"]["display_name"] == "Вера"
        assert answer.headers["live-versions"] == f"{vera.stream}={patch['to']}"


async def test_a_resume_brings_the_last_value_of_each_changed_key(house: House, vera: Person) -> None:
    await house.append("room.1", put={"m/1": {"rev": 1}, "m/2": {"rev": 1}, "m/3": {"rev": 1}})
    have = await house.version("room.1")
    await house.append("room.1", put={"m/1": {"rev": 2}})
    await house.append("room.1", put={"m/1": {"rev": 3}}, drop=["m/2"])
    now = await house.version("room.1")
    async with house.talk(vera) as (talk, hello):
        (patch,) = await talk.follow(hello["epoch"], room_1=have)
        assert patch == {
            "op": "patch", "stream": "room.1", "from": have, "to": now, "put": {"m/1": {"rev": 3}}, "drop": ["m/2"],
        }  # fmt: skip
        assert await talk.follow(hello["epoch"], room_1=now) == []


async def test_a_void_moves_the_version_only(house: House, vera: Person) -> None:
    async with house.talk(vera) as (talk, hello):
        await talk.follow(hello["epoch"], room_1=1)
        await house.put_out(1, await _ghost(house))
        patch = await talk.hear()
        assert (patch["put"], patch["to"]) == ({}, 2)


async def _ghost(house: House) -> Person:
    return Person(user_id=404, session_id=404, token="")


@pytest.mark.parametrize("case", ["epoch", "ahead", "too_old", "too_many"])
async def test_when_a_patch_cannot_bridge_the_distance(
    house: House, vera: Person, clock: ManualClock, case: str
) -> None:
    have = await house.version("room.1")
    for start in range(0, 600, 300):
        await house.append("room.1", put={f"m/{one}": {"n": one} for one in range(start, start + 300)})
    now = await house.version("room.1")
    async with house.talk(vera) as (talk, hello):
        epoch = hello["epoch"]
        match case:
            case "epoch":
                epoch, have = "00000000-0000-7000-8000-000000000000", now
            case "ahead":
                have = now + 5
            case "too_old":
                async with (await house.container.get(Database)).sessions() as session:
                    await compaction.trim(session, clock, keep_newest=100)
                    await session.commit()
            case "too_many":
                assert now - have > KEYS_PER_STREAM
        (reload,) = await talk.follow(epoch, room_1=have)
        assert reload == {"op": "reload", "stream": "room.1", "version": now, "why": case}
        await house.append("room.1", put={"m/0": {"n": -1}})
        assert (await talk.hear())["from"] == now


async def test_too_many_in_all_reloads_the_largest_first(house: House, vera: Person) -> None:
    have = {}
    for room in range(1, 7):
        await house.let_in(room, vera)
        have[f"room_{room}"] = await house.version(f"room.{room}")
        count = 450 if room < 6 else 100
        await house.append(f"room.{room}", put={f"m/{one}": {} for one in range(count)})
    async with house.talk(vera) as (talk, hello):
        answers = await talk.follow(hello["epoch"], **have)
    assert [(one["op"], one.get("why")) for one in answers] == [
        ("reload", "too_many"), *[("patch", None)] * 5,
    ]  # fmt: skip


async def test_refused_unknown_and_closed_answer_alike(house: House, door: Door, vera: Person) -> None:
    lev = await house.person(door, "lev")
    await house.let_in(2, lev)
    await house.let_in(3, vera)
    async with (await house.container.get(Database)).sessions() as session:
        await session.execute(text("UPDATE live_streams SET closed_at = now() WHERE name = 'room.3'"))
        await session.commit()
    async with house.talk(vera) as (talk, hello):
        answers = await talk.follow(
            hello["epoch"], **{"room.2": 1, "room.3": 1, "room.99": None, lev.stream: None, "nothing.1": 1}
        )
    assert answers == [
        {"op": "gone", "stream": name} for name in ("room.2", "room.3", "room.99", lev.stream, "nothing.1")
    ]


async def test_a_stream_that_nothing_was_written_to_can_be_followed(house: House, vera: Person) -> None:
    async with (await house.container.get(Database)).sessions() as session:
        await session.execute(text("INSERT INTO rooms.member VALUES (7, :user)"), {"user": vera.user_id})
        await session.commit()
    async with house.talk(vera) as (talk, hello):
        (reload,) = await talk.follow(hello["epoch"], room_7=None)
        assert reload["version"] == 0
        await house.append("room.7", put={"m/1": {}})
        assert (await talk.hear())["to"] == 1


async def test_snapshots_and_catch_up_say_over_http_what_the_socket_says(house: House, vera: Person) -> None:
    have = await house.version("room.1")
    await house.append("room.1", put={"m/1": {"n": 1}})
    async with (
        house.talk(vera) as (talk, hello),
        httpx.AsyncClient(base_url=house.address, headers=vera.bearer) as http,
    ):
        question = {"room.1": have, vera.stream: None, "room.99": 3}
        by_socket = await talk.follow(hello["epoch"], **question)
        answer = await http.post(
            "/api/v1/live/catch-up",
            json={"epoch": hello["epoch"], "have": question, "got": {"room.1": 5, "room.99": 6}},
        )
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"epoch": hello["epoch"], "frames": by_socket}
        copies = await http.get("/api/v1/live/snapshots", params={"streams": f"room.1,{vera.stream},room.99"})
        assert copies.status_code == 200, copies.text
        body = copies.json()
    assert body["epoch"] == hello["epoch"]
    assert body["gone"] == ["room.99"]
    assert body["streams"]["room.1"] == {"version": have + 1, "entities": {"head": {"name": "room.1"}}}
    assert body["streams"][vera.stream]["entities"]["me"]["username"] == "vera"
    async with (await house.container.get(Database)).sessions() as session:
        heard = (await session.execute(text("SELECT user_id, seq FROM rooms.heard"))).all()
    assert [tuple(row) for row in heard] == [(vera.user_id, 5)]  # nothing for a stream that is not hers


async def test_parts_can_be_asked_for_by_name(house: House, vera: Person) -> None:
    async with httpx.AsyncClient(base_url=house.address, headers=vera.bearer) as http:
        whole = await http.get("/api/v1/live/snapshots", params={"streams": vera.stream})
        part = await http.get("/api/v1/live/snapshots", params={"streams": vera.stream, "parts": "notices"})
    assert {"me", "score", "notices"} <= set(whole.json()["streams"][vera.stream]["entities"])
    assert set(part.json()["streams"][vera.stream]["entities"]) == {"notices"}


@pytest.mark.parametrize("streams", ["", "Room.1", "room", "room.1," * 51 + ",".join(f"room.{n}" for n in range(51))])
async def test_bad_names_are_refused(house: House, vera: Person, streams: str) -> None:
    async with httpx.AsyncClient(base_url=house.address, headers=vera.bearer) as http:
        answer = await http.get("/api/v1/live/snapshots", params={"streams": streams})
        assert answer.status_code == 422
        assert answer.json()["code"] == "kit.validation"


async def test_nobody_gets_nothing(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.address) as http:
        assert (await http.get("/api/v1/live/snapshots", params={"streams": "user.1"})).status_code == 401
        assert (await http.post("/api/v1/live/catch-up", json={"have": {}})).status_code == 401
