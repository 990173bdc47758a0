"""Joining: ask, get a letter, agree."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.ids import UserId, new_token, token_hash
from omenigen.kit.mail import LetterBox
from omenigen.kit.outbox import Outbox
from omenigen.kit.streams import Streams
from omenigen.kit.texts import Locale
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.errors import LinkInvalid, UsernameTaken
from omenigen.modules.accounts.events import Confirmed, Registered
from omenigen.modules.accounts.models import AccountRow, RegistrationRow
from omenigen.modules.accounts.rules import limits, names, passwords, profile
from omenigen.modules.accounts.service.cards import me_of
from omenigen.modules.accounts.service.knocking import Knocking
from omenigen.modules.accounts.service.letters import LetterWords
from omenigen.modules.accounts.service.passwords import Passwords
from omenigen.modules.accounts.types import AccountState, LetterKind, NewAccount, Origin, Username

DEFAULT_ZONE = "UTC"


class Registration:
    """Take people in, one confirmed address each.

    Whether an address is known must not show: the answer is the same, and so is the work (one hash, one letter).
    Names are public, so that a taken one is said at once.
    """

    def __init__(
        self,
        session: AsyncSession,
        database: Database,
        outbox: Outbox,
        streams: Streams,
        clock: Clock,
        knocking: Knocking,
        hashing: Passwords,
        box: LetterBox,
        words: LetterWords,
    ) -> None:
        self._session = session
        self._database = database
        self._outbox = outbox
        self._streams = streams
        self._clock = clock
        self._knocking = knocking
        self._hashing = hashing
        self._box = box
        self._words = words

    async def register(self, *, asked: NewAccount, origin: Origin) -> None:
        """Keep what somebody asked for and send a letter that says how to go on.

        Raises `UsernameTaken`, `UsernameInvalid`, `EmailInvalid`, `PasswordWeak`, `TimeZoneUnknown`, `TooMany`.
        """
        name = names.decide_username(asked.username)
        email = names.decide_email(asked.email)
        passwords.ensure_password(asked.password, username=name.shown, email=email)
        zone = profile.ensure_time_zone(asked.time_zone or DEFAULT_ZONE)
        await self._knocking.count((limits.REGISTER_IP, origin.ip), (limits.LETTERS_ADDRESS, email))
        await self._ensure_free(name)
        password_hash = await self._hashing.hash(asked.password)
        account = await queries.account_by_email(self._session, email)
        if account is None:
            account = await self._pending(name, email, asked.locale, zone)
        if account is None:
            return
        if account.state == AccountState.ACTIVE.value:
            self._tell_known(account)
            return
        await self._ask(
            account, name=name.shown, password_hash=password_hash, locale=asked.locale, zone=zone, email=email
        )

    async def resend(self, *, email: str, origin: Origin) -> None:
        """Send the confirmation letter again, if there is anything to confirm. Raises `EmailInvalid`, `TooMany`."""
        address = names.decide_email(email)
        await self._knocking.count((limits.LETTERS_IP, origin.ip), (limits.LETTERS_ADDRESS, address))
        account = await queries.account_by_email(self._session, address)
        latest = await queries.latest_registration(self._session, 0 if account is None else account.id)
        if account is None or latest is None or account.state == AccountState.ACTIVE.value:
            self._keep_decoy()
            self._box.drop_blank()
            return
        await self._ask(
            account,
            name=latest.username,
            password_hash=latest.password_hash,
            locale=Locale(latest.locale),
            zone=latest.time_zone,
            email=address,
        )

    async def confirm(self, *, token: str, origin: Origin) -> str:
        """Make an account usable with the name and password that came with this link; return the name.

        The same link pressed twice answers the same. Raises `LinkInvalid`, `UsernameTaken`, `TooMany`.
        """
        await self._knocking.count((limits.LINKS_IP, origin.ip))
        asked = await queries.registration(self._session, token_hash(token))
        if asked is None or asked.user_id is None or asked.expires_at <= self._clock.now():
            raise LinkInvalid
        account = await queries.account(self._session, UserId(asked.user_id), lock=True)
        if account is None:
            raise LinkInvalid
        if account.state == AccountState.ACTIVE.value:
            if asked.used_at is None or account.username is None:
                raise LinkInvalid
            return account.username
        name = names.decide_username(asked.username)
        await self._settle(account, asked, name)
        return name.shown

    async def _settle(self, account: AccountRow, asked: RegistrationRow, name: Username) -> None:
        claimed = account.state == AccountState.UNCLAIMED.value
        now = self._clock.now()
        try:
            async with self._session.begin_nested():
                account.username, account.username_key, account.skeleton = name.shown, name.key, name.skeleton
                account.state = AccountState.ACTIVE.value
                account.password_hash = asked.password_hash
                account.locale, account.time_zone = asked.locale, asked.time_zone
                account.confirmed_at = now
        except IntegrityError as error:
            raise UsernameTaken(username=name.shown) from error
        asked.used_at = now
        await queries.forget_registrations(self._session, account.id, but=asked.token_hash)
        self._outbox.record(Confirmed(user_id=account.id, claimed=claimed))
        self._streams.append(f"user.{account.id}", put={"me": me_of(account)}, why="accounts.confirmed")

    async def _ensure_free(self, name: Username) -> None:
        """Refuse a name that somebody has. A player of an external game that nobody claimed yet does not hold it here:
        saying so would tell whose address that player has; the letter tells its owner."""
        async with self._database.reads.connect() as db:
            holders = await queries.holders_of_name(db, name)
        if names.is_reserved(name) or any(state is not AccountState.UNCLAIMED for state in holders):
            raise UsernameTaken(username=name.shown)

    async def _pending(self, name: Username, email: str, locale: Locale, zone: str) -> AccountRow | None:
        """Make the account that waits; None when that was not possible and a letter or nobody says why."""
        made = await queries.insert_account(
            self._session,
            {
                "state": AccountState.UNCONFIRMED.value,
                "username": name.shown,
                "username_key": name.key,
                "skeleton": name.skeleton,
                "email": email,
                "locale": locale.value,
                "time_zone": zone,
                "created_at": self._clock.now(),
            },
        )
        if made is not None:
            self._outbox.record(Registered(user_id=made.id))
            return made
        known = await queries.account_by_email(self._session, email)
        if known is not None:
            return known
        holder = await queries.account_by_name(self._session, name)
        if holder is None or holder.state != AccountState.UNCLAIMED.value:
            raise UsernameTaken(username=name.shown)
        self._keep_decoy()
        self._box.drop(self._words.write(LetterKind.NAME_TAKEN, to=email, locale=locale, username=name.shown))
        return None

    def _tell_known(self, account: AccountRow) -> None:
        self._keep_decoy()
        self._box.drop(
            self._words.write(
                LetterKind.ALREADY,
                to=account.email or "",
                locale=Locale(account.locale),
                username=account.username or "",
            )
        )

    async def _ask(
        self, account: AccountRow, *, name: str, password_hash: str, locale: Locale, zone: str, email: str
    ) -> None:
        token = new_token()
        self._keep(token, account.id, name=name, password_hash=password_hash, locale=locale, zone=zone)
        self._box.drop(self._words.write(LetterKind.CONFIRM, to=email, locale=locale, token=token, username=name))

    def _keep_decoy(self) -> None:
        self._keep(new_token(), None, name="", password_hash="", locale=Locale.EN, zone=DEFAULT_ZONE)

    def _keep(
        self, token: str, user_id: int | None, *, name: str, password_hash: str, locale: Locale, zone: str
    ) -> None:
        now = self._clock.now()
        self._session.add(
            RegistrationRow(
                token_hash=token_hash(token),
                user_id=user_id,
                username=name,
                password_hash=password_hash,
                locale=locale.value,
                time_zone=zone,
                made_at=now,
                expires_at=now + limits.CONFIRM_FOR,
            )
        )
