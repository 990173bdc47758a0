"""The edge: where a unit of work commits, once, and only then tells the world."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from dishka import AsyncContainer, Scope
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.outbox import Outbox, Relay
from omenigen.kit.streams import Announcer, Streams, Written


class Edge:
    """Commit state, facts and patches in one transaction."""

    def __init__(
        self, session: AsyncSession, outbox: Outbox, streams: Streams, relay: Relay, announcer: Announcer
    ) -> None:
        self._session = session
        self._outbox = outbox
        self._streams = streams
        self._relay = relay
        self._announcer = announcer

    async def commit(self) -> Mapping[str, int]:
        """Write everything, commit, announce; return the new version of each stream that moved.

        Order matters. Stream rows are locked last, so their locks live for three statements only; the announcement
        follows the commit, so that nobody hears of a thing that was rolled back.
        """
        await self._session.flush()
        facts = await self._outbox.write(self._session)
        written: list[Written] = await self._streams.write(self._session)
        await self._session.commit()
        if facts:
            self._relay.nudge()
        if written:
            self._announcer.announce(written)
        return {one.stream: one.to for one in written}


@asynccontextmanager
async def unit_of_work(container: AsyncContainer) -> AsyncIterator[AsyncContainer]:
    """Open a REQUEST scope that commits at its end; an exception inside rolls everything back."""
    async with container(scope=Scope.REQUEST) as scope:
        yield scope
        edge = await scope.get(Edge)
        await edge.commit()
