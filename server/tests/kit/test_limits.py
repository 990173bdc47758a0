"""Token buckets, with Redis and while it is away."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from omenigen.kit import cache
from omenigen.kit.errors import TooMany
from omenigen.kit.limits import Limits
from omenigen.kit.settings import RedisSettings
from omenigen.main.settings import Settings


@pytest.fixture(params=["shared", "alone"])
async def limits(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Limits]:
    url = settings.redis.url if request.param == "shared" else "redis://127.0.0.1:1/0"
    client = cache.connect(RedisSettings(REDIS_URL=url))
    yield Limits(client)
    await client.aclose()


async def test_a_burst_is_granted_and_then_refused_with_the_time_to_wait(limits: Limits) -> None:
    for _ in range(3):
        await limits.take("letters", "vera", rate=0.1, burst=3)
    with pytest.raises(TooMany) as refusal:
        await limits.take("letters", "vera", rate=0.1, burst=3)
    assert refusal.value.retry_after == 10


async def test_buckets_are_apart(limits: Limits) -> None:
    await limits.take("letters", "vera", rate=0.01, burst=1)
    await limits.take("letters", "lev", rate=0.01, burst=1)
    await limits.take("sign-in", "vera", rate=0.01, burst=1)


async def test_tokens_come_back(limits: Limits) -> None:
    await limits.take("events", "key", rate=50, burst=1)
    await asyncio.sleep(0.1)
    await limits.take("events", "key", rate=50, burst=1)


async def test_a_batch_costs_its_items(limits: Limits) -> None:
    await limits.take("events", "key", rate=1, burst=100, cost=90)
    with pytest.raises(TooMany):
        await limits.take("events", "key", rate=1, burst=100, cost=20)
    await limits.take("events", "key", rate=1, burst=100, cost=10)


async def test_fifty_at_once_get_no_more_than_the_burst(limits: Limits) -> None:
    async def one() -> bool:
        try:
            await limits.take("race", "hat", rate=0.001, burst=7)
        except TooMany:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(50)))) == 7
