"""The Python client alone, at a line whose far end the test holds."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson
import pytest

from omenigen.kit.clock import SystemClock
from omenigen.kit.streams.client import Accepted, Command, Line, LiveClient, Undelivered


class Far:
    """The server's end of everything: frames are said by hand, copies are there or not."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.fresh: dict[str, Any] = {}
        self._said: asyncio.Queue[str] = asyncio.Queue()

    async def say(self, *frames: Mapping[str, Any]) -> None:
        for frame in frames:
            self._said.put_nowait(orjson.dumps(frame).decode())
        for _ in range(20):
            await asyncio.sleep(0)

    def asked(self) -> list[dict[str, int | None]]:
        return [frame["have"] for frame in self.heard if frame["op"] == "follow"]

    async def open(self) -> Line:
        return self

    async def copies(self, streams: Sequence[str]) -> Mapping[str, Any]:
        found = {name: self.fresh[name] for name in streams if name in self.fresh}
        return {"epoch": "e1", "streams": found, "gone": [name for name in streams if name not in found]}

    async def send(self, frame: Any) -> Any:  # Any: a Line sends text, a Dial sends a command
        if isinstance(frame, Command):
            raise Undelivered
        self.heard.append(orjson.loads(frame))
        return Accepted(versions={})

    async def receive(self) -> str:
        return await self._said.get()

    async def close(self) -> None:
        """Nothing to give back."""


HELLO = {"op": "hello", "v": 1, "epoch": "e1", "user": 7, "socket": "s", "beat": 25}
RELOAD = {"op": "reload", "stream": "room.1", "version": 5, "why": "new"}
SYNCED = {"op": "synced", "streams": 1}
GONE = {"op": "gone", "stream": "room.1"}


def patch(from_: int, to: int) -> dict[str, Any]:
    return {"op": "patch", "stream": "room.1", "from": from_, "to": to, "put": {"m": {"n": to}}, "drop": []}


@pytest.fixture
async def far() -> Far:
    return Far()


@pytest.fixture
async def client(far: Far) -> AsyncIterator[LiveClient]:
    """A client that holds `room.1` at version 5."""
    client = LiveClient(far, SystemClock(), random.Random(1))
    task = asyncio.create_task(client.run())
    await client.follow("room.1")
    far.fresh = {"room.1": {"version": 5, "entities": {"m": {"n": 5}}}}
    await far.say(HELLO, RELOAD, SYNCED)
    assert client.replica.copies["room.1"].version == 5
    yield client
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_stream_taken_away_while_it_is_asked_for_stays_if_the_answer_speaks_of_it(
    far: Far, client: LiveClient
) -> None:
    await client.follow("room.1")
    await far.say(GONE, RELOAD, SYNCED)
    assert client.replica.entities("room.1") == {"m": {"n": 5}}


async def test_an_answer_upon_what_has_been_wiped_meanwhile_is_asked_for_whole(far: Far, client: LiveClient) -> None:
    await client.follow("room.1")
    await far.say(GONE, patch(5, 8), SYNCED)
    assert far.asked()[-1] == {"room.1": None}
    far.fresh["room.1"] = {"version": 8, "entities": {"m": {"n": 8}}}
    await far.say(RELOAD, SYNCED, patch(8, 9))
    assert client.replica.entities("room.1") == {"m": {"n": 9}}


async def test_an_answer_that_does_not_speak_of_a_stream_taken_away_ends_it(far: Far, client: LiveClient) -> None:
    await client.follow("room.1")
    await far.say(GONE, SYNCED)
    assert "room.1" not in client.replica.copies


@pytest.mark.parametrize(("sum_", "noticed"), [(6, 1), (4, 0), (5, 0)])
async def test_a_sum_above_ours_means_loss_and_one_below_means_that_a_copy_was_ahead(
    far: Far, client: LiveClient, sum_: int, noticed: int
) -> None:
    before = len(far.asked())
    await far.say({"op": "pong", "n": 1, "sum": sum_})
    assert client.mismatches == noticed
    assert len(far.asked()) - before == (sum_ != 5)
