"""A player's own device as a sender: worth little, and only about its player."""

from collections.abc import Sequence
from dataclasses import replace

from omenigen.kit.auth import Caller, Role, Trust, User
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.ids import KeyId
from omenigen.modules.accounts.public import UserNotFound
from omenigen.modules.achievements.service.keyring import KeyRing, LiveKey

OWN_RATE, OWN_BURST = 5, 60


class OwnDevices:
    """Vouch for events that signed-in people send about themselves."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._buckets: dict[int, LiveKey] = {}

    async def key(self, caller: Caller, user_ids: Sequence[int]) -> LiveKey:
        """Return what vouches for a person's events. Raises `Unauthenticated`, and `UserNotFound` for other players.

        The operator's own word is official: it may be about anybody.
        """
        if not isinstance(caller, User):
            raise Unauthenticated
        own = await self._keys.own_key()
        if caller.role is Role.OPERATOR:
            return own
        for user_id in user_ids:
            if user_id != caller.user_id:
                raise UserNotFound(user_id=user_id)
        kept = self._buckets.get(caller.user_id)
        if kept is None:
            if len(self._buckets) > 10_000:
                self._buckets.clear()
            game = replace(own.game, key_id=KeyId(0), trust=Trust.CLIENT, scopes=frozenset({"events:write"}))
            kept = self._buckets[caller.user_id] = replace(own, game=game, rate=OWN_RATE, burst=OWN_BURST)
        return kept
