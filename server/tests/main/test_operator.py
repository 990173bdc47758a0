"""The operator's desk: health by part, queues, and dead letters that are replayed or let go."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest
from dishka import AsyncContainer, Scope
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit import consumers as kit_consumers
from omenigen.kit.bus import DEAD, FACTS, Bus
from omenigen.kit.clock import Clock
from omenigen.kit.consumers import Consumer, Consumers, Received
from omenigen.kit.edge import unit_of_work
from omenigen.kit.mail import LetterRow
from omenigen.kit.texts import Locale, Texts
from omenigen.main.operator.dead_letters import DeadLetters
from omenigen.main.operator.errors import DeadLetterNotFound
from omenigen.main.operator.figures import quantile
from omenigen.main.operator.types import Part, State
from omenigen.main.settings import Settings
from omenigen.modules.accounts.public import Operators

SUBJECT = "accounts.confirmed"
PASSWORD = "seven blue lagfrogs"


class Eater:
    """A consumer that can be told to choke; it remembers what it swallowed."""

    def __init__(self) -> None:
        self.chokes = True
        self.swallowed: list[int] = []

    async def handle(self, scope: AsyncContainer, fact: Received) -> None:
        if self.chokes:
            raise ValueError("не лезет: поле name пустое")
        self.swallowed.append(fact.id)


@pytest.fixture
def eater() -> Eater:
    return Eater()


@pytest.fixture
async def operator(container: AsyncContainer, client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose caller is the operator starosta."""
    async with unit_of_work(container) as scope:
        operators = await scope.get(Operators)
        await operators.create(username="starosta", email="starosta@example.com", password=PASSWORD, locale=Locale.RU)
    async with signed_in(client, "starosta") as caller:
        yield caller


@pytest.fixture
async def player(container: AsyncContainer, client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose caller is the player dasha."""
    body = {"email": "dasha@example.com", "username": "dasha", "password": PASSWORD, "locale": "en"}
    assert (await client.post("/api/v1/auth/register", json=body)).status_code == 202
    async with container(scope=Scope.REQUEST) as scope:
        letter = await (await scope.get(AsyncSession)).scalar(select(LetterRow.body_text))
    token = re.search(r"token=([\w-]+)", letter or "")
    assert token is not None
    assert (await client.post("/api/v1/auth/confirm", json={"token": token[1]})).status_code == 200
    async with signed_in(client, "dasha") as caller:
        yield caller


@asynccontextmanager
async def signed_in(client: httpx.AsyncClient, name: str) -> AsyncIterator[httpx.AsyncClient]:
    answer = await client.post("/api/v1/auth/login", json={"login": name, "password": PASSWORD})
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    client.cookies.clear()
    async with httpx.AsyncClient(transport=client._transport, base_url=client.base_url, headers=headers) as caller:
        yield caller


@asynccontextmanager
async def eating(container: AsyncContainer, settings: Settings, eater: Eater) -> AsyncIterator[None]:
    bus, clock = await container.get(Bus), await container.get(Clock)
    group = Consumers(
        settings.bus, bus, container, clock, [Consumer(name="eater", subject=SUBJECT, handle=eater.handle)]
    )
    await group.start()
    try:
        yield
    finally:
        await group.stop()


async def until(found: object, *, within: float = 10.0) -> None:
    """Wait until an async question is answered with yes."""
    async with asyncio.timeout(within):
        while not await found():  # type: ignore[operator] # a coroutine function
            await asyncio.sleep(0.05)


async def publish(bus: Bus, fact_id: int, *, body: bytes | None = None) -> None:
    fact = {"id": fact_id, "subject": SUBJECT, "at": "2026-05-01T12:00:00+00:00", "data": {"user_id": 7}}
    await bus.publish_fact(SUBJECT, body if body is not None else orjson.dumps(fact), message_id=f"test-{fact_id}")


async def test_a_poisoned_fact_is_seen_mended_and_replayed_once(
    container: AsyncContainer, settings: Settings, eater: Eater, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit_consumers, "BACKOFF", (0.05, 0.05))
    bus, letters = await container.get(Bus), await container.get(DeadLetters)
    async with eating(container, settings, eater):
        await publish(bus, 41)
        await until(lambda: _holds(letters, 1))
        (letter,) = (await letters.page(after=0, limit=10)).items
        assert (letter.subject, letter.consumer) == (SUBJECT, "eater")
        assert letter.error == "ValueError: не лезет: поле name пустое"
        assert letter.payload == {
            "id": 41,
            "subject": SUBJECT,
            "at": "2026-05-01T12:00:00+00:00",
            "data": {"user_id": 7},
        }

        eater.chokes = False
        await letters.replay(id=letter.id)
        await until(lambda: _swallowed(eater, [41]))
        assert (await letters.page(after=0, limit=10)).items == []
        with pytest.raises(DeadLetterNotFound):
            await letters.replay(id=letter.id)

        # The fact's own id is for ever: sent once more by hand, it changes nothing.
        await bus.publish_fact(SUBJECT, orjson.dumps(letter.payload), message_id="by-hand")
        await publish(bus, 42)
        await until(lambda: _swallowed(eater, [41, 42]))


async def test_what_is_not_a_fact_is_dead_at_once_and_shown_as_text(
    container: AsyncContainer, settings: Settings, eater: Eater
) -> None:
    bus, letters = await container.get(Bus), await container.get(DeadLetters)
    async with eating(container, settings, eater):
        await publish(bus, 43, body="{не json".encode())
        await until(lambda: _holds(letters, 1))
    (letter,) = (await letters.page(after=0, limit=10)).items
    assert letter.payload == "{не json"
    await letters.discard(id=letter.id)
    with pytest.raises(DeadLetterNotFound):
        await letters.discard(id=letter.id)
    assert await letters.count() == 0


async def test_pages_of_dead_letters_skip_what_was_removed(container: AsyncContainer) -> None:
    bus, letters = await container.get(Bus), await container.get(DeadLetters)
    headers = {"Omenigen-Consumer": "eater", "Omenigen-Subject": SUBJECT, "Omenigen-Error": "ValueError: x"}
    numbers = [(await bus.jetstream.publish("dead.eater", b"{}", headers=headers)).seq for _ in range(5)]
    await letters.discard(id=numbers[1])
    first = await letters.page(after=0, limit=2)
    assert [letter.id for letter in first.items] == [numbers[0], numbers[2]]
    assert first.next == numbers[2]
    second = await letters.page(after=first.next or 0, limit=2)
    assert [letter.id for letter in second.items] == [numbers[3], numbers[4]]
    assert second.next is None


async def test_health_names_every_part_and_says_each_state_in_both_languages(
    container: AsyncContainer, operator: httpx.AsyncClient, worker: None
) -> None:
    answer = await operator.get("/api/v1/operator/health")
    assert answer.status_code == 200
    parts = {part["part"]: part for part in answer.json()["parts"]}
    assert set(parts) == {part.value for part in Part}
    for name in (Part.DATABASE, Part.REDIS, Part.NATS, Part.RELAY):
        assert parts[name]["state"] == State.OK, parts[name]
        assert parts[name]["advice"] is None
    assert all("{" not in part["summary"] and not part["summary"].startswith("operator.") for part in parts.values())
    texts = await container.get(Texts)
    assert {key for key in texts.keys(Locale.RU) if key.startswith("operator.")} == {
        key for key in texts.keys(Locale.EN) if key.startswith("operator.")
    }


async def test_health_says_that_nobody_listens_and_what_to_do(operator: httpx.AsyncClient) -> None:
    answer = await operator.get("/api/v1/operator/health")
    consumers = next(part for part in answer.json()["parts"] if part["part"] == "consumers")
    assert answer.json()["state"] == State.DOWN
    assert consumers["state"] == State.DOWN
    assert "notify-unlocked" in consumers["summary"]
    assert "omenigen worker" in consumers["advice"]


async def test_queues_show_streams_consumers_and_what_waits(
    container: AsyncContainer, operator: httpx.AsyncClient, worker: None
) -> None:
    async with asyncio.timeout(20):  # the operator's own sign-in has to be carried, counted and judged first
        while True:
            answer = (await operator.get("/api/v1/operator/queues")).json()
            if answer["outbox"]["waiting"] == answer["due"] == 0:
                break
            await asyncio.sleep(0.1)
    assert {stream["name"] for stream in answer["streams"]} == {FACTS, DEAD}
    assert all(consumer["listening"] for consumer in answer["consumers"]), answer["consumers"]


async def test_figures_of_this_process_count_the_requests(operator: httpx.AsyncClient) -> None:
    await operator.get("/api/v1/operator/queues")
    answer = (await operator.get("/api/v1/operator/metrics")).json()
    asked = next(one for one in answer["operations"] if one["operation"] == "operator_queues")
    assert asked["requests"] >= 1
    assert asked["p50_ms"] is None or asked["p50_ms"] > 0
    assert answer["memory_bytes"] > 10_000_000


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/operator/health"),
        ("GET", "/api/v1/operator/queues"),
        ("GET", "/api/v1/operator/metrics"),
        ("GET", "/api/v1/operator/dead-letters"),
        ("POST", "/api/v1/operator/dead-letters/1/replay"),
        ("DELETE", "/api/v1/operator/dead-letters/1"),
    ],
)
async def test_the_desk_is_closed_to_everybody_else(
    client: httpx.AsyncClient, player: httpx.AsyncClient, method: str, path: str
) -> None:
    assert (await client.request(method, path)).status_code == 401
    refused = await player.request(method, path)
    assert (refused.status_code, refused.json()["code"]) == (403, "kit.role_too_low")


async def test_an_unknown_letter_is_refused_by_its_number(operator: httpx.AsyncClient) -> None:
    for answer in (
        await operator.post("/api/v1/operator/dead-letters/999/replay"),
        await operator.delete("/api/v1/operator/dead-letters/999"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "operator.dead_letter_not_found")
        assert answer.json()["params"] == {"id": 999}


def test_a_quantile_is_the_upper_bound_of_its_bucket() -> None:
    buckets = {0.005: 50.0, 0.1: 95.0, 1.0: 99.0, float("inf"): 100.0}
    assert [quantile(buckets, share) for share in (0.5, 0.95, 0.99, 1.0)] == [0.005, 0.1, 1.0, None]
    assert quantile({0.1: 0.0, float("inf"): 0.0}, 0.5) is None
    assert quantile({}, 0.5) is None


async def _holds(letters: DeadLetters, count: int) -> bool:
    return await letters.count() == count


async def _swallowed(eater: Eater, facts: list[int]) -> bool:
    return eater.swallowed == facts
