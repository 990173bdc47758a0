"""The gather: many requests, one transaction, and still each gets its own answer after the commit."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import structlog
from prometheus_client import Histogram

from omenigen.kit.errors import Refusal, Unavailable
from omenigen.modules.achievements.queries.writing import NewEvent
from omenigen.modules.achievements.service.writing import Taken

log = structlog.get_logger(__name__)

CLOSES_AT = 256
CLOSES_AFTER = 0.004
LANES = 2
"""Transactions under way at once: one waits for the disk while Python prepares the next."""

WAITING_MAX = 20_000
"""Events that may wait; above this the node says 503 rather than answer after the sender has given up."""

GATHERED = Histogram(
    "achievement_gathered_events", "Events in one transaction", buckets=(1, 2, 5, 10, 20, 50, 100, 256, 512, 1024)
)
WRITE_SECONDS = Histogram(
    "achievement_write_seconds",
    "Time of one gathered transaction",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5),
)

Outcome = Taken | Refusal
Write = Callable[[Sequence[NewEvent]], Awaitable[list[Outcome]]]

_TRY_AGAIN = frozenset({"40001", "40P01"})


class DatabaseAway(Unavailable):
    """The database does not answer."""

    code = "kit.unavailable"


class Gather:
    """Collect events until there are 256 or 4 ms have passed, and hand them to `write` as one batch."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._groups: deque[tuple[Sequence[NewEvent], asyncio.Future[list[Outcome]]]] = deque()
        self._waiting = 0
        self._running: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._ripe = False

    async def put(self, events: Sequence[NewEvent]) -> list[Outcome]:
        """Wait until these events are committed (or refused); outcomes in the same order.

        A group is never split over transactions. Raises `Unavailable` when too much is waiting.
        """
        if self._waiting + len(events) > WAITING_MAX:
            raise DatabaseAway(retry_after=1)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Outcome]] = loop.create_future()
        self._groups.append((events, answer))
        self._waiting += len(events)
        if self._waiting >= CLOSES_AT:
            self._start()
        elif self._timer is None and not self._ripe:
            self._timer = loop.call_later(CLOSES_AFTER, self._time_is_up)
        return await answer

    async def drain(self) -> None:
        """Wait until nothing is under way."""
        while self._groups or self._running:
            self._time_is_up()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _time_is_up(self) -> None:
        self._timer = None
        self._ripe = True
        self._start()

    def _start(self) -> None:
        while self._groups and len(self._running) < LANES and (self._ripe or self._waiting >= CLOSES_AT):
            groups = [self._groups.popleft()]
            size = len(groups[0][0])
            while self._groups and size + len(self._groups[0][0]) <= CLOSES_AT:
                groups.append(self._groups.popleft())
                size += len(groups[-1][0])
            self._waiting -= size
            task = asyncio.create_task(self._carry(groups))
            self._running.add(task)
            task.add_done_callback(self._ended)
        self._ripe = self._ripe and bool(self._groups)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._groups:
            # They have waited for a lane; that was long enough.
            self._ripe = True
            self._start()

    async def _carry(self, groups: Sequence[tuple[Sequence[NewEvent], asyncio.Future[list[Outcome]]]]) -> None:
        events = [event for group, _ in groups for event in group]
        GATHERED.observe(len(events))
        with WRITE_SECONDS.time():
            outcomes = await self._try(events)
        start = 0
        for group, answer in groups:
            if not answer.done():
                answer.set_result(outcomes[start : start + len(group)])
            start += len(group)

    async def _try(self, events: Sequence[NewEvent]) -> list[Outcome]:
        """Write a batch; what fails together is written one by one, so that a bad row hurts its sender only."""
        try:
            return await self._write(events)
        except Exception as error:  # noqa: BLE001 # the edge of a batch: every sender must get an answer
            if is_away(error):
                log.warning("database away", error=type(error).__name__)
                return [DatabaseAway(retry_after=1)] * len(events)
            if getattr(error, "sqlstate", None) not in _TRY_AGAIN:
                log.warning(
                    "a batch failed; its events are written one by one", error=f"{type(error).__name__}: {error}"
                )
        return [await self._one(event) for event in events]

    async def _one(self, event: NewEvent) -> Outcome:
        for last in (False, True):
            try:
                return (await self._write([event]))[0]
            except Exception as error:  # as above
                if is_away(error):
                    break
                if last or getattr(error, "sqlstate", None) not in _TRY_AGAIN:
                    log.error("an event cannot be written", event_id=str(event.event_id), exc_info=error)
                    break
        return DatabaseAway(retry_after=1)


def is_away(error: BaseException) -> bool:
    """Say whether an error means that the database does not answer now."""
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        # 08 connection · 57 operator intervention · 53 out of resources · 55P03 lock timeout
        return state[:2] in {"08", "57", "53"} or state == "55P03"
    return isinstance(error, asyncpg.InterfaceError | OSError | TimeoutError)
