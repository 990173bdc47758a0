"""Following streams: connect, resume, hold, check, and come back after every kind of loss (live rules 1–9)."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum, auto
from typing import Any

import orjson
import structlog

from omenigen.kit.clock import Clock
from omenigen.kit.streams.client.commands import Accepted, Command, Commands, Row, Undelivered
from omenigen.kit.streams.client.lines import Dial, Line, LineClosed
from omenigen.kit.streams.client.replica import Frame, Replica
from omenigen.kit.streams.client.sending import Sender
from omenigen.kit.tasks import came

log = structlog.get_logger(__name__)

GAP_SECONDS = 0.5
PING_SECONDS = 25.0
PONG_SECONDS = 10.0
HEALTHY_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 30.0
COPIES_AT_ONCE = 50
STOP_CODES = frozenset({4400, 4403, 4409, 4410})
_FLOOD, _FLOOD_SECONDS = 4429, 60.0


class Health(Enum):
    """What a client's connection is doing."""

    AWAY = auto()
    OPEN = auto()
    STOPPED = auto()


class LiveClient:
    """Keep copies of streams equal to the server's, and writes going until the server has them.

    `on_session_over` is asked once when the server says that the session ended: True to try again.
    """

    def __init__(
        self,
        dial: Dial,
        clock: Clock,
        rng: random.Random,
        *,
        on_change: Callable[[str, Frame], None] | None = None,
        on_session_over: Callable[[], bool] | None = None,
    ) -> None:
        self._dial = dial
        self._clock = clock
        self._rng = rng
        self._told = on_change or (lambda stream, frame: None)
        self._may_try_again = on_session_over or (lambda: False)
        self.replica = Replica(on_change=self._changed)
        self.commands = Commands()
        self.health = Health.AWAY
        self.stale = False
        self.gaps = 0
        self.mismatches = 0
        """How often a hole, or a sum above ours, was noticed: both mean that the server sent less than it believes."""
        self._line: Line | None = None
        self._wanted: dict[str, None] = {}
        self._asked: deque[frozenset[str]] = deque()
        self._doubtful: set[str] = set()
        self._failures = 0
        self._bye_ms: int | None = None
        self._pong = asyncio.Event()
        self._to_load: dict[str, None] = {}
        self._load = asyncio.Event()
        self._sender = Sender(dial, rng, self.commands, on_answer=self._answered)
        self._gap_timers: dict[str, asyncio.TimerHandle] = {}
        self._replay_due = False
        self._owners: dict[tuple[str, str], str] = {}

    # ── what the owner of the client does ──────────────────────────────────────────────────────────────────────────

    async def follow(self, *streams: str) -> None:
        """Follow streams from now on, through every reconnection."""
        for stream in streams:
            self._wanted[stream] = None
            self.replica.want(stream)
        await self._ask({stream: self.replica.copies[stream].version for stream in streams})

    async def unfollow(self, *streams: str) -> None:
        """Follow streams no longer and forget their copies."""
        for stream in streams:
            self._wanted.pop(stream, None)
            self.replica.copies.pop(stream, None)
        await self._say({"op": "unfollow", "streams": list(streams)})

    async def say(self, stream: str, k: str, **body: Any) -> None:  # Any: what JSON can say
        """Say something ephemeral to those who follow a stream."""
        await self._say({"op": "say", "stream": stream, "k": k, **body})

    def write(self, command: Command) -> None:
        """Queue a write; it is sent, and sent again, until the server has answered."""
        self.commands.add(command)
        self._sender.wake()

    async def run(self) -> None:
        """Stay connected until cancelled, or until the server says to stop."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._load_copies()), group.create_task(self._sender.run())]
            await self._stay_connected()
            for task in tasks:
                task.cancel()

    # ── the connection ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _stay_connected(self) -> None:
        retried = False
        while self.health is not Health.STOPPED:
            began = self._clock.monotonic()
            code = await self._connect_and_listen()
            self.health = Health.AWAY
            healthy = self._clock.monotonic() - began >= HEALTHY_SECONDS
            if healthy:
                self._failures = 0
                retried = False
            if code in STOP_CODES or (code == 4401 and (retried or not self._may_try_again())):
                self.health = Health.STOPPED
                return
            retried = retried or code == 4401
            await asyncio.sleep(self._pause_after(code))

    def _pause_after(self, code: int) -> float:
        bye, self._bye_ms = self._bye_ms, None
        if bye is not None:
            return bye / 1000
        if code == _FLOOD:
            return _FLOOD_SECONDS
        longest = min(LONGEST_WAIT_SECONDS, 2.0**self._failures)
        self._failures += 1
        return self._rng.uniform(0, longest)

    async def _connect_and_listen(self) -> int:
        pinger: asyncio.Task[None] | None = None
        line: Line | None = None
        try:
            line = self._line = await self._dial.open()
            pinger = asyncio.create_task(self._keep_pinging(line))
            while True:
                await self._take(orjson.loads(await line.receive()))
        except LineClosed as closed:
            return closed.code
        finally:
            self._line = None
            self._asked.clear()
            self._doubtful.clear()
            if pinger is not None:
                pinger.cancel()
            for timer in self._gap_timers.values():
                timer.cancel()
            self._gap_timers.clear()
            if line is not None:
                with suppress(LineClosed):
                    await line.close()

    async def _keep_pinging(self, line: Line) -> None:
        with suppress(LineClosed):
            while True:
                await asyncio.sleep(PING_SECONDS * self._rng.uniform(0.8, 1.2))
                self._pong.clear()
                await line.send('{"op":"ping"}')
                if not await came(self._pong, within=PONG_SECONDS):
                    await line.close()
                    return

    async def _take(self, frame: dict[str, Any]) -> None:
        match frame["op"]:
            case "patch":
                await self._patched(frame)
            case "reload":
                await self._must_reload(frame)
            case "gone":
                self._lost(frame["stream"])
            case "synced":
                if again := self._synced():
                    await self._ask(again)
                self._settle()
            case "hello":
                await self._greeted(frame)
            case "pong":
                await self._check(frame)
            case "state":
                self.stale = frame["live"] == "stale"
            case "bye":
                self._bye_ms = frame["after_ms"]
            case _:
                log.debug("frame ignored", op=frame["op"])

    async def _greeted(self, frame: Frame) -> None:
        again = self.health is Health.OPEN
        self.health = Health.OPEN
        old = self.replica.epoch
        if self.replica.begin_epoch(frame["epoch"]):
            self._replay_due = True
            self._to_load.clear()
            for stream in self._wanted:
                self.replica.want(stream)
        # A second hello announces an epoch on a line that is open: the server answers every stream by itself.
        if not again and self._wanted:
            await self._ask(self._have(), epoch=old)

    async def _patched(self, frame: Frame) -> None:
        if frame["stream"] not in self.replica.copies:
            await self._say({"op": "unfollow", "streams": [frame["stream"]]})
        elif not self.replica.patch(frame):
            self._wait_for_gap(frame["stream"])
        self._settle()

    async def _must_reload(self, frame: Frame) -> None:
        if self.replica.reload(frame):
            self._to_load[frame["stream"]] = None
            self._load.set()
        else:
            await self._say({"op": "unfollow", "streams": [frame["stream"]]})

    def _lost(self, stream: str) -> None:
        """Wipe a stream. If we have asked for it since (let in again), only the answer tells whether it stays."""
        self.replica.gone(stream)
        self._to_load.pop(stream, None)
        if any(stream in streams for streams in self._asked):
            self._doubtful.add(stream)
            self.replica.want(stream)
        else:
            self._wanted.pop(stream, None)

    def _synced(self) -> dict[str, int | None]:
        """Note an answer; return what must be asked for again."""
        again: dict[str, int | None] = {}
        answered = self._asked.popleft() if self._asked else frozenset()
        for stream in self._doubtful & answered:
            self._doubtful.discard(stream)
            copy = self.replica.copies.get(stream)
            if copy is not None and copy.version is None and not copy.loading:
                if copy.waiting:  # let in again, and answered with a patch upon what has been wiped since
                    again[stream] = None
                    continue
                self.replica.gone(stream)
                self._wanted.pop(stream, None)
        return again

    async def _check(self, frame: Frame) -> None:
        self._pong.set()
        self._settle()
        settled = not self._asked and not self._to_load and self.replica.is_settled()
        count, total = self.replica.totals()
        if settled and (frame["n"], frame["sum"]) != (count, total):
            # A fresh copy over HTTP may be ahead of what this node has heard: asking is harmless, and nothing is lost.
            self.mismatches += frame["n"] != count or frame["sum"] > total
            await self._ask(self._have())

    def _have(self) -> dict[str, int | None]:
        have = self.replica.have()
        return {stream: have.get(stream) for stream in self._wanted}

    async def _ask(self, have: Mapping[str, int | None], *, epoch: str | None = None) -> None:
        if self.health is Health.OPEN:
            self._asked.append(frozenset(have))
            await self._say({"op": "follow", "epoch": epoch or self.replica.epoch, "have": dict(have)})

    async def _say(self, frame: Frame) -> None:
        if self._line is not None:
            with suppress(LineClosed):  # the reader sees it too, and reconnects
                await self._line.send(orjson.dumps(frame).decode())

    # ── gaps and copies ────────────────────────────────────────────────────────────────────────────────────────────

    def _wait_for_gap(self, stream: str) -> None:
        if stream not in self._gap_timers:
            self.gaps += 1
            loop = asyncio.get_running_loop()
            self._gap_timers[stream] = loop.call_later(GAP_SECONDS, self._gap_is_over, stream)

    def _gap_is_over(self, stream: str) -> None:
        del self._gap_timers[stream]
        copy = self.replica.copies.get(stream)
        if copy is not None and copy.waiting and not copy.loading:
            task = asyncio.get_running_loop().create_task(self._ask({stream: copy.version}))
            _tasks.add(task)
            task.add_done_callback(_tasks.discard)

    async def _load_copies(self) -> None:
        while True:
            await self._load.wait()
            self._load.clear()
            failures = 0
            while self._to_load:
                batch = list(self._to_load)[:COPIES_AT_ONCE]
                try:
                    self._loaded(await self._dial.copies(batch), batch)
                except (Undelivered, LineClosed):
                    failures += 1
                    await asyncio.sleep(self._rng.uniform(0, min(LONGEST_WAIT_SECONDS, 2.0**failures)))
            self._settle()

    def _loaded(self, copies: Mapping[str, Any], batch: list[str]) -> None:
        if copies["epoch"] != self.replica.epoch and copies["streams"]:
            # The server began a new epoch while we asked; a hello with it is on its way, and asks again.
            for stream in batch:
                self._to_load.pop(stream, None)
            return
        for stream in batch:
            self._to_load.pop(stream, None)
            if (copy := copies["streams"].get(stream)) is not None:
                self.replica.load(stream, copy["version"], copy["entities"])
            elif stream in copies["gone"]:
                self._wanted.pop(stream, None)
                self.replica.gone(stream)

    def _changed(self, stream: str, frame: Frame) -> None:
        for key, entity in frame.get("put", {}).items():
            if isinstance(client_id := entity.get("client_id"), str):
                self._owners[stream, key] = client_id
                self.commands.proved(client_id, now=self._clock.monotonic())
        for key in frame.get("drop", ()):
            if frame["op"] == "patch" and (owner := self._owners.pop((stream, key), None)) is not None:
                self.commands.vanished(owner)
        self._told(stream, frame)

    # ── writes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _settle(self) -> None:
        self.commands.settle(lambda stream: copy.version if (copy := self.replica.copies.get(stream)) else None)
        if self._replay_due and self.health is Health.OPEN and not self._to_load and self.replica.is_settled():
            self._replay_due = False
            for command in self.commands.replay(now=self._clock.monotonic()):
                self.commands.add(command, restored=True)
            self._sender.wake()

    def _answered(self, row: Row, answer: Accepted) -> None:
        self.commands.accepted(row, answer, now=self._clock.monotonic())
        self._settle()


_tasks: set[asyncio.Task[None]] = set()
