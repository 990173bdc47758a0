"""The audit: compare what this node knows with the table, so that a silently missed last patch is found too."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from omenigen.gateways.live.hub import HOLD_SECONDS, Hub
from omenigen.gateways.live.metrics import AUDIT_MISSED, AUDIT_SECONDS
from omenigen.gateways.live.refreshing import AWAY
from omenigen.gateways.live.topics import Topic
from omenigen.gateways.live.wire import Wire
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.streams.epoch import ensure_epoch, new_epoch
from omenigen.kit.streams.reading import Standing, standings
from omenigen.kit.tasks import came

log = structlog.get_logger(__name__)

BATCH = 1_000
EVERY_SECONDS = 10.0
EVERY_SECONDS_ALONE = 2.0
STALE_AFTER_SECONDS = 30.0
_LOOK_SECONDS = 0.5
_LEAST_PAUSE_SECONDS = 0.05


class Audit:
    """Look at all followed streams every 10 s, every 2 s while the bus is away, at once when in doubt."""

    def __init__(
        self,
        hub: Hub,
        wire: Wire,
        database: Database,
        clock: Clock,
        *,
        on_epoch: Callable[[str | None], None],
        on_state: Callable[[bool], None],
    ) -> None:
        self._hub = hub
        self._wire = wire
        self._database = database
        self._clock = clock
        self._on_epoch = on_epoch
        self._on_state = on_state
        self._good_at = clock.monotonic()
        self._connected = wire.connected
        self.stale = False

    @property
    def age(self) -> float:
        """Seconds since the last audit that could read the table."""
        return self._clock.monotonic() - self._good_at

    async def run(self) -> None:
        """Audit until cancelled."""
        while True:
            self._hub.doubted.clear()
            good = await self._try()
            self._tell_state(good=good)
            await asyncio.sleep(_LEAST_PAUSE_SECONDS)
            await self._pause(EVERY_SECONDS if good and self._wire.connected else EVERY_SECONDS_ALONE)

    async def look(self) -> None:
        """Audit once: learn the epoch, find what is behind and whose gate moved."""
        topics = list(self._hub.topics.values())
        for start in range(0, max(1, len(topics)), BATCH):
            batch = topics[start : start + BATCH]
            known = {topic.name: topic.last for topic in batch}
            async with self._database.sessions() as session:
                epoch, found = await standings(session, list(known))
                if epoch is None:
                    epoch = await ensure_epoch(session, now=self._clock.now())
                    await session.commit()
                fallen = [name for name, last in known.items() if self.has_fallen(last, found.get(name))]
                if fallen and epoch == self._hub.epoch:
                    log.warning("versions fell: the database is an older one", streams=fallen[:10])
                    epoch = await new_epoch(session, "versions fell", clock=self._clock, known=epoch)
                    await session.commit()
            if self._serve(epoch):
                return
            self._compare(batch, found)

    def has_fallen(self, last: int | None, standing: Standing | None) -> bool:
        """Tell whether a version is lower than was known before the query: only another database can do that."""
        return bool(last) and (standing is None or standing.version < (last or 0))

    def _serve(self, epoch: UUID) -> bool:
        if epoch == self._hub.epoch:
            return False
        old = self._hub.epoch
        replaced = self._hub.begin_epoch(epoch)
        if replaced:
            log.warning("a new epoch: every device loads anew", epoch=str(epoch))
            self._on_epoch(str(old))
        return replaced

    def _compare(self, topics: Sequence[Topic], found: dict[str, Standing]) -> None:
        for topic in topics:
            standing = found.get(topic.name)
            if standing is None or topic.reading or self._hub.topics.get(topic.name) is not topic:
                continue
            if standing.gate > topic.gate and topic.follows:
                self._hub.read_soon(topic)
            elif topic.last is not None and standing.version > topic.last:
                # Its message may be on its way this very moment; only what stays away is missed.
                asyncio.get_running_loop().call_later(HOLD_SECONDS, self._still_behind, topic, standing.version)

    def _still_behind(self, topic: Topic, version: int) -> None:
        current = self._hub.topics.get(topic.name) is topic
        if current and not topic.reading and topic.last is not None and topic.last < version:
            AUDIT_MISSED.inc(version - topic.last)
            self._hub.read_soon(topic)

    async def _try(self) -> bool:
        try:
            with AUDIT_SECONDS.time():
                await self.look()
        except AWAY as error:
            log.warning("audit failed", error=type(error).__name__)
            return False
        self._good_at = self._clock.monotonic()
        return True

    def _tell_state(self, *, good: bool) -> None:
        stale = not good and self._clock.monotonic() - self._good_at >= STALE_AFTER_SECONDS
        if stale != self.stale and (stale or good):
            self.stale = stale
            self._on_state(stale)

    async def _pause(self, seconds: float) -> None:
        """Sleep, but wake at once in doubt, or when the bus comes back: messages were lost meanwhile."""
        left = seconds
        while left > 0 and not self._hub.doubted.is_set():
            if not await came(self._hub.doubted, within=min(left, _LOOK_SECONDS)):
                left -= _LOOK_SECONDS
            was, self._connected = self._connected, self._wire.connected
            if self._connected and not was:
                return
            if was and not self._connected:
                left = min(left, EVERY_SECONDS_ALONE)
