"""Closing sessions: in the database, in this process's memory, and on open sockets."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock
from omenigen.kit.ids import SessionId, UserId
from omenigen.kit.streams import Streams
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.service.living import LiveSessions
from omenigen.modules.accounts.types import Ending


class Endings:
    """End sessions of a person."""

    def __init__(self, session: AsyncSession, streams: Streams, living: LiveSessions, clock: Clock) -> None:
        self._session = session
        self._streams = streams
        self._living = living
        self._clock = clock

    async def end(
        self,
        *,
        user_id: UserId,
        ending: Ending,
        only: Sequence[SessionId] | None = None,
        but: SessionId | None = None,
    ) -> Sequence[SessionId]:
        """End all living sessions of a person, only some, or all but one; return which ended.

        The gate number of `user.<id>` moves, so that every node asks again who may follow and closes the sockets of
        the ended sessions.
        """
        ended = await queries.end_sessions(
            self._session, user_id, ending=ending, now=self._clock.now(), only=only, but=but
        )
        if ended:
            self._living.forget(ended)
            self._streams.regate(f"user.{user_id}")
        return ended
