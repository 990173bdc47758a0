"""Knocks on other processes' doors: there is something to judge, keys or players changed. Losing one costs a second."""

import asyncio

import structlog
from nats.errors import Error as NatsError

from omenigen.kit.bus import Bus
from omenigen.kit.errors import Unavailable

log = structlog.get_logger(__name__)

# Not below a module's name: those subjects are facts, and are kept.
DUE = "node.achievements.due"
BOARDS = "node.achievements.boards"
KEYS = "node.achievements.keys"
PLAYERS = "node.achievements.players"
CATALOG = "node.achievements.catalog"

JUDGE_EVERY = 0.05
SOON = 0.1


class Nudges:
    """Publish to every node, without waiting and without promise; many knocks in 50 ms are one."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._judge_soon: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def judge(self) -> None:
        """Say that players wait to be judged."""
        if self._judge_soon is None:
            self._judge_soon = asyncio.get_running_loop().call_later(JUDGE_EVERY, self._knock_judges)

    def tell(self, subject: str, body: bytes = b"") -> None:
        """Publish a message to all nodes."""
        task = asyncio.create_task(self._publish(subject, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def tell_soon(self, subject: str, body: bytes = b"") -> None:
        """Publish in a moment, when the unit of work that speaks has been committed."""
        asyncio.get_running_loop().call_later(SOON, self.tell, subject, body)

    def _knock_judges(self) -> None:
        self._judge_soon = None
        self.tell(DUE)

    async def _publish(self, subject: str, body: bytes) -> None:
        try:
            await self._bus.client.publish(subject, body)
        except (NatsError, Unavailable, OSError, TimeoutError) as error:
            log.debug("a nudge was lost", subject=subject, error=type(error).__name__)
