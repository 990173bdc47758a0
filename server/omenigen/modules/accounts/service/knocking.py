"""Token buckets by the table of `rules.limits`."""

from omenigen.kit.limits import Limits
from omenigen.modules.accounts.types import Limit


class Knocking:
    """Count how often somebody knocks."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    async def count(self, *taken: tuple[Limit, str | int]) -> None:
        """Take one token of each bucket, in order. Raises `TooMany` with the seconds to wait."""
        for limit, key in taken:
            await self._limits.take(limit.bucket, key, rate=limit.rate, burst=limit.burst)
