"""A person's profile."""

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import User
from omenigen.kit.ids import UserId
from omenigen.kit.streams import Streams
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.errors import UserNotFound
from omenigen.modules.accounts.models import AccountRow
from omenigen.modules.accounts.rules import profile
from omenigen.modules.accounts.service.cards import me_of
from omenigen.modules.accounts.service.living import LiveSessions
from omenigen.modules.accounts.types import Profile, ProfileChanges


class Profiles:
    """What people say about themselves."""

    def __init__(self, session: AsyncSession, streams: Streams, living: LiveSessions) -> None:
        self._session = session
        self._streams = streams
        self._living = living

    async def me(self, *, user_id: UserId) -> Profile:
        """Return a person's own profile. Raises `UserNotFound`."""
        return me_of(await self._account(user_id, lock=False))

    async def change(self, *, caller: User, changes: ProfileChanges) -> Profile:
        """Change what is given, show it on open screens, and return the whole.

        Raises `TextInvalid`, `TimeZoneUnknown`.
        """
        row = await self._account(caller.user_id, lock=True)
        if changes.display_name is not None:
            row.display_name = profile.decide_display_name(changes.display_name)
        if changes.about is not None:
            row.about = profile.decide_about(changes.about)
        if changes.time_zone is not None:
            row.time_zone = profile.ensure_time_zone(changes.time_zone)
        if changes.locale is not None:
            row.locale = changes.locale.value
            self._living.forget([caller.session_id])
        return self._show(row)

    async def wear(self, *, caller: User, avatar_key: str | None) -> Profile:
        """Put on an avatar that the module of media keeps, or take it off."""
        row = await self._account(caller.user_id, lock=True)
        row.avatar_key = avatar_key
        return self._show(row)

    def _show(self, row: AccountRow) -> Profile:
        me = me_of(row)
        self._streams.append(f"user.{row.id}", put={"me": me}, why="accounts.profile_changed")
        return me

    async def _account(self, user_id: UserId, *, lock: bool) -> AccountRow:
        row = await queries.account(self._session, user_id, lock=lock)
        if row is None:
            raise UserNotFound(user_id=user_id)
        return row
