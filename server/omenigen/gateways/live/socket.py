"""One connected client: what it asks, what it hears, when it must go."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from omenigen.gateways.live import buckets, frames, inbound
from omenigen.gateways.live.buckets import Bucket, Strikes
from omenigen.gateways.live.codes import Close
from omenigen.gateways.live.doors import Doors
from omenigen.gateways.live.errors import BadFrame, NotFollowing, TooFast, TooManyStreams, UnknownWord
from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.leases import Leases
from omenigen.gateways.live.link import Link
from omenigen.gateways.live.metrics import RESUME_SECONDS, SUM_MISMATCH
from omenigen.gateways.live.protocol import Pipe
from omenigen.gateways.live.resuming import Resumer
from omenigen.gateways.live.topics import Follow, State
from omenigen.kit.auth import Anonymous, Caller, Game, User
from omenigen.kit.clock import Clock
from omenigen.kit.errors import Refusal
from omenigen.kit.streams import Say, StreamKinds
from omenigen.kit.streams.kinds import Said

_PONG_WINDOW_SECONDS = 2.0


def anchor_of(caller: Caller) -> str:
    """Return the stream whose gate a caller's socket stands or falls with: the person's own, or the game's."""
    match caller:
        case User(user_id=user_id):
            return f"user.{user_id}"
        case Game(source_id=source_id):
            return f"app.{source_id}"
        case Anonymous():
            raise ValueError("nobody has no socket")


class Socket:
    """A client on protocol 1, whichever door it came through."""

    __slots__ = (
        "__weakref__",
        "_asked",
        "_asking",
        "_bad",
        "_clock",
        "_doors",
        "_fast",
        "_hub",
        "_kinds",
        "_leases",
        "_limits",
        "_on_end",
        "_pong_at",
        "_resumer",
        "anchor",
        "caller",
        "follows",
        "heard_at",
        "id",
        "ip",
        "link",
        "opened_at",
    )

    def __init__(
        self,
        *,
        id: str,
        caller: Caller,
        ip: str,
        pipe: Pipe,
        hub: Hub,
        resumer: Resumer,
        kinds: StreamKinds,
        doors: Doors,
        clock: Clock,
        on_end: Callable[[Close], None],
    ) -> None:
        self.id = id
        self.caller = caller
        self.ip = ip
        self.link = Link(pipe)
        self.anchor = anchor_of(caller)
        self.follows: dict[str, Follow] = {}
        self.opened_at = self.heard_at = clock.monotonic()
        self._hub = hub
        self._resumer = resumer
        self._kinds = kinds
        self._clock = clock
        self._on_end = on_end
        self._limits: dict[str, Bucket] = {}
        self._bad = Strikes(3, 60)
        self._fast = Strikes(3, 60)
        self._pong_at = float("-inf")
        self._asked: deque[tuple[str | None, Mapping[str, int | None], bool]] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._leases: Leases | None = None
        self._doors = doors
        pipe.listen(self)
        hub.join(self, self.anchor, State.DEAF)

    # ── what the client says ───────────────────────────────────────────────────────────────────────────────────────

    def hear(self, text: str | None) -> None:
        """Take one frame (None for one that is not text) and do what it asks."""
        self.heard_at = self._clock.monotonic()
        if self.link.closed:
            return
        op: str | None = None
        try:
            self._take("frames", *buckets.FRAMES)
            if text is None:
                raise BadFrame(reason="not text")
            frame = inbound.read(text)
            op = type(frame).__name__.lower().removesuffix("word")
            self._obey(frame)
        except Refusal as refusal:
            self._refuse_frame(refusal, op)

    def _obey(self, frame: inbound.ClientFrame) -> None:
        match frame:
            case inbound.Ping():
                self._pong()
            case inbound.Follow(epoch=epoch, have=have):
                self._follow(epoch, have)
            case inbound.Unfollow(streams=streams):
                for stream in streams:
                    self._unfollow(stream)
            case inbound.SayWord():
                self._say(frame)
            case inbound.Claim(door=door):
                self._lease().claim(door)
            case inbound.Ack(stream=stream, version=version):
                self._lease().acknowledge(stream, version)
            case _:
                raise BadFrame(reason="not now")

    def _pong(self) -> None:
        followed = [follow for follow in self.follows.values() if follow.state is not State.DEAF]
        total = sum(follow.version for follow in followed) % 2**32
        self._pong_at = self._clock.monotonic()
        if self._leases is not None:
            self._leases.renew()
        self.link.send(frames.frame("pong", n=len(followed), sum=total, now=self._clock.now().replace(microsecond=0)))

    def _follow(self, epoch: str | None, have: Mapping[str, int | None]) -> None:
        self._take("follow", *buckets.FOLLOWS)
        followed = {name for name, follow in self.follows.items() if follow.state is not State.DEAF}
        if len(followed | have.keys()) > frames.STREAMS_PER_SOCKET:
            raise TooManyStreams(limit=frames.STREAMS_PER_SOCKET)
        if (
            len(followed) > 1
            and followed <= have.keys()
            and self._clock.monotonic() - self._pong_at < _PONG_WINDOW_SECONDS
        ):
            SUM_MISMATCH.inc()  # the whole map right after a pong: that is how a client says that the sums differ
        self._ask(epoch, have, synced=True)

    def _unfollow(self, stream: str) -> None:
        follow = self.follows.get(stream)
        if follow is not None and stream == self.anchor:
            follow.topic.set_state(follow, State.DEAF)
        else:
            self._hub.leave(self, stream)

    def _say(self, frame: inbound.SayWord) -> None:
        follow = self.follows.get(frame.stream)
        if follow is None or follow.state is State.DEAF:
            raise NotFollowing(stream=frame.stream)
        word = self._kinds.says(frame.stream).get(frame.k)
        if word is None or (frame.to is not None and not word.addressed):
            raise UnknownWord(k=frame.k)
        self._take(f"say {frame.k} {frame.stream if word.per_stream else ''}", word.rate, word.burst)
        try:
            body = word.check(frame.body)
        except ValueError as error:
            raise UnknownWord(k=frame.k, reason=str(error)) from error
        if word.handle is None:
            self._relay(frame, word, body)
        else:
            said = Said(caller=self.caller, stream=frame.stream, k=frame.k, body=body)
            _spawn(word.handle(said))

    def _lease(self) -> Leases:
        if self._leases is None:
            self._leases = Leases(
                self._doors,
                holder=self.id,
                caller=self.caller,
                send=self.link.send,
                lost=lambda: self.end(Close.REPLACED),
                refuse=lambda refusal: self._refuse_frame(refusal, "claim"),
            )
        return self._leases

    def _relay(self, frame: inbound.SayWord, word: Say, body: Mapping[str, Any]) -> None:
        speaker = self.caller.user_id if isinstance(self.caller, User) else None
        sender = self.id if word.addressed else None
        eph = frames.body("eph", stream=frame.stream, k=frame.k, from_=speaker, socket=sender, ttl=word.ttl, **body)
        self._hub.whisper(frame.stream, eph, speaker=self, to=frame.to)

    def _take(self, bucket: str, rate: float, burst: int) -> None:
        now = self._clock.monotonic()
        kept = self._limits.get(bucket)
        if kept is None:
            kept = self._limits[bucket] = Bucket(rate, burst, now)
        if (wait := kept.take(now)) > 0:
            raise TooFast(retry_after=max(1, round(wait + 0.5)))

    def _refuse_frame(self, refusal: Refusal, op: str | None) -> None:
        params = dict(refusal.params)
        if refusal.retry_after is not None:
            params["retry_after"] = refusal.retry_after
        self.link.send(frames.frame("error", code=refusal.code, params=params, re=op))
        now = self._clock.monotonic()
        if isinstance(refusal, BadFrame) and self._bad.strike(now):
            self.end(Close.BAD_FRAMES)
        if isinstance(refusal, TooFast) and self._fast.strike(now):
            self.end(Close.FLOOD)

    # ── following ──────────────────────────────────────────────────────────────────────────────────────────────────

    def follow_again(self, streams: Sequence[str]) -> None:
        """Read again what was missed of streams that are followed already, on the server's own account."""
        have: dict[str, int | None] = {}
        for stream in streams:
            follow = self.follows[stream]
            follow.topic.set_state(follow, State.WARMING)
            have[stream] = follow.version
        self._ask(str(self._hub.epoch), have, synced=False)

    def begin_epoch(self, hello: bytes, old: str | None) -> None:
        """Greet again with the new epoch and answer every followed stream as if the client had asked."""
        self.link.send(hello)
        have: dict[str, int | None] = {}
        for stream, follow in self.follows.items():
            if follow.state is not State.DEAF:
                follow.topic.set_state(follow, State.WARMING)
                have[stream] = follow.version
        if have:
            self._ask(old, have, synced=True)

    def _ask(self, epoch: str | None, have: Mapping[str, int | None], *, synced: bool) -> None:
        self._asked.append((epoch, have, synced))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._answer())

    async def _answer(self) -> None:
        while self._asked and not self.link.closed:
            epoch, have, synced = self._asked.popleft()
            began = self._clock.monotonic()
            count = await self._resumer.follow(self, epoch=epoch, have=have)
            RESUME_SECONDS.observe(self._clock.monotonic() - began)
            if synced and not self.link.closed:
                self.link.send(frames.frame("synced", streams=count))
        self._asking = None

    # ── going ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def refuse(self, stream: str) -> None:
        """Tell that a stream is gone; with the anchor goes the socket: the session behind it has ended."""
        if stream == self.anchor:
            self.end(Close.SESSION_ENDED)
        else:
            self._hub.leave(self, stream)
            self.link.send(frames.frame("gone", stream=stream))

    def too_slow(self) -> None:
        """End: more waits for this client than may; it resumes when it comes back."""
        self.end(Close.TOO_SLOW)

    def pause(self) -> None:
        """Begin to queue."""
        self.link.pause()

    def resume(self) -> None:
        """Write what waited."""
        self.link.resume()

    def lost(self) -> None:
        """Forget every place: the connection is over, whoever ended it."""
        self.forget()

    def shut_down(self) -> None:
        """Say when to come back: nodes restart, and everybody at once would be a storm."""
        self._on_end(Close.RESTART)

    def end(self, close: Close) -> None:
        """Close the connection and forget every place at once."""
        if not self.link.closed:
            self.link.end(close.value, close.name.lower())
            self._on_end(close)
            self.forget()

    def forget(self) -> None:
        """Give up every place; also when the client went by itself."""
        self.link.lost()
        self._asked.clear()
        leases, self._leases = self._leases, None  # we come here twice when the client hangs up; leases end once
        if leases is not None:
            leases.end()
        for stream in list(self.follows):
            self._hub.leave(self, stream)


_spawned: set[asyncio.Task[None]] = set()


def _spawn(work: Any) -> None:  # Any: a coroutine of a declared handler
    task = asyncio.get_running_loop().create_task(work)
    _spawned.add(task)  # the loop keeps only a weak reference
    task.add_done_callback(_spawned.discard)
