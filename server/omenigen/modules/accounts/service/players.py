"""Players as other modules ask for them, always several at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock
from omenigen.kit.ids import SourceId, UserId
from omenigen.kit.texts import Locale
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.errors import EmailAlreadyExists, UsernameAlreadyTaken, UserNotFound
from omenigen.modules.accounts.rules import names
from omenigen.modules.accounts.service.cards import card_of, record_of
from omenigen.modules.accounts.types import AccountState, Card, PlayerRecord

_SHOWN = frozenset({AccountState.ACTIVE.value, AccountState.UNCLAIMED.value})


class Players:
    """Who the players are, and players that external games bring."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def create_unclaimed(self, *, username: str, email: str, source_id: SourceId | None) -> PlayerRecord:
        """Make a player for an external game; the person claims it later by confirming the address.

        Raises `UsernameAlreadyTaken`, `EmailAlreadyExists`, `UsernameInvalid`, `EmailInvalid`.
        """
        name, address = names.decide_username(username), names.decide_email(email)
        if names.is_reserved(name):
            raise UsernameAlreadyTaken(username=name.shown)
        made = await queries.insert_account(
            self._session,
            {
                "state": AccountState.UNCLAIMED.value,
                "username": name.shown,
                "username_key": name.key,
                "skeleton": name.skeleton,
                "email": address,
                "locale": Locale.EN.value,
                "source_id": source_id,
                "created_at": self._clock.now(),
            },
        )
        if made is not None:
            return record_of(made)
        if await queries.account_by_email(self._session, address) is not None:
            raise EmailAlreadyExists(email=address)
        raise UsernameAlreadyTaken(username=name.shown)

    async def cards(self, ids: Sequence[UserId]) -> Mapping[UserId, Card]:
        """Return the cards of the players among `ids`; one who left has a nameless card."""
        return {UserId(row.id): card_of(row) for row in await self._rows(ids)}

    async def card(self, *, user_id: UserId) -> Card:
        """Return one player's card. Raises `UserNotFound`, also for one who left or has not yet confirmed."""
        for row in await self._rows([user_id]):
            if row.state in _SHOWN:
                return card_of(row)
        raise UserNotFound(user_id=user_id)

    async def records(self, ids: Sequence[UserId]) -> Mapping[UserId, PlayerRecord]:
        """Return what the platform's public routes tell of the players among `ids`, without those who left."""
        rows = await self._rows(ids)
        return {UserId(row.id): record_of(row) for row in rows if row.state != AccountState.DELETED.value}

    async def zones(self, ids: Sequence[UserId]) -> Mapping[UserId, str]:
        """Return the time zones (IANA names) of the players among `ids`."""
        return {UserId(row.id): row.time_zone for row in await self._rows(ids)}

    async def locales(self, ids: Sequence[UserId]) -> Mapping[UserId, Locale]:
        """Return the languages of the players among `ids`."""
        return {UserId(row.id): Locale(row.locale) for row in await self._rows(ids)}

    async def existing(self, ids: Sequence[UserId]) -> frozenset[UserId]:
        """Tell which of `ids` are players that have not left."""
        return frozenset(await self.records(ids))

    async def claimed(self, ids: Sequence[UserId]) -> frozenset[UserId]:
        """Tell which of `ids` belong to a person who may sign in, and not only to the game that brought them."""
        return frozenset(UserId(one) for one in await queries.claimed_among(self._session, sorted(set(ids))))

    async def _rows(self, ids: Sequence[UserId]) -> Sequence[Any]:  # Any: rows of the table
        return await queries.accounts_by_ids(self._session, sorted(set(ids)))
