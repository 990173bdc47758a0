"""Changing and recovering what opens an account: the password and the address."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import User
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.ids import UserId, new_token, token_hash
from omenigen.kit.mail import LetterBox
from omenigen.kit.outbox import Outbox
from omenigen.kit.streams import Streams
from omenigen.kit.texts import Locale
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.errors import LinkInvalid, WrongPassword
from omenigen.modules.accounts.events import EmailChanged, PasswordChanged
from omenigen.modules.accounts.models import AccountRow, TicketRow
from omenigen.modules.accounts.rules import limits, names, passwords
from omenigen.modules.accounts.service.cards import me_of
from omenigen.modules.accounts.service.endings import Endings
from omenigen.modules.accounts.service.knocking import Knocking
from omenigen.modules.accounts.service.letters import LetterWords
from omenigen.modules.accounts.service.passwords import Passwords
from omenigen.modules.accounts.types import AccountState, Ending, LetterKind, Origin, TicketKind


class ProvenOwner:
    """Ask a signed-in person for the password again before something that cannot be undone."""

    def __init__(self, session: AsyncSession, database: Database, knocking: Knocking, hashing: Passwords) -> None:
        self._session = session
        self._database = database
        self._knocking = knocking
        self._hashing = hashing

    async def account(self, *, caller: User, password: str) -> AccountRow:
        """Return the caller's account, held for this transaction. Raises `WrongPassword`, `TooMany`."""
        await self._knocking.count((limits.PASSWORD_AGAIN, caller.user_id))
        async with self._database.reads.connect() as db:
            kept = await queries.password_hash(db, caller.user_id)
        right, _ = await self._hashing.verify(password, kept)
        account = await queries.account(self._session, caller.user_id, lock=True)
        if not right or account is None or account.password_hash != kept:
            raise WrongPassword
        return account


class Credentials:
    """A person's own password and address."""

    def __init__(
        self,
        session: AsyncSession,
        outbox: Outbox,
        streams: Streams,
        clock: Clock,
        knocking: Knocking,
        hashing: Passwords,
        endings: Endings,
        owner: ProvenOwner,
        box: LetterBox,
        words: LetterWords,
    ) -> None:
        self._session = session
        self._outbox = outbox
        self._streams = streams
        self._clock = clock
        self._knocking = knocking
        self._hashing = hashing
        self._endings = endings
        self._owner = owner
        self._box = box
        self._words = words

    async def change_password(self, *, caller: User, current: str, new: str) -> None:
        """Set another password and end all other sessions. Raises `WrongPassword`, `PasswordWeak`, `TooMany`."""
        new_hash = await self._hashing.hash(new)  # first: no row is held while it is computed
        account = await self._owner.account(caller=caller, password=current)
        passwords.ensure_password(new, username=account.username or "", email=account.email or "")
        account.password_hash = new_hash
        await queries.forget_tickets(self._session, account.id)
        await self._endings.end(user_id=caller.user_id, ending=Ending.PASSWORD, but=caller.session_id)
        self._tell_changed(account, reset=False)

    async def forgot(self, *, email: str, origin: Origin) -> None:
        """Send a link that sets a password, if the address has an account. Raises `EmailInvalid`, `TooMany`."""
        address = names.decide_email(email)
        await self._knocking.count((limits.LETTERS_IP, origin.ip), (limits.LETTERS_ADDRESS, address))
        account = await queries.account_by_email(self._session, address)
        token = new_token()
        if account is None or account.state != AccountState.ACTIVE.value:
            self._keep(token, TicketKind.RESET, user_id=None)
            self._box.drop_blank()
            return
        self._keep(token, TicketKind.RESET, user_id=account.id)
        self._box.drop(
            self._words.write(
                LetterKind.RESET,
                to=address,
                locale=Locale(account.locale),
                token=token,
                username=account.username or "",
            )
        )

    async def reset(self, *, token: str, password: str, origin: Origin) -> str:
        """Set a password by its link and end all sessions; return the name.

        The link is used up only when the password is good. Raises `LinkInvalid`, `PasswordWeak`, `TooMany`.
        """
        await self._knocking.count((limits.LINKS_IP, origin.ip))
        account, _ = await self._by_link(token, TicketKind.RESET)
        passwords.ensure_password(password, username=account.username or "", email=account.email or "")
        account.password_hash = await self._hashing.hash(password)
        await queries.forget_tickets(self._session, account.id)
        await self._endings.end(user_id=UserId(account.id), ending=Ending.PASSWORD)
        self._tell_changed(account, reset=True)
        return account.username or ""

    async def ask_email(self, *, caller: User, email: str, password: str) -> None:
        """Send a link to the new address and a notice to the old one.

        An address that has an account gets a letter that says so: the answer here is the same.
        Raises `WrongPassword`, `EmailInvalid`, `TooMany`.
        """
        address = names.decide_email(email)
        await self._knocking.count((limits.LETTERS_ADDRESS, address))
        account = await self._owner.account(caller=caller, password=password)
        locale = Locale(account.locale)
        holder = await queries.account_by_email(self._session, address)
        if holder is None:
            token = new_token()
            self._keep(token, TicketKind.EMAIL, user_id=account.id, email=address)
            letter = self._words.write(
                LetterKind.EMAIL_NEW, to=address, locale=locale, token=token, username=account.username or ""
            )
        else:
            self._keep(new_token(), TicketKind.EMAIL, user_id=None)
            letter = self._words.write(
                LetterKind.ALREADY, to=address, locale=Locale(holder.locale), username=holder.username or ""
            )
        self._box.drop(letter)
        self._box.drop(
            self._words.write(LetterKind.EMAIL_OLD, to=account.email or "", locale=locale, address=_veiled(address))
        )

    async def confirm_email(self, *, token: str, origin: Origin) -> None:
        """Move an account to the address its link came to. Raises `LinkInvalid`, `TooMany`."""
        await self._knocking.count((limits.LINKS_IP, origin.ip))
        account, address = await self._by_link(token, TicketKind.EMAIL)
        try:
            async with self._session.begin_nested():
                account.email = address
        except IntegrityError as error:  # somebody confirmed this address meanwhile
            raise LinkInvalid from error
        await queries.forget_tickets(self._session, account.id)
        self._outbox.record(EmailChanged(user_id=account.id))
        self._streams.append(f"user.{account.id}", put={"me": me_of(account)}, why="accounts.email_changed")

    async def _by_link(self, token: str, kind: TicketKind) -> tuple[AccountRow, str | None]:
        ticket = await queries.take_ticket(self._session, token_hash(token), kind, now=self._clock.now())
        if ticket is None or ticket.user_id is None:
            raise LinkInvalid
        account = await queries.account(self._session, UserId(ticket.user_id), lock=True)
        if account is None:
            raise LinkInvalid
        return account, ticket.email

    def _tell_changed(self, account: AccountRow, *, reset: bool) -> None:
        self._outbox.record(PasswordChanged(user_id=account.id, reset=reset))
        self._box.drop(
            self._words.write(
                LetterKind.PASSWORD_CHANGED,
                to=account.email or "",
                locale=Locale(account.locale),
                username=account.username or "",
            )
        )

    def _keep(self, token: str, kind: TicketKind, *, user_id: int | None, email: str | None = None) -> None:
        now = self._clock.now()
        life = limits.RESET_FOR if kind is TicketKind.RESET else limits.EMAIL_FOR
        self._session.add(
            TicketRow(
                token_hash=token_hash(token),
                kind=kind.value,
                user_id=user_id,
                email=email,
                made_at=now,
                expires_at=now + life,
            )
        )


def _veiled(address: str) -> str:
    """Show enough of an address to be recognised by its owner: the old mailbox may be in other hands."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"
