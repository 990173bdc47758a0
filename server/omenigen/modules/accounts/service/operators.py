"""The operator's part: who runs the house, and looking after the people in it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Role, User
from omenigen.kit.clock import Clock
from omenigen.kit.ids import UserId
from omenigen.kit.outbox import Outbox
from omenigen.kit.streams import Streams
from omenigen.kit.texts import Locale
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.errors import AlreadyExists, NotYourself, UserNotFound
from omenigen.modules.accounts.events import Confirmed, RoleChanged, SuspensionChanged
from omenigen.modules.accounts.models import AccountRow
from omenigen.modules.accounts.rules import names, passwords
from omenigen.modules.accounts.service.cards import line_of, me_of
from omenigen.modules.accounts.service.endings import Endings
from omenigen.modules.accounts.service.living import LiveSessions
from omenigen.modules.accounts.service.passwords import Passwords
from omenigen.modules.accounts.types import AccountLine, AccountPage, AccountState, Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorMade:
    """What came of making an operator."""

    user_id: UserId
    username: str
    created: bool
    promoted: bool


class Operators:
    """Make operators: only who holds the machine's command line can."""

    def __init__(self, session: AsyncSession, outbox: Outbox, streams: Streams, clock: Clock, hashing: Passwords):
        self._session = session
        self._outbox = outbox
        self._streams = streams
        self._clock = clock
        self._hashing = hashing

    async def create(
        self, *, username: str, email: str, password: str, locale: Locale = Locale.EN, promote: bool = False
    ) -> OperatorMade:
        """Make a confirmed operator; the one that exists already is left as it is.

        An ordinary account by this name or address becomes operator only with `promote` (its password stays).
        Raises `AlreadyExists`, `UsernameInvalid`, `EmailInvalid`, `PasswordWeak`.
        """
        name, address = names.decide_username(username), names.decide_email(email)
        found = await queries.account_by_name(self._session, name)
        found = found or await queries.account_by_email(self._session, address)
        if found is not None:
            return self._promote(found, promote=promote)
        passwords.ensure_password(password, username=name.shown, email=address)
        now = self._clock.now()
        made = await queries.insert_account(
            self._session,
            {
                "state": AccountState.ACTIVE.value,
                "username": name.shown,
                "username_key": name.key,
                "skeleton": name.skeleton,
                "email": address,
                "password_hash": await self._hashing.hash(password),
                "role": Role.OPERATOR.value,
                "locale": locale.value,
                "created_at": now,
                "confirmed_at": now,
            },
        )
        if made is None:
            raise AlreadyExists(username=name.shown)
        self._outbox.record(Confirmed(user_id=made.id, claimed=False))
        return OperatorMade(user_id=UserId(made.id), username=name.shown, created=True, promoted=False)

    async def exist(self) -> bool:
        """Tell whether the house has an operator."""
        return await queries.has_operator(self._session)

    def _promote(self, row: AccountRow, *, promote: bool) -> OperatorMade:
        already = row.role == Role.OPERATOR.value
        if not already:
            if not promote or row.state != AccountState.ACTIVE.value:
                raise AlreadyExists(username=row.username or "")
            row.role = Role.OPERATOR.value
            self._outbox.record(RoleChanged(user_id=row.id, role=row.role, by=row.id))
            self._streams.append(f"user.{row.id}", put={"me": me_of(row)}, why="accounts.role_changed")
        return OperatorMade(user_id=UserId(row.id), username=row.username or "", created=False, promoted=not already)


class Population:
    """The operator's list of people."""

    def __init__(
        self,
        session: AsyncSession,
        outbox: Outbox,
        streams: Streams,
        clock: Clock,
        endings: Endings,
        living: LiveSessions,
    ) -> None:
        self._session = session
        self._outbox = outbox
        self._streams = streams
        self._clock = clock
        self._endings = endings
        self._living = living

    async def page(self, *, query: str, after: UserId | None, limit: int) -> AccountPage:
        """List accounts from the newest; `query` is part of a name or address, or an id."""
        rows = await queries.page_of_accounts(self._session, query=query.strip(), before=after, limit=limit + 1)
        shown = rows[:limit]
        return AccountPage(
            items=[line_of(row) for row in shown],
            next=UserId(shown[-1].id) if len(rows) > limit else None,
        )

    async def change(
        self, *, caller: User, user_id: UserId, role: Role | None, suspended: bool | None, reason: str | None
    ) -> AccountLine:
        """Give another role, close an account or open it again. Raises `UserNotFound`, `NotYourself`."""
        if user_id == caller.user_id:
            raise NotYourself
        row = await queries.account(self._session, user_id, lock=True)
        if row is None:
            raise UserNotFound(user_id=user_id)
        if role is not None and role.value != row.role:
            self._set_role(row, role, by=caller.user_id)
        if suspended is not None:
            await self._set_suspended(row, suspended, reason=reason or "", by=caller.user_id)
        return line_of(row)

    def _set_role(self, row: AccountRow, role: Role, *, by: UserId) -> None:
        row.role = role.value
        self._living.forget_all()
        self._outbox.record(RoleChanged(user_id=row.id, role=role.value, by=by))
        self._streams.append(f"user.{row.id}", put={"me": me_of(row)}, why="accounts.role_changed")

    async def _set_suspended(self, row: AccountRow, suspended: bool, *, reason: str, by: UserId) -> None:
        if suspended == (row.suspended_at is not None):
            if suspended and reason:
                row.suspended_reason = reason
            return
        row.suspended_at = self._clock.now() if suspended else None
        row.suspended_by = by if suspended else None
        row.suspended_reason = reason if suspended else None
        if suspended:
            await self._endings.end(user_id=UserId(row.id), ending=Ending.SUSPENDED)
        self._outbox.record(SuspensionChanged(user_id=row.id, suspended=suspended, by=by))
