"""Who may see what of a player: the player, the operator, and games that made them or were let in."""

from omenigen.kit.auth import Anonymous, Caller, Game, Role, User
from omenigen.kit.errors import Unauthenticated
from omenigen.modules.accounts.public import UserNotFound
from omenigen.modules.achievements.errors import ScopeMissing
from omenigen.modules.achievements.service.directory import Directory, Known
from omenigen.modules.achievements.service.keyring import KeyRing


class Sight:
    """Find a player for a caller; whoever may not see one gets the same answer as for none."""

    def __init__(self, directory: Directory, keys: KeyRing) -> None:
        self._directory = directory
        self._keys = keys

    async def player(self, *, caller: Caller, user_id: int, scope: str = "stats:read") -> Known:
        """Return a player whom the caller may see. Raises `Unauthenticated`, `ScopeMissing`, `UserNotFound`."""
        known = await self._directory.find(user_id)
        if known is None or not await self._may_see(caller, known, scope):
            raise UserNotFound(user_id=user_id)
        return known

    async def ensure_somebody(self, caller: Caller) -> None:
        """Demand a caller who may read lists that are the same for all. Raises `Unauthenticated`, `ScopeMissing`."""
        if isinstance(caller, Game) and "stats:read" not in caller.scopes:
            raise ScopeMissing(scope="stats:read")
        if isinstance(caller, Anonymous) and await self._keys.open_key() is None:
            raise Unauthenticated

    async def _may_see(self, caller: Caller, known: Known, scope: str) -> bool:
        match caller:
            case User():
                return int(caller.user_id) == known.user_id or caller.role is Role.OPERATOR
            case Game():
                if scope not in caller.scopes:
                    raise ScopeMissing(scope=scope)
                return self._keys.sees_all(caller) or caller.source_id in known.sources
            case Anonymous():
                if await self._keys.open_key() is None:
                    raise Unauthenticated
                return True
