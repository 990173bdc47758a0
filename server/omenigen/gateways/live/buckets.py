"""How often one socket may do something: token buckets without Redis, for a socket has one node."""

from collections import deque

FRAMES = (120 / 60, 120)
FOLLOWS = (30 / 60, 30)


class Bucket:
    """A bucket that refills at `rate` per second up to `burst`."""

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._at = now

    def take(self, now: float) -> float:
        """Take one token; return 0, or the seconds until there is one."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._rate


class Strikes:
    """Count offences inside a sliding window."""

    __slots__ = ("_most", "_seconds", "_times")

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._times: deque[float] | None = None

    def strike(self, now: float) -> bool:
        """Note an offence; return whether it is the last one that is borne."""
        if self._times is None:
            self._times = deque()
        self._times.append(now)
        while self._times[0] <= now - self._seconds:
            self._times.popleft()
        return len(self._times) >= self._most
