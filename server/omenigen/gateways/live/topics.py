"""What a node knows of a followed stream: how far it is, who listens, what came lately."""

from asyncio import TimerHandle
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from omenigen.gateways.live.link import Link
from omenigen.kit.auth import Caller

RING_PATCHES = 256
HELD_PATCHES = 256
UNKNOWN_GATE = -1


class State(Enum):
    """How a follower stands to a stream."""

    DEAF = auto()
    """Hears no patches; is asked again when the gate moves (a person's own stream, before they follow it)."""

    WARMING = auto()
    """Registered, and reading what it missed."""

    LIVE = auto()
    """Gets every patch."""


class Listening(Protocol):
    """What the hub needs of a socket."""

    id: str
    link: Link
    caller: Caller
    anchor: str
    """The stream whose gate the socket itself stands or falls with."""
    follows: "dict[str, Follow]"
    """Its places, by stream; kept by the hub."""

    def refuse(self, stream: str) -> None:
        """Tell that the stream is gone for this caller; end the socket if it is the anchor."""
        ...

    def follow_again(self, streams: Sequence[str]) -> None:
        """Read again what it missed of streams that it follows already."""
        ...

    def too_slow(self) -> None:
        """End: more waits for this client than may."""
        ...


@dataclass(slots=True, eq=False)
class Follow:
    """One socket's place in one stream."""

    socket: Listening
    topic: "Topic"
    state: State
    version: int = 0
    """What has been sent."""
    gate: int = UNKNOWN_GATE
    """The gate number under which the caller was last admitted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One patch, encoded once; a poke has no frame: the table has the body."""

    from_: int
    to: int
    gate: int
    frame: bytes | None
    at: float


class Topic:
    """A followed stream on this node."""

    __slots__ = (
        "follows",
        "gate",
        "held",
        "last",
        "live",
        "name",
        "reading",
        "ring",
        "ring_bytes",
        "seen_gate",
        "timer",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.last: int | None = None
        self.gate = UNKNOWN_GATE
        """The lowest gate number under which a follower was admitted: a patch above it waits for the gate."""
        self.seen_gate = UNKNOWN_GATE
        self.follows: dict[Listening, Follow] = {}
        self.live: dict[Listening, Follow] = {}
        self.ring: deque[Entry] = deque()
        self.ring_bytes = 0
        self.held: list[Entry] = []
        self.timer: TimerHandle | None = None
        self.reading = False
        """Whether the table is being read: what arrives meanwhile is held."""

    def admit(self, follow: Follow, gate: int) -> None:
        """Note that a follower was admitted under `gate`."""
        follow.gate = gate
        self.seen_gate = max(self.seen_gate, gate)
        self.settle_gate()

    def settle_gate(self) -> None:
        """Work out the lowest gate of those who hear or stand guard."""
        known = [follow.gate for follow in self.follows.values() if follow.state is not State.WARMING]
        self.gate = min(known, default=self.seen_gate)

    def set_state(self, follow: Follow, state: State) -> None:
        """Move a follower between deaf, warming and live."""
        follow.state = state
        if state is State.LIVE:
            self.live[follow.socket] = follow
        else:
            self.live.pop(follow.socket, None)

    def hold(self, entry: Entry) -> None:
        """Keep a patch that cannot be passed on yet. What overflows is read from the table anyway."""
        self.held.append(entry)
        if len(self.held) > HELD_PATCHES:
            self.held = self.held[-HELD_PATCHES // 2 :]

    def remember(self, entry: Entry) -> int:
        """Add to the ring; return by how many bytes it grew."""
        assert entry.frame is not None
        grown = len(entry.frame)
        self.ring.append(entry)
        if len(self.ring) > RING_PATCHES:
            grown -= len(self.ring.popleft().frame or b"")
        self.ring_bytes += grown
        return grown

    def forget(self) -> int:
        """Empty the ring; return how many bytes it held."""
        held, self.ring_bytes = self.ring_bytes, 0
        self.ring.clear()
        return held

    def since(self, version: int) -> list[Entry] | None:
        """Return what came after `version` without a hole, or None where the ring no longer reaches back."""
        if self.last is None or self.last <= version:
            return []
        found: list[Entry] = [entry for entry in self.ring if entry.to > version]
        reached = version
        for entry in found:
            if entry.from_ > reached:
                return None
            reached = entry.to
        return found if reached >= self.last else None
