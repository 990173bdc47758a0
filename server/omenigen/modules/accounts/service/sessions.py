"""Signing in, staying in, signing out."""

import secrets
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import AccessClaims, AccessTokens, Caller, Role, User
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.ids import SessionId, UserId, new_token, token_hash
from omenigen.kit.mail import LetterBox
from omenigen.kit.outbox import Outbox
from omenigen.kit.settings import AuthSettings
from omenigen.kit.texts import Locale
from omenigen.modules.accounts import queries
from omenigen.modules.accounts.errors import (
    NotConfirmed,
    RefreshInvalid,
    RefreshReused,
    SessionNotFound,
    Suspended,
    WrongCredentials,
)
from omenigen.modules.accounts.events import SessionStolen, SignedIn
from omenigen.modules.accounts.models import AccountRow, RefreshRow, SessionRow
from omenigen.modules.accounts.queries import Credentials
from omenigen.modules.accounts.rules import limits, names, profile, refreshing
from omenigen.modules.accounts.service.cards import me_of
from omenigen.modules.accounts.service.endings import Endings
from omenigen.modules.accounts.service.knocking import Knocking
from omenigen.modules.accounts.service.letters import LetterWords
from omenigen.modules.accounts.service.passwords import Passwords
from omenigen.modules.accounts.types import AccountState, Ending, LetterKind, Origin, SessionCard, SignedInSession


class Sessions:
    """A person's ways in, and where they are in."""

    def __init__(
        self,
        session: AsyncSession,
        database: Database,
        outbox: Outbox,
        clock: Clock,
        settings: AuthSettings,
        access: AccessTokens,
        knocking: Knocking,
        hashing: Passwords,
        endings: Endings,
        box: LetterBox,
        words: LetterWords,
    ) -> None:
        self._session = session
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._secret = settings.secret.get_secret_value().encode()
        self._access = access
        self._knocking = knocking
        self._hashing = hashing
        self._endings = endings
        self._box = box
        self._words = words

    async def sign_in(self, *, login: str, password: str, origin: Origin, native: bool) -> SignedInSession:
        """Open a session for a name or address with its password.

        An unknown name and a wrong password are refused alike and take equally long. Raises `WrongCredentials`,
        `NotConfirmed`, `Suspended`, `TooMany`, `Unavailable`.
        """
        key = names.login_key(login)
        await self._knocking.count(
            (limits.SIGN_IN_IP, origin.ip), (limits.SIGN_IN_PAIR, f"{key}|{origin.ip}"), (limits.SIGN_IN_NAME, key)
        )
        account = await self._proven(key, password)
        known = await queries.devices_known(self._session, UserId(account.id))
        await self._end_unused(UserId(account.id))
        now = self._clock.now()
        family = SessionRow(
            user_id=account.id,
            device=origin.device,
            ip=origin.ip,
            native=native,
            made_at=now,
            last_seen_at=now,
            expires_at=now + limits.SESSION_IDLE,
        )
        self._session.add(family)
        await self._session.flush()
        first = new_token()
        self._keep(family, first)
        self._came_in(account, family, new_device=bool(known) and origin.device not in known, renewed=False)
        return self._answer(account, family, first)

    async def renew(self, *, refresh_token: str, origin: Origin) -> SignedInSession:
        """Exchange a refresh token for its successor and a fresh access token.

        Within the leeway a used token gets the family's newest one again. Raises `RefreshInvalid`, `RefreshReused`
        (the session is closed then, and its owner told), `TooMany`.
        """
        await self._knocking.count((limits.REFRESH_IP, origin.ip))
        hashed = token_hash(refresh_token)
        owner = await queries.owner_of_refresh(self._session, hashed)
        # The account is held first, as everywhere else: a family moves one step at a time, and nothing can deadlock.
        account = None if owner is None else await queries.account(self._session, owner, lock=True)
        if account is None or account.state != AccountState.ACTIVE.value or account.suspended_at is not None:
            raise RefreshInvalid
        family = await queries.session_of_refresh(self._session, hashed)
        now = self._clock.now()
        if family is None or family.ended_at is not None or family.expires_at <= now:
            raise RefreshInvalid
        newest = await self._follow(account, family, refresh_token)
        family.last_seen_at, family.expires_at = now, now + limits.SESSION_IDLE
        family.ip = origin.ip
        self._came_in(account, family, new_device=False, renewed=True)
        return self._answer(account, family, newest)

    async def sign_out(self, *, caller: Caller, refresh_token: str | None) -> None:
        """End the caller's session; a browser whose access token is over is known by its refresh token."""
        if isinstance(caller, User):
            await self._endings.end(user_id=caller.user_id, ending=Ending.SIGNED_OUT, only=[caller.session_id])
        elif refresh_token is not None:
            family = await queries.session_of_refresh(self._session, token_hash(refresh_token))
            if family is not None:
                await self._endings.end(
                    user_id=UserId(family.user_id), ending=Ending.SIGNED_OUT, only=[SessionId(family.id)]
                )

    async def end(self, *, caller: User, session_id: SessionId) -> None:
        """End one of the caller's own sessions. Raises `SessionNotFound`."""
        if not await self._endings.end(user_id=caller.user_id, ending=Ending.SIGNED_OUT, only=[session_id]):
            raise SessionNotFound(session_id=session_id)

    async def end_all(self, *, caller: User) -> None:
        """End all sessions of the caller, this one too."""
        await self._endings.end(user_id=caller.user_id, ending=Ending.SIGNED_OUT)

    async def list_of(self, *, caller: User) -> Sequence[SessionCard]:
        """List where the caller is signed in, the latest used first."""
        rows = await queries.living_sessions(self._session, caller.user_id, now=self._clock.now())
        return [
            SessionCard(
                id=SessionId(row.id),
                device=row.device,
                ip=row.ip,
                created_at=row.made_at,
                last_seen_at=row.last_seen_at,
                current=row.id == caller.session_id,
            )
            for row in rows
        ]

    async def _proven(self, key: str, password: str) -> AccountRow:
        """Return the account that name and password open, held for this transaction.

        The connection is given back while the hash is computed: waiting sign-ins must not use up the pool.
        """
        async with self._database.reads.connect() as db:
            found = await queries.credentials(db, key)
        right, renewed = await self._hashing.verify(password, None if found is None else found.password_hash)
        if found is None or not right:
            raise WrongCredentials
        _ensure_usable(found)
        account = await queries.account(self._session, found.user_id, lock=True)
        if account is None or account.password_hash != found.password_hash:  # changed while we were computing
            raise WrongCredentials
        if renewed is not None:
            account.password_hash = renewed
        return account

    async def _end_unused(self, user_id: UserId) -> None:
        living = await queries.living_sessions(self._session, user_id, now=self._clock.now())
        if surplus := [SessionId(row.id) for row in living[limits.SESSIONS_MAX - 1 :]]:
            await self._endings.end(user_id=user_id, ending=Ending.SIGNED_OUT, only=surplus)

    async def _follow(self, account: AccountRow, family: SessionRow, token: str) -> str:
        """Walk from a token to the family's newest one, making it where there is none yet."""
        now = self._clock.now()
        row = await queries.refresh(self._session, token_hash(token))
        if row is None:
            raise RefreshInvalid
        if row.used_at is None:
            row.used_at = now
            following = refreshing.successor(token, salt=row.salt, secret=self._secret)
            self._keep(family, following)
            return following
        if refreshing.is_stolen(used_at=row.used_at, now=now):
            await self._stolen(account, family)
            raise RefreshReused
        while row is not None and row.used_at is not None:
            token = refreshing.successor(token, salt=row.salt, secret=self._secret)
            row = await queries.refresh(self._session, token_hash(token))
        if row is None:  # the secret was changed meanwhile: the chain cannot be followed
            raise RefreshInvalid
        return token

    async def _stolen(self, account: AccountRow, family: SessionRow) -> None:
        await self._endings.end(user_id=UserId(account.id), ending=Ending.STOLEN, only=[SessionId(family.id)])
        self._outbox.record(SessionStolen(user_id=account.id, session_id=family.id, device=family.device))
        self._box.drop(
            self._words.write(
                LetterKind.STOLEN, to=account.email or "", locale=Locale(account.locale), device=family.device
            )
        )

    def _keep(self, family: SessionRow, token: str) -> None:
        self._session.add(
            RefreshRow(
                token_hash=token_hash(token),
                session_id=family.id,
                salt=secrets.token_bytes(16),
                made_at=self._clock.now(),
            )
        )

    def _came_in(self, account: AccountRow, family: SessionRow, *, new_device: bool, renewed: bool) -> None:
        now = self._clock.now()
        day_first = profile.is_new_day(last=account.signed_in_at, now=now, zone=account.time_zone)
        account.last_seen_at = now
        if renewed and not day_first:
            return
        account.signed_in_at = now
        self._outbox.record(
            SignedIn(
                user_id=account.id,
                session_id=family.id,
                device=family.device,
                day_first=day_first,
                new_device=new_device,
            )
        )

    def _answer(self, account: AccountRow, family: SessionRow, refresh_token: str) -> SignedInSession:
        claims = AccessClaims(
            user_id=UserId(account.id),
            session_id=SessionId(family.id),
            role=Role(account.role),
            locale=Locale(account.locale),
        )
        return SignedInSession(
            access_token=self._access.issue(claims),
            expires_in=self._access.seconds,
            refresh_token=refresh_token,
            native=family.native,
            me=me_of(account),
        )


def _ensure_usable(found: Credentials) -> None:
    if found.state is not AccountState.ACTIVE:
        raise NotConfirmed
    if found.suspended:
        raise Suspended(reason=found.suspended_reason or "")
