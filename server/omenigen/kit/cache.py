"""Redis: a quick memory that may vanish at any moment without anything being lost."""

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from omenigen.kit.settings import RedisSettings

Redis = redis.Redis
"""The client, as it is injected."""

AWAY = (RedisError, OSError, TimeoutError)
"""What a call raises while Redis is away."""


def connect(settings: RedisSettings) -> Redis:
    """Make a client that fails quickly: a cache that is away must not slow the house down."""
    return redis.Redis.from_url(
        settings.url,
        socket_timeout=0.5,
        socket_connect_timeout=0.5,
        max_connections=64,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 1),
    )
