"""The way out to a slow client: whispers go first, patches never while the socket is open."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.link import EPHEMERAL_BELOW, MOST_BYTES, MOST_FRAMES, Link
from omenigen.gateways.live.protocol import Listener
from omenigen.gateways.live.topics import Entry, Follow, State
from omenigen.gateways.live.wire import Told, Whisper
from omenigen.kit.auth import Anonymous
from omenigen.kit.clock import SystemClock


@dataclass
class Pipe:
    """A pipe that takes so many frames and then says that it is full."""

    room: int = 0
    taken: list[bytes] = field(default_factory=list)
    ended: list[tuple[int, str]] = field(default_factory=list)
    listener: Listener | None = None

    def write(self, frame: bytes) -> None:
        self.taken.append(frame)
        self.room -= 1
        if self.room <= 0 and self.listener is not None:
            self.listener.pause()

    def buffered(self) -> int:
        return 0

    def end(self, code: int, reason: str) -> None:
        self.ended.append((code, reason))

    def listen(self, listener: Listener) -> None:
        self.listener = listener


def linked(room: int = 0) -> tuple[Pipe, Link]:
    pipe = Pipe(room)
    link = Link(pipe)
    pipe.listener = link  # type: ignore[assignment] # pause and resume are what is asked of it here
    return pipe, link


def test_a_pipe_that_flows_is_written_to_at_once() -> None:
    pipe, link = linked(room=10)
    assert link.send(b"one")
    link.send_ephemeral(b"two")
    assert pipe.taken == [b"one", b"two"]
    assert link.waiting == 0


def test_a_full_pipe_gets_what_waited_in_order() -> None:
    pipe, link = linked(room=1)
    for one in (b"1", b"2", b"3"):
        assert link.send(one)
    assert (pipe.taken, link.waiting) == ([b"1"], 2)
    pipe.room = 1
    link.resume()
    assert (pipe.taken, link.waiting) == ([b"1", b"2"], 1)
    pipe.room = 5
    link.resume()
    assert (pipe.taken, link.waiting) == ([b"1", b"2", b"3"], 0)


def test_above_128_new_whispers_are_not_queued() -> None:
    pipe, link = linked()
    link.pause()
    for one in range(EPHEMERAL_BELOW + 50):
        link.send_ephemeral(b"%d" % one)
    assert link.waiting == EPHEMERAL_BELOW
    assert link.send(b"patch")
    assert link.waiting == EPHEMERAL_BELOW + 1
    assert pipe.taken == []


def test_a_full_queue_drops_whispers_before_it_gives_up() -> None:
    pipe, link = linked()
    link.pause()
    for _ in range(100):
        link.send_ephemeral(b"whisper")
    patches = [b"patch %d" % one for one in range(MOST_FRAMES)]
    assert all(link.send(one) for one in patches)
    assert link.waiting == MOST_FRAMES
    assert not link.send(b"one too many")
    pipe.room = 10**6
    link.resume()
    assert pipe.taken[:MOST_FRAMES] == patches


def test_a_megabyte_is_enough() -> None:
    _, link = linked()
    link.pause()
    assert link.send(b"x" * MOST_BYTES)
    assert not link.send(b"x")


def test_after_the_end_nothing_is_written() -> None:
    pipe, link = linked(room=5)
    link.end(4408, "too_slow")
    link.end(4408, "too_slow")
    assert link.send(b"late")
    link.send_ephemeral(b"late")
    assert (pipe.taken, pipe.ended) == ([], [(4408, "too_slow")])


@given(st.lists(st.sampled_from(["patch", "whisper", "drain", "stop"]), max_size=250))
def test_patches_arrive_once_and_in_order_whatever_happens(acts: list[str]) -> None:
    pipe, link = linked(room=3)
    sent: list[bytes] = []
    for number, act in enumerate(acts):
        match act:
            case "patch":
                sent.append(b"p%d" % number)
                assert link.send(sent[-1]), "250 acts cannot fill the queue with patches"
            case "whisper":
                link.send_ephemeral(b"w%d" % number)
            case "drain":
                pipe.room = 2
                link.resume()
            case "stop":
                link.pause()
    pipe.room = 10**6
    link.resume()
    assert [frame for frame in pipe.taken if frame.startswith(b"p")] == sent


class Dead(Pipe):
    """A transport that is closed already, and says so as uvloop does."""

    def write(self, frame: bytes) -> None:
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")


def test_writing_to_a_closed_transport_closes_the_link_and_harms_nobody() -> None:
    link = Link(Dead())
    assert link.send(b"patch")
    assert link.closed
    link = Link(Dead())
    link.send_ephemeral(b"whisper")
    assert link.closed


async def test_one_dead_socket_does_not_cost_the_others_their_patch() -> None:
    hub = Hub(Silent(), SystemClock(), node="n1")
    listeners = [Ear(Dead() if number == 1 else Pipe(room=10)) for number in range(3)]
    for ear in listeners:
        follow = hub.join(ear, "room.1", State.WARMING)
        follow.topic.last = 0
        follow.topic.set_state(follow, State.LIVE)
        follow.topic.admit(follow, 0)
    hub.take(hub.topics["room.1"], Entry(0, 1, 0, b"patch", 0.0))
    assert [ear.pipe.taken for ear in listeners] == [[b"patch"], [], [b"patch"]]
    assert [ear.link.closed for ear in listeners] == [False, True, False]


class Ear:
    """As much of a socket as the hub needs."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe, self.link = pipe, Link(pipe)
        self.id, self.caller, self.anchor = "n1-1", Anonymous(), "user.1"
        self.follows: dict[str, Follow] = {}

    def refuse(self, stream: str) -> None:
        raise AssertionError(stream)

    def follow_again(self, streams: Sequence[str]) -> None:
        raise AssertionError(streams)

    def too_slow(self) -> None:
        raise AssertionError("nobody is slow here")


class Silent:
    """A wire that leads nowhere."""

    connected = True

    def tell(self, told: Told) -> None:
        """Nobody listens."""

    def whisper(self, whisper: Whisper) -> None:
        """Nobody listens."""
