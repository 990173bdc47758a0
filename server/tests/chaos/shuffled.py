"""Events sent three times, shuffled, by many senders, amid kills: the tables equal those of one run in order.

From server/:  ../.venv/bin/python -m tests.chaos.shuffled --events 100000
Two houses, one after the other, each with real PostgreSQL, NATS and Redis and the API, the worker and the scheduler as
processes of their own. In the first, 16 senders tell every event three times in a shuffled order, while API and worker
are killed with −9 and Redis is flushed. In the second, one sender tells each event once, in order, and nothing is
killed. Then both houses' tables are read and compared row by row, players by their names.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
from redis.asyncio import Redis

from omenigen.kit.embedded.tuning import Tuning
from tests.chaos.deck import Card, deal
from tests.chaos.exactly_once import House, house, wait_until_ready

COPIES = 3
SENDERS = 16
BATCH = 100
SINGLES = 50
"""Of so many batches, one is told event by event."""

TROUBLES = ("api", "redis", "worker", "api", "redis", "worker")
SETTLE_SECONDS = 300.0

TABLES = {
    "events": """
        SELECT p.username, e.event_id::text, e.type_code, e.amount, e.details::text, e.at, e.counts_at, e.day, e.trust,
               e.late, CASE WHEN e.type_code NOT IN ('habit_kept', 'focus_done') THEN e.points END
        FROM achievement_event e JOIN accounts_users p ON p.id = e.user_id""",
    "counters": """
        SELECT p.username, c.metric_id, c."window", c.value
        FROM achievement_counter c JOIN accounts_users p ON p.id = c.user_id""",
    "values met": """
        SELECT p.username, m.metric_id, m."window", m.value
        FROM achievement_member m JOIN accounts_users p ON p.id = m.user_id""",
    "scores": """
        SELECT p.username, s.event_points, s.last_activity
        FROM achievement_score s JOIN accounts_users p ON p.id = s.user_id""",
    "standings": """
        SELECT p.username, s.achievement_points, s.achievements_count, s.level
        FROM achievement_standing s JOIN accounts_users p ON p.id = s.user_id""",
    "unlocks": """
        SELECT p.username, u.rule_code, u.rule_version, u.tier, u.n, u.points, u.state
        FROM achievement_unlock u JOIN accounts_users p ON p.id = u.user_id""",
    "places": """
        SELECT p.username, b.board, b."window", b.value
        FROM achievement_board b JOIN accounts_users p ON p.id = b.user_id WHERE b.value > 0""",
}
"""What must be equal. Points of single capped events are left out: the day's sum is what the cap promises."""

_WAITING = """
SELECT (SELECT count(*) FROM achievement_due) + (SELECT count(*) FROM achievement_board_due)
     + (SELECT count(*) FROM kit_outbox)
"""


@dataclass
class Story:
    """One run: how it went, and what the tables hold. Senders hold back once they have told `until`."""

    seconds: float = 0.0
    told: int = 0
    until: float = 0.0
    repeats: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    tables: dict[str, Counter[tuple[Any, ...]]] = field(default_factory=dict)
    readers: dict[str, dict[str, Any]] = field(default_factory=dict)


class Sender:
    """A careful game: what was not acknowledged is told again, as it was."""

    def __init__(self, address: str, key: str, story: Story) -> None:
        self._client = httpx.AsyncClient(base_url=address, headers={"X-API-Key": key}, timeout=30)
        self._story = story

    async def tell(self, events: Sequence[dict[str, Any]], *, singly: bool) -> None:
        """Tell events until each is acknowledged."""
        if singly:
            for event in events:
                await self._until_taken([event], self._single)
        else:
            await self._until_taken(events, self._batch)
        self._story.told += len(events)

    async def close(self) -> None:
        await self._client.aclose()

    async def _until_taken(self, events: Sequence[dict[str, Any]], tell: Any) -> None:
        pause = 0.05
        while True:
            try:
                events = await tell(events)
            except httpx.HTTPError as error:
                self._story.failures[type(error).__name__] += 1
            if not events:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    async def _single(self, events: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        answer = await self._client.post("/api/v1/event/", json=events[0])
        if answer.status_code in (200, 201):
            self._story.repeats += answer.status_code == 200
            return ()
        self._refused(answer.status_code, answer.text)
        return events

    async def _batch(self, events: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        answer = await self._client.post("/api/v1/events/batch", json={"events": list(events)})
        if answer.status_code != 200:
            self._refused(answer.status_code, answer.text)
            return events
        left = []
        for event, one in zip(events, answer.json()["results"], strict=True):
            self._story.repeats += one["status"] == "repeat"
            if one["status"] == "refused":
                self._refused(503 if one["code"] == "kit.unavailable" else 422, one["code"])
                left.append(event)
        return left

    def _refused(self, status: int, text: str) -> None:
        self._story.failures[str(status)] += 1
        if status not in (429, 500, 502, 503):
            raise AssertionError(f"an honest event was refused: {status} {text[:300]}")


async def run(
    cards: Sequence[Card], *, players: int, senders: int, copies: int, troubles: Sequence[str], tuning: Tuning,
    seed: int = 7,
) -> Story:  # fmt: skip
    """Tell the cards in a fresh house and read its tables once nothing waits any more."""
    story = Story()
    with house(tuning=tuning) as made:
        await wait_until_ready(made)
        key = made.command("keys", "create", "--name", "chaos", "--rate", "100000", "--quiet")
        ids = await _cast(made, key, players)
        events = [card.told(ids) for _ in range(copies) for card in cards]
        if senders > 1:
            random.Random(seed).shuffle(events)
        began = time.monotonic()
        await asyncio.gather(
            _tell(made, key, story, events, senders), _trouble(made, story, total=len(events), troubles=troubles)
        )
        story.seconds = time.monotonic() - began
        await _settle(made)
        story.tables = await asyncio.to_thread(_dump, made)
        story.readers = await _read(made, key, ids)
        for role, code in made.survivors().items():
            if code is not None:
                raise AssertionError(f"{role} ended with {code}:\n{made.log_of(role)[-3000:]}")
    return story


async def _cast(made: House, key: str, players: int) -> list[int]:
    async with httpx.AsyncClient(base_url=made.address, headers={"X-API-Key": key}, timeout=20) as client:
        ids = []
        for number in range(players):
            body = {"username": f"chaos{number}", "email": f"chaos{number}@example.org"}
            answer = await client.post("/api/v1/users/", json=body)
            answer.raise_for_status()
            ids.append(int(answer.json()["id"]))
        return ids


async def _tell(made: House, key: str, story: Story, events: Sequence[dict[str, Any]], senders: int) -> None:
    batches = iter(enumerate(_batches(events)))

    async def work() -> None:
        sender = Sender(made.address, key, story)
        try:
            for number, batch in batches:
                while story.told > story.until:
                    await asyncio.sleep(0.01)
                await sender.tell(batch, singly=number % SINGLES == SINGLES - 1)
        finally:
            await sender.close()

    await asyncio.gather(*(work() for _ in range(senders)))


def _batches(events: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(events), BATCH):
        yield events[start : start + BATCH]


async def _trouble(made: House, story: Story, *, total: int, troubles: Sequence[str]) -> None:
    """Make each trouble at its share of the way, while events flow; they do not run ahead of the next one."""
    for number, victim in enumerate(troubles, start=1):
        mark = total * number / (len(troubles) + 1)
        story.until = mark + total / (len(troubles) + 1) / 2
        while story.told < mark:
            await asyncio.sleep(0.005)
        told = story.told
        if victim == "redis":
            redis = Redis.from_url(made.servers.redis_url)
            await redis.flushall()
            await redis.aclose()
        else:
            await asyncio.to_thread(made.kill, victim)
            await asyncio.sleep(0.3)
            made.bring_back(victim)
            await wait_until_ready(made)
        story.troubles.append(f"{'flushed' if victim == 'redis' else 'killed'} {victim} after {told} told")
    story.until = float("inf")


async def _settle(made: House) -> None:
    """Wait until nothing is due: no mark, no board, no fact in the outbox."""
    async with asyncio.timeout(SETTLE_SECONDS):
        quiet = 0
        while quiet < 3:
            await asyncio.sleep(0.5)
            with suppress(psycopg.Error):
                quiet = quiet + 1 if await asyncio.to_thread(_waiting, made) == 0 else 0


def _waiting(made: House) -> int:
    with psycopg.connect(_url(made)) as connection:
        row = connection.execute(_WAITING).fetchone()  # type: ignore[call-overload] # a literal
        assert row is not None
        return int(row[0])


def _dump(made: House) -> dict[str, Counter[tuple[Any, ...]]]:
    with psycopg.connect(_url(made)) as connection:
        return {name: Counter(connection.execute(asked).fetchall()) for name, asked in TABLES.items()}  # type: ignore[call-overload] # literals


def _url(made: House) -> str:
    return made.servers.database_url.replace("+asyncpg", "")


async def _read(made: House, key: str, ids: Sequence[int]) -> dict[str, dict[str, Any]]:
    """What readers are told, caches and all; without what differs by nature (ids, the order of arrival)."""
    wanted = ("total_score", "achievement_points", "achievements_count", "by_type", "last_activity")
    async with httpx.AsyncClient(base_url=made.address, headers={"X-API-Key": key}, timeout=20) as client:
        found = {}
        for number, user_id in enumerate(ids):
            stats = (await client.get(f"/api/v1/stats/{user_id}")).raise_for_status().json()
            found[f"chaos{number}"] = {name: stats[name] for name in wanted}
        return found


def differences(chaos: Story, order: Story) -> list[str]:
    """Say what differs, a few examples of each kind."""
    found = []
    for name, rows in order.tables.items():
        missing, extra = rows - chaos.tables[name], chaos.tables[name] - rows
        if missing or extra:
            found.append(
                f"{name}: {missing.total()} only in order, {extra.total()} only in chaos; "
                f"{list(missing)[:3]} ≠ {list(extra)[:3]}"
            )
    found += [f"{who} reads {chaos.readers[who]}, in order {seen}" for who, seen in order.readers.items()
              if chaos.readers[who] != seen]  # fmt: skip
    return found


async def experiment(*, events: int, players: int, tuning: Tuning, seed: int) -> tuple[Story, Story, list[str]]:
    """Both runs and what differs between them."""
    cards = deal(events=events, players=players, now=datetime.now(UTC).replace(microsecond=0), seed=seed)  # noqa: TID251 - of real processes
    chaos = await run(
        cards, players=players, senders=SENDERS, copies=COPIES, troubles=TROUBLES, tuning=tuning, seed=seed
    )
    order = await run(cards, players=players, senders=1, copies=1, troubles=(), tuning=tuning)
    return chaos, order, differences(chaos, order)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--players", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    chaos, order, wrong = asyncio.run(
        experiment(events=given.events, players=given.players, tuning=Tuning(), seed=given.seed)
    )
    for line in chaos.troubles:
        print(f"  {line}")
    for name, story in (("chaos", chaos), ("in order", order)):
        sizes = ", ".join(f"{rows.total()} {table}" for table, rows in story.tables.items())
        print(f"{name}: {story.told} told, {story.repeats} repeats, {story.seconds:.0f} s,", end=" ")
        print(f"failed attempts {dict(story.failures)}; {sizes}")
    for line in wrong[:20]:
        print(f"  ✗ {line}")
    print("equal to the single run in order" if not wrong else f"{len(wrong)} differences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
