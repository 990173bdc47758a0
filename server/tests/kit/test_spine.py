"""The spine: a fact recorded in a committed unit of work reaches its consumer once, and no other fact does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import ClassVar

import orjson
import pytest
from dishka import AsyncContainer
from nats.js.errors import NotFoundError
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit import consumers as kit_consumers
from omenigen.kit.bus import DEAD, FACTS, Bus
from omenigen.kit.clock import Clock
from omenigen.kit.consumers import Consumer, Consumers, Received
from omenigen.kit.edge import unit_of_work
from omenigen.kit.outbox import Fact, Outbox, OutboxRow, Relay
from omenigen.main.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRang(Fact):
    """A bell rang: a fact of the tests."""

    subject: ClassVar[str] = "notify.bell_rang"
    tower: int


class Listener:
    """Remember what was heard; fail as often as told."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.failures = 0
        self.tries = 0

    async def hear(self, scope: AsyncContainer, fact: Received) -> None:
        self.tries += 1
        if self.failures:
            self.failures -= 1
            raise RuntimeError("deaf for a moment")
        self.heard.append(fact.data["tower"])


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def consumers(
    container: AsyncContainer, settings: Settings, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Consumers]:
    monkeypatch.setattr(kit_consumers, "BACKOFF", (0.05, 0.05))
    bus, clock = await container.get(Bus), await container.get(Clock)
    consumer = Consumer(name="listener", subject="notify.bell_rang", handle=listener.hear)
    group = Consumers(settings.bus, bus, container, clock, [consumer])
    await group.start()
    yield group
    await group.stop()


async def ring(container: AsyncContainer, *towers: int) -> None:
    async with unit_of_work(container) as scope:
        outbox = await scope.get(Outbox)
        for tower in towers:
            outbox.record(BellRang(tower=tower))


async def until(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_fact_reaches_its_consumer(container: AsyncContainer, consumers: Consumers, listener: Listener) -> None:
    await ring(container, 1, 2, 3)
    assert await (await container.get(Relay)).carry() == 3
    await until(lambda: sorted(listener.heard) == [1, 2, 3])
    assert await (await container.get(Relay)).waiting() == 0


async def test_what_was_rolled_back_is_never_told(container: AsyncContainer) -> None:
    with pytest.raises(RuntimeError):
        async with unit_of_work(container) as scope:
            (await scope.get(Outbox)).record(BellRang(tower=1))
            await (await scope.get(AsyncSession)).execute(text("SELECT 1"))
            raise RuntimeError("changed my mind")
    async with unit_of_work(container) as scope:
        session = await scope.get(AsyncSession)
        assert await session.scalar(select(func.count()).select_from(OutboxRow)) == 0


async def test_a_fact_that_is_delivered_twice_has_one_effect(
    container: AsyncContainer, consumers: Consumers, listener: Listener
) -> None:
    bus = await container.get(Bus)
    body = orjson.dumps(
        {"id": 7, "subject": "notify.bell_rang", "at": "2026-05-01T12:00:00+00:00", "data": {"tower": 7}, "new": 1}
    )
    await bus.publish_fact("notify.bell_rang", body, message_id="a")
    await bus.publish_fact("notify.bell_rang", body, message_id="b")
    await bus.publish_fact("notify.bell_rang", body.replace(b"7", b"8"), message_id="c")
    await until(lambda: 8 in listener.heard)
    assert sorted(listener.heard) == [7, 8]


async def test_jetstream_drops_the_relays_repeats(container: AsyncContainer) -> None:
    bus = await container.get(Bus)
    for _ in range(3):
        await bus.publish_fact("notify.bell_rang", b"{}", message_id="outbox-1")
    assert (await bus.jetstream.stream_info(FACTS)).state.messages == 1


async def test_a_failure_is_tried_again(container: AsyncContainer, consumers: Consumers, listener: Listener) -> None:
    listener.failures = 2
    await ring(container, 5)
    await (await container.get(Relay)).carry()
    await until(lambda: listener.heard == [5])
    assert listener.tries == 3


async def test_what_fails_for_good_is_kept_for_the_operator(
    container: AsyncContainer, consumers: Consumers, listener: Listener
) -> None:
    listener.failures = 100
    await ring(container, 6)
    await (await container.get(Relay)).carry()
    bus = await container.get(Bus)
    async with asyncio.timeout(10):
        while (await bus.jetstream.stream_info(DEAD)).state.messages == 0:
            await asyncio.sleep(0.02)
    dead = await bus.jetstream.get_last_msg(DEAD, "dead.listener")
    assert orjson.loads(dead.data or b"")["data"] == {"tower": 6}
    assert dead.headers is not None
    assert dead.headers["Omenigen-Error"] == "RuntimeError: deaf for a moment"
    assert listener.tries == 3


async def test_an_unreadable_message_is_kept_and_the_next_one_is_heard(
    container: AsyncContainer, consumers: Consumers, listener: Listener
) -> None:
    bus = await container.get(Bus)
    await bus.publish_fact("notify.bell_rang", b"\xff not json", message_id="bad")
    await ring(container, 9)
    await (await container.get(Relay)).carry()
    await until(lambda: listener.heard == [9])
    assert (await bus.jetstream.get_last_msg(DEAD, "dead.listener")).data == b"\xff not json"


async def test_the_watchdog_brings_a_lost_consumer_back(
    container: AsyncContainer, consumers: Consumers, listener: Listener
) -> None:
    bus = await container.get(Bus)
    await bus.jetstream.delete_consumer(FACTS, "listener")
    with pytest.raises(NotFoundError):
        await bus.jetstream.consumer_info(FACTS, "listener")
    watchdog = asyncio.create_task(consumers.watch(every=0.05))
    await ring(container, 4)
    await (await container.get(Relay)).carry()
    await until(lambda: listener.heard == [4])
    watchdog.cancel()
    await asyncio.gather(watchdog, return_exceptions=True)
