"""Who stands behind an access token, as of less than a second ago."""

from collections import OrderedDict
from collections.abc import Sequence

from omenigen.kit.auth import AccessTokens, Role, User
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.ids import SessionId
from omenigen.kit.texts import Locale
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.errors import SessionOver

TRUST_SECONDS = 0.8
"""How long a node believes that a session lives: an ended one is refused everywhere within a second."""

_KEPT_MAX = 20_000


class LiveSessions:
    """Check sessions against the database, remembering each answer for a moment.

    The database is the only authority: Redis may lose its memory, and with it a sign-out. One indexed read per
    session and 0.8 s costs a busy person a millisecond a second, and also brings a changed role, language or
    suspension to every node at once. While the database is away nothing is answered anyway.
    """

    def __init__(self, database: Database, tokens: AccessTokens, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock
        self._kept: OrderedDict[SessionId, tuple[User, float]] = OrderedDict()

    async def person(self, token: str) -> User:
        """Return the person behind an access token. Raises `TokenInvalid`, `SessionOver`."""
        claims = self._tokens.verify(token)
        user = self._remembered(claims.session_id) or await self._ask(claims.session_id)
        if user.user_id != claims.user_id:
            raise SessionOver
        return user

    async def living(self, ids: Sequence[SessionId]) -> frozenset[SessionId]:
        """Tell which sessions live right now, whatever is remembered."""
        async with self._database.reads.connect() as db:
            return await queries.living_among(db, ids, now=self._clock.now())

    def forget(self, ids: Sequence[SessionId]) -> None:
        """Believe nothing about these sessions any more."""
        for one in ids:
            self._kept.pop(one, None)

    def forget_all(self) -> None:
        """Believe nothing about anybody."""
        self._kept.clear()

    def _remembered(self, session_id: SessionId) -> User | None:
        user, until = self._kept.get(session_id, (None, 0.0))
        return user if self._clock.monotonic() < until else None

    async def _ask(self, session_id: SessionId) -> User:
        async with self._database.reads.connect() as db:
            found = await queries.living_session(db, session_id, now=self._clock.now())
        if found is None:
            self._kept.pop(session_id, None)
            raise SessionOver
        user = User(
            user_id=found.user_id,
            session_id=found.session_id,
            role=Role(found.role),
            locale=Locale(found.locale),
        )
        self._kept[session_id] = (user, self._clock.monotonic() + TRUST_SECONDS)
        self._kept.move_to_end(session_id)
        while len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)
        return user
