"""Reading the table for topics that fell behind: one still picture gives versions, gates and what was missed."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.gateways.live import frames
from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.metrics import REGATES
from omenigen.gateways.live.topics import Entry, Follow, State, Topic
from omenigen.kit.auth import Caller
from omenigen.kit.db import Database
from omenigen.kit.streams import StreamKinds
from omenigen.kit.streams.reading import Answer, Gone, Range, Reload, ReloadWhy, missed, still_picture

log = structlog.get_logger(__name__)

BATCH = 100
RETRY_SECONDS = 0.5
AWAY = (DBAPIError, InterfaceError, PoolTimeout, OSError, TimeoutError)
"""What a query raises while the database is away."""


class Refresher:
    """Bring topics level with the table, and ask their followers' gates again where the gate number moved.

    Both come from one transaction, so that a follower who is admitted is admitted to exactly what is then sent.
    """

    def __init__(self, hub: Hub, database: Database, kinds: StreamKinds) -> None:
        self._hub = hub
        self._database = database
        self._kinds = kinds

    async def run(self) -> None:
        """Read whatever falls behind, until cancelled."""
        while True:
            await self._hub.wanted.wait()
            self._hub.wanted.clear()
            while self._hub.behind:
                batch = list(self._hub.behind)[:BATCH]
                for topic in batch:
                    del self._hub.behind[topic]
                try:
                    await self.refresh(batch)
                except AWAY as error:
                    log.warning("topics wait for the database", error=type(error).__name__)
                    for topic in batch:
                        if topic.name in self._hub.topics:
                            self._hub.read_soon(topic)
                    await asyncio.sleep(RETRY_SECONDS)

    async def refresh(self, topics: Sequence[Topic]) -> None:
        """Read the rows of some topics and pass on what was missed."""
        served = self._hub.epoch
        async with still_picture(self._database.sessions) as db:
            epoch, answers = await missed(db, {topic.name: topic.last for topic in topics})
            asked = {
                topic: [
                    follow
                    for follow in topic.follows.values()
                    if follow.state is not State.WARMING and follow.gate < _gate_of(answers[topic.name])
                ]
                for topic in topics
            }
            admitted = await self._admit(db, asked)
        if epoch != served or self._hub.epoch != served:
            for topic in topics:
                topic.reading = False
            self._hub.doubted.set()
            return
        for topic in topics:
            if self._hub.topics.get(topic.name) is topic:
                self._refreshed(topic, answers[topic.name], asked[topic], admitted)

    async def _admit(self, db: AsyncSession, asked: Mapping[Topic, Sequence[Follow]]) -> set[tuple[Caller, str]]:
        names: dict[Caller, list[str]] = defaultdict(list)
        for topic, follows in asked.items():
            if follows:
                REGATES.inc()
            for follow in follows:
                if topic.name not in names[follow.socket.caller]:
                    names[follow.socket.caller].append(topic.name)
        admitted: set[tuple[Caller, str]] = set()
        for caller, streams in names.items():
            admitted |= {(caller, name) for name in await self._kinds.admit(db, caller, streams)}
        return admitted

    def _refreshed(
        self, topic: Topic, answer: Answer, asked: Sequence[Follow], admitted: set[tuple[Caller, str]]
    ) -> None:
        topic.reading = False
        if isinstance(answer, Gone):
            for follow in list(topic.follows.values()):
                if follow.state is not State.WARMING:
                    follow.socket.refuse(topic.name)
            return
        for follow in asked:
            if follow.state is State.WARMING or follow.socket not in topic.follows:
                continue
            if (follow.socket.caller, topic.name) in admitted:
                follow.gate = max(follow.gate, answer.gate)
            else:
                follow.socket.refuse(topic.name)
        if not topic.follows:
            return
        topic.seen_gate = max(topic.seen_gate, answer.gate)
        topic.settle_gate()
        # Who joined while the table was read was admitted under an older gate: they read again for themselves.
        for follow in [one for one in topic.live.values() if one.gate < answer.gate]:
            follow.socket.follow_again([topic.name])
        self._pass_on(topic, answer)
        self._hub.drain(topic)
        if topic.gate < topic.seen_gate and not topic.reading:
            self._hub.read_soon(topic)

    def _pass_on(self, topic: Topic, answer: Range | Reload) -> None:
        if topic.last is None:
            topic.last = answer.version
        elif isinstance(answer, Range):
            if answer.to > topic.last:
                body = frames.answer_body(answer)
                assert body is not None
                self._hub.dispatch(topic, Entry(answer.from_, answer.to, answer.gate, frames.text_frame(body), 0.0))
        elif answer.why is ReloadWhy.NEW:  # the topic was new when asked and has been settled by a follower since
            if answer.version > topic.last:
                self._hub.read_soon(topic)
        elif answer.why is ReloadWhy.AHEAD:
            self._hub.doubted.set()
        else:
            self._reload(topic, answer)

    def _reload(self, topic: Topic, answer: Reload) -> None:
        topic.last = answer.version
        body = frames.answer_body(answer)
        assert body is not None
        frame = frames.text_frame(body)
        for follow in list(topic.live.values()):
            follow.version = answer.version
            if not follow.socket.link.send(frame):
                follow.socket.too_slow()


def _gate_of(answer: Answer) -> int:
    return -1 if isinstance(answer, Gone) else answer.gate
