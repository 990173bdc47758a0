"""What was missed, and fresh copies, for those who ask over HTTP."""

from collections.abc import Collection, Mapping, Sequence

from omenigen.kit.auth import Anonymous, Caller, User
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.limits import Limits
from omenigen.kit.streams import StreamKinds
from omenigen.kit.streams.epoch import ensure_epoch
from omenigen.kit.streams.kinds import Said
from omenigen.kit.streams.reading import Copies, Gone, Resumed, copies, resume, still_picture

GOT = "got"
"""The word that tells how far messages were received; a catch-up may bring it along."""


class CatchingUp:
    """Answer from one still picture of the database each time. Raises `Unauthenticated`, `TooMany`."""

    def __init__(self, database: Database, kinds: StreamKinds, limits: Limits, clock: Clock) -> None:
        self._database = database
        self._kinds = kinds
        self._limits = limits
        self._clock = clock

    @staticmethod
    def actor(caller: Caller) -> str:
        """Name a caller for a limit. Raises `Unauthenticated` for nobody."""
        if isinstance(caller, Anonymous):
            raise Unauthenticated
        return f"user.{caller.user_id}" if isinstance(caller, User) else f"app.{caller.source_id}"

    async def copies(
        self, *, caller: Caller, names: Sequence[str], parts: Collection[str] | None, window: int
    ) -> Copies:
        """Return fresh copies of streams that the caller may follow."""
        await self._limits.take("live-copies", self.actor(caller), rate=5, burst=60)
        await self._begin()
        async with still_picture(self._database.sessions) as db:
            return await copies(db, self._kinds, caller, names, parts=parts, window=window)

    async def catch_up(
        self, *, caller: Caller, epoch: str | None, have: Mapping[str, int | None], got: Mapping[str, int]
    ) -> Resumed:
        """Say what the caller missed, and pass on what they tell they received."""
        await self._limits.take("live-catch-up", self.actor(caller), rate=1, burst=30)
        await self._begin()
        async with still_picture(self._database.sessions) as db:
            resumed = await resume(db, self._kinds, caller, epoch=epoch, have=have)
        gone = {answer.stream for answer in resumed.answers if isinstance(answer, Gone)}
        for stream, seq in got.items():
            word = self._kinds.says(stream).get(GOT)
            if word is not None and word.handle is not None and stream in have and stream not in gone:
                await word.handle(Said(caller=caller, stream=stream, k=GOT, body=word.check({"seq": seq})))
        return resumed

    async def _begin(self) -> None:
        """Make sure that there is an epoch to name, in a database where nothing has been written yet."""
        async with self._database.sessions() as session:
            await ensure_epoch(session, now=self._clock.now())
            await session.commit()
