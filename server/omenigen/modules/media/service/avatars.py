"""Avatars: put on, taken off, forgotten."""

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import User
from omenigen.kit.clock import Clock
from omenigen.kit.ids import UserId, new_token
from omenigen.kit.limits import Limits
from omenigen.modules.accounts.public import Profile, Profiles
from omenigen.modules.media import queries, rules
from omenigen.modules.media.models import FileRow
from omenigen.modules.media.service.shelf import Shelf
from omenigen.modules.media.service.studio import Studio
from omenigen.modules.media.types import FileKind, Size


class Avatars:
    """People's pictures of themselves."""

    def __init__(
        self, session: AsyncSession, profiles: Profiles, studio: Studio, shelf: Shelf, limits: Limits, clock: Clock
    ) -> None:
        self._session = session
        self._profiles = profiles
        self._studio = studio
        self._shelf = shelf
        self._limits = limits
        self._clock = clock

    async def put_on(self, *, caller: User, content: bytes) -> Profile:
        """Wear a picture, drawn anew from what was sent; the one before goes after a day.

        Raises `PictureEmpty`, `PictureTooBig`, `PictureTypeUnknown`, `PictureTooComplex`, `TooMany`, `Unavailable`.
        """
        rules.ensure_avatar_size(len(content))
        await self._limits.take("avatar", caller.user_id, rate=rules.UPLOADS_RATE, burst=rules.UPLOADS_BURST)
        picture = await self._studio.redraw(content)
        key = new_token(16)
        # Files before rows: if the commit fails, a nameless file stays that the nightly job sweeps out.
        await self._shelf.put(key, {Size.LARGE: picture.large, Size.SMALL: picture.small})
        profile = await self._profiles.wear(caller=caller, avatar_key=key)
        await queries.release(self._session, caller.user_id, FileKind.AVATAR, now=self._clock.now())
        self._session.add(
            FileRow(
                owner_id=caller.user_id,
                kind=FileKind.AVATAR.value,
                key=key,
                mime="image/webp",
                size=len(picture.large) + len(picture.small),
                made_at=self._clock.now(),
            )
        )
        return profile

    async def take_off(self, *, caller: User) -> Profile:
        """Wear no picture."""
        profile = await self._profiles.wear(caller=caller, avatar_key=None)
        await queries.release(self._session, caller.user_id, FileKind.AVATAR, now=self._clock.now())
        return profile

    async def forget(self, *, user_id: UserId) -> None:
        """Delete all files of a person who left, from disk at once."""
        await self._shelf.remove(await queries.forget_owner(self._session, user_id))

    async def sweep(self) -> None:
        """Delete files released long enough ago, and files on disk that no row knows."""
        before = self._clock.now() - rules.RELEASED_KEPT
        await self._shelf.remove(await queries.forget_released(self._session, before=before))
        found = await self._shelf.older_than(before.timestamp())
        known = await queries.known_among(self._session, found)
        await self._shelf.remove(key for key in found if key not in known)


class MediaExport:
    """The files' part of a person's export: what they are and where they lie."""

    part = "media"

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def export(self, *, user_id: UserId) -> JsonValue:
        """Return a person's files with their addresses."""
        return [
            {
                "kind": row.kind,
                "address": f"/api/v1/media/{row.key}",
                "mime": row.mime,
                "size": row.size,
                "made_at": row.made_at.isoformat(),
            }
            for row in await queries.files_of(self._session, user_id)
        ]
