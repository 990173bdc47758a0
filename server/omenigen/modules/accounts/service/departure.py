"""Leaving: taking everything along, and leaving nothing behind."""

from collections.abc import Sequence

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import User
from omenigen.kit.clock import Clock
from omenigen.kit.ids import UserId
from omenigen.kit.mail import LetterBox
from omenigen.kit.outbox import Outbox
from omenigen.kit.streams import Streams
from omenigen.kit.texts import Locale
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.events import Deleted
from omenigen.modules.accounts.models import AccountRow
from omenigen.modules.accounts.rules import limits
from omenigen.modules.accounts.service.credentials import ProvenOwner
from omenigen.modules.accounts.service.endings import Endings
from omenigen.modules.accounts.service.knocking import Knocking
from omenigen.modules.accounts.service.letters import LetterWords
from omenigen.modules.accounts.types import AccountState, Ending, Export, Exporter, LetterKind


class Departure:
    """Give a person everything we keep about them; forget them."""

    def __init__(
        self,
        session: AsyncSession,
        outbox: Outbox,
        streams: Streams,
        clock: Clock,
        knocking: Knocking,
        endings: Endings,
        owner: ProvenOwner,
        box: LetterBox,
        words: LetterWords,
        exporters: Sequence[Exporter],
    ) -> None:
        self._session = session
        self._outbox = outbox
        self._streams = streams
        self._clock = clock
        self._knocking = knocking
        self._endings = endings
        self._owner = owner
        self._box = box
        self._words = words
        self._exporters = exporters

    async def export(self, *, caller: User) -> Export:
        """Return everything that all modules keep about the caller. Raises `TooMany`."""
        await self._knocking.count((limits.EXPORT, caller.user_id))
        parts: dict[str, JsonValue] = {}
        for exporter in sorted(self._exporters, key=lambda one: one.part):
            parts[exporter.part] = await exporter.export(user_id=caller.user_id)
        return {"exported_at": self._clock.now().isoformat(), **parts}

    async def delete(self, *, caller: User, password: str) -> None:
        """Empty the account for ever; other modules hear of it and forget their part.

        The row stays as a nameless number, so that what others did with this player keeps its sense.
        Raises `WrongPassword`, `TooMany`.
        """
        row = await self._owner.account(caller=caller, password=password)
        address, locale = row.email or "", Locale(row.locale)
        # Before the sessions go: the gate number moves, and every open socket of the person closes.
        await self._endings.end(user_id=caller.user_id, ending=Ending.DELETED)
        await queries.forget_sessions(self._session, caller.user_id)
        await queries.forget_tickets(self._session, row.id)
        await queries.forget_registrations(self._session, row.id)
        await queries.forget_answers(self._session, caller.user_id)
        await self._box.forget(address)
        self._empty(row)
        self._streams.close(f"user.{row.id}", wipe=True)
        self._outbox.record(Deleted(user_id=row.id))
        self._box.drop(self._words.write(LetterKind.GOODBYE, to=address, locale=locale))

    def _empty(self, row: AccountRow) -> None:
        row.state = AccountState.DELETED.value
        row.username = row.username_key = row.skeleton = row.email = row.password_hash = row.avatar_key = None
        row.display_name = row.about = ""
        row.time_zone, row.locale, row.role = "UTC", Locale.EN.value, "player"
        row.suspended_reason = None
        row.deleted_at = self._clock.now()


class AccountExport:
    """The accounts' own part of an export: the profile and where one was signed in."""

    part = "account"

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def export(self, *, user_id: UserId) -> JsonValue:
        """Return the profile and all kept sessions."""
        row = await queries.account(self._session, user_id)
        if row is None:
            return None
        sessions = await queries.all_sessions(self._session, user_id)
        return {
            "id": row.id,
            "username": row.username,
            "email": row.email,
            "display_name": row.display_name,
            "about": row.about,
            "time_zone": row.time_zone,
            "locale": row.locale,
            "role": row.role,
            "avatar": row.avatar_key,
            "created_at": row.created_at.isoformat(),
            "confirmed_at": None if row.confirmed_at is None else row.confirmed_at.isoformat(),
            "sessions": [
                {
                    "device": one.device,
                    "ip": one.ip,
                    "from": one.made_at.isoformat(),
                    "last_seen": one.last_seen_at.isoformat(),
                    "until": None if one.ended_at is None else one.ended_at.isoformat(),
                    "ending": one.ending,
                }
                for one in sessions
            ],
        }
