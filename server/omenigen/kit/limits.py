"""Token buckets: how often somebody may do something.

One Lua call per check, so that all nodes share a bucket. While Redis is away each process counts alone, with the
same numbers.
"""

import math
import time
from collections import OrderedDict

import structlog

from omenigen.kit.cache import AWAY, Redis
from omenigen.kit.errors import TooMany

log = structlog.get_logger(__name__)

# KEYS[1] bucket · ARGV rate, burst, cost → seconds to wait (0 = taken), as text because Lua numbers lose fractions.
_TAKE = """
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local t = redis.call('TIME'); local now = t[1] + t[2] / 1e6
local kept = redis.call('HMGET', KEYS[1], 'n', 't')
local n = tonumber(kept[1]) or burst
n = math.min(burst, n + (now - (tonumber(kept[2]) or now)) * rate)
local wait = 0
if n >= cost then n = n - cost else wait = (cost - n) / rate end
redis.call('HSET', KEYS[1], 'n', tostring(n), 't', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return tostring(wait)
"""
_LOCAL_BUCKETS = 50_000


class Limits:
    """Take tokens from named buckets."""

    def __init__(self, redis: Redis) -> None:
        self._take = redis.register_script(_TAKE)
        self._local: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def take(self, bucket: str, key: str | int, *, rate: float, burst: int, cost: int = 1) -> None:
        """Take `cost` tokens of the `burst` that refill at `rate` per second. Raises `TooMany` with `retry_after`."""
        name = f"limit:{bucket}:{key}"
        try:
            wait = float(await self._take(keys=[name], args=[rate, burst, cost]))
        except AWAY as error:
            log.warning("limits count alone", error=type(error).__name__)
            wait = self._take_alone(name, rate, burst, cost)
        if wait > 0:
            raise TooMany(retry_after=max(1, math.ceil(wait)))

    def _take_alone(self, name: str, rate: float, burst: int, cost: int) -> float:
        now = time.monotonic()
        left, at = self._local.pop(name, (float(burst), now))
        left = min(burst, left + (now - at) * rate)
        wait = 0.0 if left >= cost else (cost - left) / rate
        self._local[name] = (left if wait else left - cost, now)
        while len(self._local) > _LOCAL_BUCKETS:
            self._local.popitem(last=False)
        return wait
