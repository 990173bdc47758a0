"""Answers kept in Redis, each with the revision it was read at: an old one never stands in for a new one."""

import time
from collections.abc import Mapping, Sequence
from typing import Literal

import orjson
import structlog

from omenigen.kit.cache import AWAY, Redis

log = structlog.get_logger(__name__)

TTL = 3_600
SCORE, EVENTS, STATS = "user_score", "user_events", "user_stats"
RULES = "achievements:all"
_REV = "user_rev"
_AWAY_SECONDS = 1.0

Part = Literal["e", "s"]
"""Which revision: of what happened (intake moves it), or of what was recognised (judges do)."""

# ARGV: which revision (e of what happened, s of what was recognised), ttl, and as one JSON text the revision of each
# player. Keys are made up here: one argument for many players costs Python a tenth of five for each. The revision stays
# when the answers go: a reader that still holds an older row finds it and keeps quiet.
_MOVED = """
for user, rev in pairs(cjson.decode(ARGV[3])) do
  local key = 'user_rev:' .. user
  if rev > (tonumber(redis.call('HGET', key, ARGV[1])) or -1) then
    redis.call('HSET', key, ARGV[1], string.format('%.0f', rev))
    redis.call('EXPIRE', key, ARGV[2])
    redis.call('UNLINK', 'user_score:' .. user, 'user_events:' .. user, 'user_stats:' .. user)
  end
end
"""

# KEYS: revisions, answer · ARGV: revisions read at (e, s), ttl, body.
_KEEP = """
local known = redis.call('HMGET', KEYS[1], 'e', 's')
if tonumber(ARGV[1]) >= (tonumber(known[1]) or -1) and tonumber(ARGV[2]) >= (tonumber(known[2]) or -1) then
  redis.call('HSET', KEYS[1], 'e', ARGV[1], 's', ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[2], ARGV[4], 'EX', ARGV[3])
end
"""


class Answers:
    """Keep, find and drop answers. While Redis is away nothing is kept, and everything is dropped when it is back."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._moved = redis.register_script(_MOVED)
        self._keep = redis.register_script(_KEEP)
        self._away_until = 0.0
        self._doubtful = False

    async def find(self, kind: str, user_id: int) -> bytes | None:
        """Return a kept answer of a player, or None."""
        return await self._get(f"{kind}:{user_id}")

    async def keep(self, kind: str, user_id: int, *, revs: tuple[int, int], body: bytes) -> None:
        """Keep an answer that was read at these revisions, unless a newer one is known."""
        if await self._usable():
            await self._try(self._keep(keys=[f"{_REV}:{user_id}", f"{kind}:{user_id}"], args=[*revs, TTL, body]))

    async def moved(self, revisions: Mapping[int, int], *, part: Part = "e") -> None:
        """Drop the answers of players whose revision moved; call after the commit, before anybody is told of it."""
        if not revisions:
            return
        if not await self._usable():
            self._doubtful = True
            return
        body = orjson.dumps(revisions, option=orjson.OPT_NON_STR_KEYS)
        if not await self._try(self._moved(args=[part, TTL, body])):
            self._doubtful = True

    async def find_rules(self, locale: str) -> bytes | None:
        """Return the kept list of achievements in a language."""
        return await self._get(f"{RULES}:{locale}")

    async def keep_rules(self, locale: str, body: bytes) -> None:
        """Keep the list of achievements for a minute: rarity and rules change rarely, and never by one player."""
        if await self._usable():
            await self._try(self._redis.set(f"{RULES}:{locale}", body, ex=60))

    async def drop_rules(self, locales: Sequence[str]) -> None:
        """Drop the list of achievements: a rule changed."""
        if await self._usable():
            await self._try(self._redis.unlink(*(f"{RULES}:{locale}" for locale in locales)))

    async def _get(self, key: str) -> bytes | None:
        if not await self._usable():
            return None
        try:
            found = await self._redis.get(key)
        except AWAY as error:
            self._lost(error)
            return None
        return found if isinstance(found, bytes) else None

    async def _usable(self) -> bool:
        """Say whether Redis may be asked; drop everything first where something may have been missed."""
        if time.monotonic() < self._away_until:
            return False
        if self._doubtful:
            try:
                for kind in (SCORE, EVENTS, STATS):
                    doomed = [key async for key in self._redis.scan_iter(match=f"{kind}:*", count=1_000)]
                    for start in range(0, len(doomed), 1_000):
                        await self._redis.unlink(*doomed[start : start + 1_000])
            except AWAY as error:
                self._lost(error)
                return False
            self._doubtful = False
        return True

    async def _try(self, call) -> bool:  # type: ignore[no-untyped-def] # an awaitable of any answer
        try:
            await call
        except AWAY as error:
            self._lost(error)
            return False
        return True

    def _lost(self, error: Exception) -> None:
        # One slow answer is enough: a cache that is away must not cost each request its timeout.
        self._away_until = time.monotonic() + _AWAY_SECONDS
        log.warning("answers are not kept", error=type(error).__name__)
