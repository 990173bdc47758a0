"""Appending: one frame per stream and unit of work, in the transaction of what it tells."""

import pytest
from dishka import AsyncContainer
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from omenigen.kit.clock import ManualClock
from omenigen.kit.db import Database
from omenigen.kit.edge import unit_of_work
from omenigen.kit.streams import PatchBroken, Streams, Written, gap
from omenigen.kit.streams.compaction import compact, remove_closed, trim
from omenigen.kit.streams.epoch import current_epoch, ensure_epoch, new_epoch
from omenigen.kit.streams.reading import Gone, Range, missed, still_picture
from omenigen.kit.streams.types import is_stream_name


async def write(container: AsyncContainer, *patches: tuple[str, dict[str, object]]) -> list[Written]:
    """Write some appends in one transaction and return what the edge would announce."""
    streams = Streams(ManualClock(await now(container)))
    for stream, patch in patches:
        streams.append(stream, **patch)  # type: ignore[arg-type]
    async with (await container.get(Database)).sessions() as session:
        written = await streams.write(session)
        await session.commit()
    return written


async def now(container: AsyncContainer):  # type: ignore[no-untyped-def]
    from omenigen.kit.clock import Clock

    return (await container.get(Clock)).now()


async def log_of(container: AsyncContainer, stream: str) -> list[tuple[int, str, object]]:
    """Return a stream's log: version, key, value."""
    async with (await container.get(Database)).sessions() as session:
        rows = await session.execute(
            text(
                "SELECT p.version, key, value FROM live_patches p JOIN live_streams s ON s.id = p.stream_id "
                "WHERE name = :name ORDER BY 1"
            ),
            {"name": stream},
        )
        return [tuple(row) for row in rows]


async def test_appends_of_one_unit_merge_and_the_last_word_on_a_key_wins(container: AsyncContainer) -> None:
    (one,) = await write(
        container,
        ("room.1", {"put": {"a": {"n": 1}, "b": {"n": 1}}, "why": "first"}),
        ("room.1", {"put": {"a": {"n": 2}}, "drop": ["c"]}),
        ("room.1", {"drop": ["b"], "why": "last"}),
    )
    assert (one.from_, one.to, one.gate, one.why) == (0, 3, 0, "last")
    assert one.entities == {"a": {"n": 2}}
    assert one.drop == ("c", "b")
    assert await log_of(container, "room.1") == [(1, "a", {"n": 2}), (2, "c", None), (3, "b", None)]


async def test_versions_go_on_where_they_were_and_streams_are_written_in_order(container: AsyncContainer) -> None:
    await write(container, ("room.2", {"put": {"a": {}}}))
    written = await write(container, ("room.2", {"put": {"a": {}}}), ("room.1", {"put": {"a": {}}}))
    assert [(one.stream, one.from_, one.to) for one in written] == [("room.1", 0, 1), ("room.2", 1, 2)]


async def test_nothing_appended_writes_nothing(container: AsyncContainer) -> None:
    assert await write(container, ("room.1", {})) == []


async def test_a_regate_is_a_void_with_a_newer_gate(container: AsyncContainer, clock: ManualClock) -> None:
    streams = Streams(clock)
    streams.regate("room.1")
    async with (await container.get(Database)).sessions() as session:
        (one,) = await streams.write(session)
        await session.commit()
    assert (one.from_, one.to, one.gate, dict(one.put), one.drop) == (0, 1, 1, {}, ())
    assert await log_of(container, "room.1") == []


async def test_a_rolled_back_unit_leaves_no_hole(container: AsyncContainer) -> None:
    with pytest.raises(RuntimeError):
        async with unit_of_work(container) as scope:
            (await scope.get(Streams)).append("room.1", put={"a": {}})
            raise RuntimeError("the verb failed")
    (one,) = await write(container, ("room.1", {"put": {"a": {}}}))
    assert (one.from_, one.to) == (0, 1)


async def test_erased_content_lives_nowhere_in_the_log(container: AsyncContainer) -> None:
    await write(container, ("room.1", {"put": {"m/1": {"body": "secret"}, "m/2": {}}}))
    await write(container, ("room.1", {"put": {"m/1": {"body": "secret, edited"}}}))
    await write(container, ("room.1", {"drop": ["m/1"], "erase": True}))
    assert await log_of(container, "room.1") == [(2, "m/2", {}), (4, "m/1", None)]


async def test_a_closed_stream_is_gone_and_its_row_goes_after_a_day(
    container: AsyncContainer, clock: ManualClock
) -> None:
    await write(container, ("room.1", {"put": {"m/1": {"body": "secret"}}}))
    async with unit_of_work(container) as scope:
        (await scope.get(Streams)).close("room.1", wipe=True)
    assert await log_of(container, "room.1") == []
    database = await container.get(Database)
    async with still_picture(database.sessions) as db:
        assert (await missed(db, {"room.1": 1}))[1] == {"room.1": Gone(stream="room.1")}
    for hours, left in ((23, 1), (2, 0)):
        clock.advance(hours * 3600)
        async with database.sessions() as session:
            await remove_closed(session, clock)
            await session.commit()
            assert (await session.execute(text("SELECT count(*) FROM live_streams"))).scalar_one() == left


async def test_compaction_changes_no_answer_and_trimming_raises_the_floor(
    container: AsyncContainer, clock: ManualClock
) -> None:
    for number in range(10):
        await write(container, ("room.1", {"put": {f"m/{number % 3}": {"n": number}}}))
    database = await container.get(Database)

    async def answers() -> list[object]:
        async with still_picture(database.sessions) as db:
            return [(await missed(db, {"room.1": have}))[1]["room.1"] for have in range(11)]

    before = await answers()
    clock.advance(3601)
    async with database.sessions() as session:
        assert await compact(session, clock) == 7
        await session.commit()
    assert await answers() == before
    async with database.sessions() as session:
        assert await trim(session, clock, keep_newest=2) == 1
        await session.commit()
    after = await answers()
    assert [isinstance(answer, Range) for answer in after] == [False] * 8 + [True] * 3
    assert after[8:] == before[8:]


async def test_age_trims_too(container: AsyncContainer, clock: ManualClock) -> None:
    await write(container, ("room.1", {"put": {"a": {}}}))
    clock.advance(31 * 24 * 3600)
    await write(container, ("room.1", {"put": {"b": {}}}))
    async with (await container.get(Database)).sessions() as session:
        assert await trim(session, clock) == 1
        await session.commit()
    assert await log_of(container, "room.1") == [(2, "b", {})]


async def test_of_two_who_notice_the_same_thing_one_begins_the_epoch(
    container: AsyncContainer, clock: ManualClock
) -> None:
    async with (await container.get(Database)).sessions() as session:
        assert await current_epoch(session) is None
        first = await ensure_epoch(session, now=clock.now())
        second = await new_epoch(session, "versions fell", clock=clock, known=first)
        assert second != first
        assert await new_epoch(session, "versions fell", clock=clock, known=first) == second
        assert await new_epoch(session, "restore", clock=clock) not in {first, second}


@pytest.mark.parametrize("key", ["", "x" * 81, "ж" * 41])
def test_keys_have_1_to_80_bytes(clock: ManualClock, key: str) -> None:
    with pytest.raises(PatchBroken):
        Streams(clock).append("room.1", put={key: {}})


@pytest.mark.parametrize("value", [{"body": "x" * 32 * 1024}, {"body": object()}])
def test_a_value_is_json_of_at_most_32_kb(clock: ManualClock, value: dict[str, object]) -> None:
    with pytest.raises(PatchBroken):
        Streams(clock).append("room.1", put={"a": value})


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("user.7", True), ("adventure.9.seat.3", True), ("door.telegram", True), ("ab.c-d.0.z", True),
        ("user", False), ("u.7", False), ("User.7", False), ("user.", False), ("user.7.8.9.10", False),
        ("user.7_8", False), ("user." + "x" * 33, False), ("user.7\n", False), ("*.>", False), (7, False),
    ],
)  # fmt: skip
def test_names_of_streams(name: object, good: bool) -> None:
    assert is_stream_name(name) is good


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_the_gap_rule_never_leaves_a_hole_and_never_goes_back(mine: int, from_: int, length: int) -> None:
    to = from_ + length
    match gap.place(mine, from_=from_, to=to):
        case gap.Place.KNOWN:
            assert to <= mine
        case gap.Place.NEXT:
            assert from_ <= mine < to
        case gap.Place.AHEAD:
            assert mine < from_
