"""Resuming: subscribe first, read after, so that there is no window to fall through."""

import asyncio
from collections.abc import Mapping

import structlog

from omenigen.gateways.live import frames
from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.metrics import RESUMES
from omenigen.gateways.live.refreshing import AWAY
from omenigen.gateways.live.topics import Follow, Listening, State
from omenigen.kit.db import Database
from omenigen.kit.streams import StreamKinds
from omenigen.kit.streams.reading import Answer, Gone, Range, Reload, Resumed, resume, still_picture

log = structlog.get_logger(__name__)

AT_ONCE = 20
RETRY_SECONDS = 1.0


class Resumer:
    """Bring one socket level with the streams it asks for. Twenty at a time read; the rest queue in order."""

    def __init__(self, hub: Hub, database: Database, kinds: StreamKinds) -> None:
        self._hub = hub
        self._database = database
        self._kinds = kinds
        self._places = asyncio.Semaphore(AT_ONCE)

    async def follow(self, socket: Listening, *, epoch: str | None, have: Mapping[str, int | None]) -> int:
        """Register the socket, read what it missed, send it; return how many streams it follows of those asked."""
        question, known = have, epoch
        while question:
            follows = self.register(socket, question)
            resumed = await self._read(socket, epoch=known, have=question)
            if resumed is None:
                return 0
            again: dict[str, int | None] = {}
            for answer in resumed.answers:
                again |= self._settle(follows[answer.stream], answer)
            question, known = again, str(resumed.epoch)
        return sum(name in self._hub.topics and socket in self._hub.topics[name].live for name in have)

    def register(self, socket: Listening, streams: Mapping[str, int | None]) -> dict[str, Follow]:
        """Note the socket as warming in each stream: what arrives from now on waits for it."""
        follows = {}
        for stream, version in streams.items():
            follow = follows[stream] = self._hub.join(socket, stream, State.WARMING)
            follow.version = version or 0
        return follows

    async def _read(self, socket: Listening, *, epoch: str | None, have: Mapping[str, int | None]) -> Resumed | None:
        """Read in one still picture; wait out a database that is away, for as long as the socket stays."""
        while not socket.link.closed:
            try:
                async with self._places:
                    async with still_picture(self._database.sessions) as db:
                        resumed = await resume(db, self._kinds, socket.caller, epoch=epoch, have=have)
            except AWAY as error:
                log.warning("a resume waits for the database", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if resumed.epoch == self._hub.epoch:
                return resumed
            # The database began another epoch than this node serves: learn it first, for versions mean nothing now.
            self._hub.doubted.set()
            await asyncio.sleep(RETRY_SECONDS / 10)
        return None

    def _settle(self, follow: Follow, answer: Answer) -> dict[str, int | None]:
        """Send one answer and what came after it; return what must be read again (the ring did not reach back)."""
        socket, topic = follow.socket, follow.topic
        if socket.link.closed or topic.follows.get(socket) is not follow:
            return {}
        RESUMES.labels(_outcome(answer)).inc()
        if isinstance(answer, Gone):
            socket.refuse(topic.name)
            return {}
        body = frames.answer_body(answer)
        if body is not None and not socket.link.send(frames.text_frame(body)):
            socket.too_slow()
            return {}
        follow.version = answer.version
        later = topic.since(answer.version)
        if later is None or any(entry.gate > answer.gate for entry in later):
            return {topic.name: answer.version}
        self._go_live(follow, answer)
        for entry in later:
            assert entry.frame is not None
            follow.version = entry.to
            if not socket.link.send(entry.frame):
                socket.too_slow()
                return {}
        return {}

    def _go_live(self, follow: Follow, answer: Range | Reload) -> None:
        topic = follow.topic
        topic.set_state(follow, State.LIVE)
        topic.admit(follow, answer.gate)
        if topic.last is None:
            topic.last = answer.version
            if not topic.reading:
                self._hub.drain(topic)
        if topic.gate < topic.seen_gate and not topic.reading:
            self._hub.read_soon(topic)


def _outcome(answer: Answer) -> str:
    match answer:
        case Gone():
            return "gone"
        case Reload(why=why):
            return f"reload_{why.value}"
        case _:
            return "level" if answer.from_ == answer.to else "patch"
