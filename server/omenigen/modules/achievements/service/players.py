"""Players that games bring: made, found, and let into a game's sight."""

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Anonymous, Caller, Game, Role, User, require_user
from omenigen.kit.clock import Clock
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.ids import SourceId, UserId
from omenigen.modules.accounts.public import PlayerRecord, Players, UserNotFound
from omenigen.modules.achievements.errors import ScopeMissing
from omenigen.modules.achievements.queries import boards as board_queries
from omenigen.modules.achievements.queries import sources as queries
from omenigen.modules.achievements.rules.boards import days_near
from omenigen.modules.achievements.service.boards import Order
from omenigen.modules.achievements.service.directory import Directory
from omenigen.modules.achievements.service.keyring import KeyRing
from omenigen.modules.achievements.service.sight import Sight


class GamePlayers:
    """Make and find players for games."""

    def __init__(
        self,
        session: AsyncSession,
        players: Players,
        directory: Directory,
        keys: KeyRing,
        sight: Sight,
        order: Order,
        clock: Clock,
    ) -> None:
        self._session = session
        self._players = players
        self._directory = directory
        self._keys = keys
        self._sight = sight
        self._order = order
        self._clock = clock

    async def create(self, *, caller: Caller, username: str, email: str) -> PlayerRecord:
        """Make a player whom the calling game may see from then on; nobody has claimed them yet.

        Raises `Unauthenticated`, `ScopeMissing`, and what `accounts` says of the name and the address.
        """
        source_id = await self._source(caller)
        made = await self._players.create_unclaimed(username=username, email=email, source_id=source_id)
        await queries.keep_player(self._session, user_id=made.id, made_by=source_id, zone=self._keys.zone_of(source_id))
        await queries.link(self._session, source_id=source_id, user_id=made.id, now=self._clock.now())
        self._directory.forget(made.id)
        return made

    async def find(self, *, caller: Caller, user_id: int) -> tuple[PlayerRecord, bool]:
        """Return a player, and whether the caller may read their e-mail. Raises `UserNotFound`, `Unauthenticated`."""
        await self._sight.player(caller=caller, user_id=user_id, scope="users:read")
        found = (await self._players.records([UserId(user_id)])).get(UserId(user_id))
        if found is None:
            raise UserNotFound(user_id=user_id)
        return found, await self._may_read_email(caller, found)

    async def is_off_boards(self, *, caller: Caller) -> bool:
        """Tell whether the caller has left the leaderboards."""
        return await queries.is_off_boards(self._session, user_id=require_user(caller).user_id)

    async def set_off_boards(self, *, caller: Caller, off: bool) -> None:
        """Take the caller off the leaderboards, or back on."""
        user = require_user(caller)
        await self._directory.find(user.user_id)
        await queries.set_off_boards(self._session, user_id=user.user_id, off=off)
        if off:
            await self._order.leave(user.user_id, await board_queries.leave(self._session, user.user_id))
        else:
            await board_queries.mark(self._session, user.user_id, days_near(self._clock.now().date()))

    async def _source(self, caller: Caller) -> SourceId:
        match caller:
            case Game():
                if "users:write" not in caller.scopes:
                    raise ScopeMissing(scope="users:write")
                return caller.source_id
            case User(role=Role.OPERATOR):
                return (await self._keys.own_key()).game.source_id
            case User():
                raise ScopeMissing(scope="users:write")
            case Anonymous():
                demo = await self._keys.open_key()
                if demo is None:
                    raise Unauthenticated
                return demo.game.source_id

    async def _may_read_email(self, caller: Caller, found: PlayerRecord) -> bool:
        match caller:
            case User():
                return caller.user_id == found.id or caller.role is Role.OPERATOR
            case Game():
                return found.source_id == caller.source_id
            case Anonymous():
                demo = await self._keys.open_key()
                return demo is not None and found.source_id == demo.game.source_id
