"""Nine ways to break the design, each a rule that somebody might think superfluous; the simulation must notice."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.gateways.live.resuming import Resumer
from omenigen.gateways.live.topics import Listening
from omenigen.kit.edge import Edge
from omenigen.kit.streams import Streams, gap, reading
from omenigen.kit.streams.client import Accepted, LiveClient
from omenigen.kit.streams.client.commands import Row
from omenigen.kit.streams.reading import ReloadWhy
from tests.sim.nodes import NodeAudit, Parts
from tests.sim.rooms import Keys
from tests.sim.world import Plan


class _CursorMover(LiveClient):
    """The answer to a write moves the cursor: what others wrote just before is never seen."""

    def _answered(self, row: Row, answer: Accepted) -> None:
        for stream, version in answer.versions.items():
            copy = self.replica.copies.get(stream)
            if copy is not None and copy.version is not None:
                copy.version = max(copy.version, version)
        super()._answered(row, answer)


class _LateSubscriber(Resumer):
    """Read first, subscribe after, and trust that nothing was committed between the two."""

    async def follow(self, socket: Listening, *, epoch: str | None, have: Mapping[str, int | None]) -> int:
        for stream in have:
            if stream != socket.anchor:
                self._hub.leave(socket, stream)
        resumed = await self._read(socket, epoch=epoch, have=have)
        if resumed is None:
            return 0
        follows = self.register(socket, have)
        for answer in resumed.answers:
            with patch.object(follows[answer.stream].topic.__class__, "since", lambda topic, version: []):
                self._settle(follows[answer.stream], answer)
        return len(have)


class _HastyEdge(Edge):
    """Publish before the commit: what is rolled back has been seen already."""

    async def commit(self) -> Mapping[str, int]:
        await self._session.flush()
        written = await self._streams.write(self._session)
        self._announcer.announce(written)
        await self._session.commit()
        return {one.stream: one.to for one in written}


class _NoGateNumber(Streams):
    """Nobody is told to ask again: who was put out goes on listening."""

    def regate(self, stream: str) -> None:
        """Change nothing."""


class _NoAudit(NodeAudit):
    """Learn the epoch once and never look again."""

    async def look(self) -> None:
        if self._hub.epoch is None:
            await super().look()


class _ShortMemory(Keys):
    """Remember keys for 30 s instead of for ever."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}

    async def is_new(self, db: AsyncSession, client_id: str) -> bool:
        import asyncio

        now = asyncio.get_running_loop().time()
        known = now - self._seen.get(client_id, float("-inf")) < 30
        self._seen[client_id] = now
        return not known


class _LateParts(Parts):
    resumer = _LateSubscriber


class _HastyParts(Parts):
    edge = _HastyEdge


class _GatelessParts(Parts):
    streams = _NoGateNumber


class _BlindParts(Parts):
    audit = _NoAudit


_reason = reading._reason_to_reload


def _no_floor(row: object, *, same_epoch: bool) -> ReloadWhy | None:
    why = _reason(row, same_epoch=same_epoch)
    return None if why is ReloadWhy.TOO_OLD else why


def _no_gap(mine: int, *, from_: int, to: int) -> gap.Place:
    return gap.Place.KNOWN if to <= mine else gap.Place.NEXT


_PLANS = {
    "no gap rule": Plan(),
    "answer moves cursor": Plan(client=_CursorMover),
    "read, then subscribe": Plan(parts=_LateParts),
    "publish before commit": Plan(parts=_HastyParts),
    "floor ignored": Plan(),
    "restore without epoch": Plan(restore_begins_epoch=False),
    "30 s key memory": Plan(keys=_ShortMemory),
    "no gate number": Plan(parts=_GatelessParts),
    "no audit": Plan(parts=_BlindParts),
}
MUTANTS = tuple(_PLANS)


@contextmanager
def mutated(name: str) -> Iterator[Plan]:
    """Give a plan with one mutant in it."""
    if name == "no gap rule":
        with patch.object(gap, "place", _no_gap):
            yield _PLANS[name]
    elif name == "floor ignored":
        with patch.object(reading, "_reason_to_reload", _no_floor):
            yield _PLANS[name]
    else:
        yield _PLANS[name]
