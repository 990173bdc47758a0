"""The hub: one per process, it passes each patch to the local sockets that follow its stream.

Order of trust: what this process committed, what the bus tells, what the table says. The bus may lose, double and
reorder; every such case ends in reading the table (`refreshing`), and what nobody noticed, the audit finds.
"""

import asyncio
from collections import OrderedDict
from uuid import UUID

import structlog

from omenigen.gateways.live import frames
from omenigen.gateways.live.metrics import EPOCH, FOLLOWS, GAPS, LAG, PATCHES
from omenigen.gateways.live.topics import UNKNOWN_GATE, Entry, Follow, Listening, State, Topic
from omenigen.gateways.live.wire import Told, Whisper, Wire
from omenigen.kit.clock import Clock
from omenigen.kit.ids import new_token
from omenigen.kit.streams import Written, gap
from omenigen.kit.streams.types import prefix_of

log = structlog.get_logger(__name__)

HOLD_SECONDS = 0.1
RING_BYTES = 64 * 1024 * 1024


class Hub:
    """Keep followers and pass patches on, at once where the order is plain, after a look at the table where not."""

    def __init__(self, wire: Wire, clock: Clock, *, node: str | None = None) -> None:
        self.node = node or new_token(3).lower().replace("-", "x").replace("_", "y")
        self.epoch: UUID | None = None
        self.topics: dict[str, Topic] = {}
        self.behind: dict[Topic, None] = {}
        """Topics whose table rows must be read before anything more is passed on."""
        self.wanted = asyncio.Event()
        """Set when `behind` has something."""
        self.doubted = asyncio.Event()
        """Set when the audit must not wait: another epoch was seen, a connection came back."""
        self._wire = wire
        self._clock = clock
        self._ring_bytes = 0
        self._rings: OrderedDict[Topic, None] = OrderedDict()

    # ── what arrives ───────────────────────────────────────────────────────────────────────────────────────────────

    def announce(self, written: list[Written]) -> None:
        """Take what this process has committed: local sockets at once, other nodes over the bus."""
        for one in written:
            try:
                self._announce(one)
            except Exception:  # the edge: the commit stands, and the audit will find what was not told
                log.exception("patch not announced", stream=one.stream)

    def hear(self, told: Told) -> None:
        """Take what another node tells."""
        if told.node != self.node:
            body = frames.text_frame(told.body) if told.body is not None else None
            self._arrive(told.stream, told.epoch, Entry(told.from_, told.to, told.gate, body, told.at))

    def overhear(self, whisper: Whisper) -> None:
        """Take an ephemeral frame from another node."""
        if whisper.node != self.node:
            self._whisper(whisper, speaker=None)

    def whisper(self, stream: str, body: bytes, *, speaker: Listening | None = None, to: str | None = None) -> None:
        """Pass an ephemeral frame to the followers of a stream here and elsewhere, the speaker excepted."""
        whisper = Whisper(node=self.node, stream=stream, to=to, body=body)
        self._whisper(whisper, speaker=speaker)
        self._wire.whisper(whisper)

    def _announce(self, one: Written) -> None:
        body = frames.patch_body(stream=one.stream, from_=one.from_, to=one.to, put=one.put, drop=one.drop, why=one.why)
        at = self._clock.now().timestamp()
        PATCHES.labels(prefix_of(one.stream)).inc(one.to - one.from_)
        if one.stream in self.topics:
            self._arrive(one.stream, one.epoch, Entry(one.from_, one.to, one.gate, frames.text_frame(body), at))
        self._wire.tell(
            Told(
                node=self.node,
                stream=one.stream,
                epoch=one.epoch,
                from_=one.from_,
                to=one.to,
                gate=one.gate,
                at=at,
                body=body,
            )
        )

    def _whisper(self, whisper: Whisper, *, speaker: Listening | None) -> None:
        topic = self.topics.get(whisper.stream)
        if topic is None:
            return
        frame = frames.text_frame(whisper.body)
        for socket in topic.live:
            if socket is not speaker and whisper.to in (None, socket.id):
                socket.link.send_ephemeral(frame)

    def _arrive(self, stream: str, epoch: UUID, entry: Entry) -> None:
        topic = self.topics.get(stream)
        if topic is None:
            return
        if epoch != self.epoch:
            self.doubted.set()
            return
        self.take(topic, entry)

    # ── the gap rule ───────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, topic: Topic, entry: Entry) -> None:
        """Apply the gap rule to one patch: drop what is known, pass on what follows, hold what is ahead."""
        if topic.reading:
            topic.hold(entry)
        elif topic.last is None:
            topic.hold(entry)
            if self._guards(topic):
                self.read_soon(topic)
        else:
            self._take_next(topic, entry, gap.place(topic.last, from_=entry.from_, to=entry.to))

    def _take_next(self, topic: Topic, entry: Entry, place: gap.Place) -> None:
        if place is gap.Place.KNOWN:
            return
        if self.must_ask(topic, entry) or entry.frame is None:
            topic.hold(entry)
            self.read_soon(topic)
        elif place is gap.Place.AHEAD:
            topic.hold(entry)
            if topic.timer is None:
                topic.timer = asyncio.get_running_loop().call_later(HOLD_SECONDS, self._held_long_enough, topic)
        else:
            self.dispatch(topic, entry)
            if topic.held:
                self.drain(topic)

    def must_ask(self, topic: Topic, entry: Entry) -> bool:
        """Tell whether followers must be admitted again before they get this patch."""
        return entry.gate > topic.gate

    def dispatch(self, topic: Topic, entry: Entry) -> None:
        """Write one patch to every live follower that has not had it."""
        assert entry.frame is not None
        frame, to = entry.frame, entry.to
        topic.last = to
        slow: list[Listening] = []
        for socket, follow in topic.live.items():
            if follow.version < to:
                follow.version = to
                link = socket.link
                if link.flows:
                    try:
                        link.write(frame)  # past Link.send: this line runs once a delivery
                    except RuntimeError:
                        link.lost()
                elif not link.send(frame):
                    slow.append(socket)
        if entry.at:
            LAG.observe(max(0.0, self._clock.now().timestamp() - entry.at))
        self._remember(topic, entry)
        for socket in slow:
            socket.too_slow()

    def drain(self, topic: Topic) -> None:
        """Apply the gap rule again to what was held."""
        held, topic.held = sorted(topic.held, key=lambda entry: entry.to), []
        for entry in held:
            self.take(topic, entry)

    def read_soon(self, topic: Topic) -> None:
        """Have the table read for this topic; until then everything for it is held."""
        topic.reading = True
        self.behind[topic] = None
        self.wanted.set()

    def _held_long_enough(self, topic: Topic) -> None:
        topic.timer = None
        if topic.held and not topic.reading:
            GAPS.inc()
            self.read_soon(topic)

    def _guards(self, topic: Topic) -> bool:
        return any(follow.state is State.DEAF for follow in topic.follows.values())

    def _remember(self, topic: Topic, entry: Entry) -> None:
        self._ring_bytes += topic.remember(entry)
        self._rings[topic] = None
        self._rings.move_to_end(topic)
        while self._ring_bytes > RING_BYTES:
            oldest, _ = self._rings.popitem(last=False)
            self._ring_bytes -= oldest.forget()

    # ── who follows ────────────────────────────────────────────────────────────────────────────────────────────────

    def join(self, socket: Listening, stream: str, state: State) -> Follow:
        """Register a follower; from now on everything about the stream is heard."""
        topic = self.topics.get(stream)
        if topic is None:
            topic = self.topics[stream] = Topic(stream)
            FOLLOWS.labels(prefix_of(stream)).inc()
        follow = topic.follows.get(socket)
        if follow is None:
            follow = topic.follows[socket] = socket.follows[stream] = Follow(socket, topic, state)
        topic.set_state(follow, state)
        topic.settle_gate()
        return follow

    def leave(self, socket: Listening, stream: str) -> None:
        """Forget a follower; a stream that nobody here follows is forgotten with the last one."""
        socket.follows.pop(stream, None)
        topic = self.topics.get(stream)
        if topic is None or topic.follows.pop(socket, None) is None:
            return
        topic.live.pop(socket, None)
        if topic.follows:
            topic.settle_gate()
            return
        del self.topics[stream]
        FOLLOWS.labels(prefix_of(stream)).dec()
        self.behind.pop(topic, None)
        self._rings.pop(topic, None)
        self._ring_bytes -= topic.forget()
        if topic.timer is not None:
            topic.timer.cancel()

    def begin_epoch(self, epoch: UUID) -> bool:
        """Serve an epoch; return whether it replaced another one, so that every socket must follow anew."""
        replaced = self.epoch is not None and self.epoch != epoch
        self.epoch = epoch
        EPOCH.info({"epoch": str(epoch)})
        if replaced:
            for topic in self.topics.values():
                topic.last, topic.gate, topic.seen_gate = None, UNKNOWN_GATE, UNKNOWN_GATE
                topic.held.clear()
                topic.reading = False
                self.behind.pop(topic, None)
                self._ring_bytes -= topic.forget()
                for follow in topic.follows.values():
                    follow.gate = UNKNOWN_GATE
        return replaced
