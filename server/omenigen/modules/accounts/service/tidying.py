"""Forgetting what no longer opens anything."""

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.rules import limits


class Tidying:
    """Delete what is past its time."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def forget_old(self) -> None:
        """Delete dead links, old sessions, used tokens, and accounts that nobody confirmed (their names are free)."""
        now = self._clock.now()
        await queries.forget_expired(self._session, now=now)
        await queries.forget_pending(self._session, made_before=now - limits.PENDING_FOR)
        await queries.forget_old_sessions(
            self._session, ended_before=now - limits.ENDED_KEPT, used_before=now - limits.SESSION_IDLE
        )
