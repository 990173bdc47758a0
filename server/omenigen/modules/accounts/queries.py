"""Every question that accounts ask of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.kit.ids import SessionId, UserId
from omenigen.modules.accounts.models import AccountRow, RefreshRow, RegistrationRow, SessionRow, TicketRow
from omenigen.modules.accounts.types import AccountState, Ending, TicketKind, Username

Db = AsyncSession | AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What is needed to judge a sign-in."""

    user_id: UserId
    state: AccountState
    password_hash: str | None
    suspended_reason: str | None
    suspended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingSession:
    """A session that lives, with what its person may do."""

    session_id: SessionId
    user_id: UserId
    role: str
    locale: str


# ── accounts ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def account(db: AsyncSession, user_id: UserId, *, lock: bool = False) -> AccountRow | None:
    """Find an account that is not deleted; `lock` holds it until the transaction ends."""
    asked = select(AccountRow).where(AccountRow.id == user_id, AccountRow.state != AccountState.DELETED.value)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(asked)).one_or_none()


async def account_by_email(db: AsyncSession, email: str) -> AccountRow | None:
    """Find the account of an address and hold it."""
    return (await db.scalars(select(AccountRow).where(AccountRow.email == email).with_for_update())).one_or_none()


async def account_by_name(db: AsyncSession, name: Username) -> AccountRow | None:
    """Find who holds a name, or one that looks like it."""
    same = or_(AccountRow.username_key == name.key, AccountRow.skeleton == name.skeleton)
    exact_first = case((AccountRow.username_key == name.key, 0), else_=1)
    return (await db.scalars(select(AccountRow).where(same).order_by(exact_first).limit(1))).one_or_none()


async def holders_of_name(db: AsyncConnection, name: Username) -> Sequence[AccountState]:
    """List the states of those who hold a name or one that looks like it (at most two)."""
    same = or_(AccountRow.username_key == name.key, AccountRow.skeleton == name.skeleton)
    return [AccountState(state) for state in await db.scalars(select(AccountRow.state).where(same))]


async def insert_account(db: AsyncSession, values: dict[str, Any]) -> AccountRow | None:  # Any: columns
    """Insert an account; None when its name or address was taken meanwhile."""
    made = await db.scalars(insert(AccountRow).values(values).on_conflict_do_nothing().returning(AccountRow))
    return made.one_or_none()


async def accounts_by_ids(db: Db, ids: Sequence[UserId]) -> Sequence[Any]:  # Any: rows of the table
    """List the accounts among `ids`, deleted ones included."""
    if not ids:
        return []
    table = AccountRow.__table__
    return (await db.execute(select(table).where(table.c.id.in_(ids)))).all()


async def claimed_among(db: Db, ids: Sequence[UserId]) -> Sequence[int]:
    """List those of `ids` whom a person has claimed or made."""
    asked = select(AccountRow.id).where(AccountRow.id.in_(ids), AccountRow.state != AccountState.UNCLAIMED.value)
    return (await db.scalars(asked)).all()


async def credentials(db: AsyncConnection, login: str) -> Credentials | None:
    """Find whom a name or address belongs to; one who waits for confirmation is judged by the latest registration."""
    latest = (
        select(RegistrationRow.password_hash)
        .where(RegistrationRow.user_id == AccountRow.id, RegistrationRow.used_at.is_(None))
        .order_by(RegistrationRow.made_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    asked = (
        select(
            AccountRow.id,
            AccountRow.state,
            func.coalesce(AccountRow.password_hash, latest),
            AccountRow.suspended_at,
            AccountRow.suspended_reason,
        )
        .where(or_(AccountRow.email == login, AccountRow.username_key == login))
        .order_by(AccountRow.id)
        .limit(1)
    )
    found = (await db.execute(asked)).one_or_none()
    if found is None:
        return None
    user_id, state, password_hash, suspended_at, reason = found
    return Credentials(
        user_id=UserId(user_id),
        state=AccountState(state),
        password_hash=password_hash,
        suspended=suspended_at is not None,
        suspended_reason=reason,
    )


async def password_hash(db: AsyncConnection, user_id: UserId) -> str | None:
    """Read the password hash of an account."""
    found: str | None = await db.scalar(select(AccountRow.password_hash).where(AccountRow.id == user_id))
    return found


async def page_of_accounts(db: AsyncSession, *, query: str, before: UserId | None, limit: int) -> Sequence[AccountRow]:
    """List accounts from the newest; `query` is part of a name, an address, or an id."""
    asked = select(AccountRow).where(AccountRow.state != AccountState.DELETED.value)
    if query:
        part = f"%{query.casefold().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        matches: list[ColumnElement[bool]] = [
            AccountRow.username_key.like(part, escape="!"),
            AccountRow.email.like(part, escape="!"),
            func.lower(AccountRow.display_name).like(part, escape="!"),
        ]
        if query.isascii() and query.isdigit() and len(query) < 19:
            matches.append(AccountRow.id == int(query))
        asked = asked.where(or_(*matches))
    if before is not None:
        asked = asked.where(AccountRow.id < before)
    return (await db.scalars(asked.order_by(AccountRow.id.desc()).limit(limit))).all()


async def forget_pending(db: AsyncSession, *, made_before: datetime) -> int:
    """Delete accounts that nobody confirmed, so that their names are free again."""
    stale = delete(AccountRow).where(
        AccountRow.state == AccountState.UNCONFIRMED.value, AccountRow.created_at < made_before
    )
    return len((await db.scalars(stale.returning(AccountRow.id))).all())


# ── registrations and links ────────────────────────────────────────────────────────────────────────────────────────


async def registration(db: AsyncSession, token_hash: bytes) -> RegistrationRow | None:
    """Find a registration by its link and hold it."""
    asked = select(RegistrationRow).where(RegistrationRow.token_hash == token_hash).with_for_update()
    return (await db.scalars(asked)).one_or_none()


async def latest_registration(db: AsyncSession, user_id: int) -> RegistrationRow | None:
    """Find what was last asked for under an address."""
    asked = select(RegistrationRow).where(RegistrationRow.user_id == user_id, RegistrationRow.used_at.is_(None))
    return (await db.scalars(asked.order_by(RegistrationRow.made_at.desc()).limit(1))).one_or_none()


async def forget_registrations(db: AsyncSession, user_id: int, *, but: bytes | None = None) -> None:
    """Delete an account's registrations, but for one."""
    gone = delete(RegistrationRow).where(RegistrationRow.user_id == user_id)
    await db.execute(gone if but is None else gone.where(RegistrationRow.token_hash != but))


async def take_ticket(db: AsyncSession, token_hash: bytes, kind: TicketKind, *, now: datetime) -> TicketRow | None:
    """Use up a link: of two that come at once, one gets it."""
    taken = await db.scalars(
        delete(TicketRow)
        .where(
            TicketRow.token_hash == token_hash,
            TicketRow.kind == kind.value,
            TicketRow.expires_at > now,
            TicketRow.user_id.is_not(None),
        )
        .returning(TicketRow)
    )
    return taken.one_or_none()


async def forget_tickets(db: AsyncSession, user_id: int) -> None:
    """Delete all links of an account."""
    await db.execute(delete(TicketRow).where(TicketRow.user_id == user_id))


async def forget_expired(db: AsyncSession, *, now: datetime) -> None:
    """Delete links that no longer open anything."""
    await db.execute(delete(RegistrationRow).where(RegistrationRow.expires_at < now))
    await db.execute(delete(TicketRow).where(TicketRow.expires_at < now))


# ── sessions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _lives(now: datetime) -> Any:  # Any: an SQL condition
    return and_(SessionRow.ended_at.is_(None), SessionRow.expires_at > now)


async def living_session(db: AsyncConnection, session_id: SessionId, *, now: datetime) -> LivingSession | None:
    """Find a session that lives and whose account may be used."""
    asked = (
        select(SessionRow.id, AccountRow.id, AccountRow.role, AccountRow.locale)
        .join(AccountRow, AccountRow.id == SessionRow.user_id)
        .where(
            SessionRow.id == session_id,
            _lives(now),
            AccountRow.state == AccountState.ACTIVE.value,
            AccountRow.suspended_at.is_(None),
        )
    )
    found = (await db.execute(asked)).one_or_none()
    if found is None:
        return None
    session, user_id, role, locale = found
    return LivingSession(session_id=SessionId(session), user_id=UserId(user_id), role=role, locale=locale)


async def living_among(db: Db, ids: Sequence[SessionId], *, now: datetime) -> frozenset[SessionId]:
    """Tell which sessions live and belong to accounts that may be used."""
    asked = (
        select(SessionRow.id)
        .join(AccountRow, AccountRow.id == SessionRow.user_id)
        .where(
            SessionRow.id.in_(ids),
            _lives(now),
            AccountRow.state == AccountState.ACTIVE.value,
            AccountRow.suspended_at.is_(None),
        )
    )
    return frozenset(SessionId(row[0]) for row in await db.execute(asked))


async def living_sessions(db: AsyncSession, user_id: UserId, *, now: datetime) -> Sequence[SessionRow]:
    """List where a person is signed in, the latest used first."""
    asked = select(SessionRow).where(SessionRow.user_id == user_id, _lives(now))
    return (await db.scalars(asked.order_by(SessionRow.last_seen_at.desc(), SessionRow.id.desc()))).all()


async def all_sessions(db: AsyncSession, user_id: UserId) -> Sequence[SessionRow]:
    """List all sessions that are kept of a person, ended ones included, oldest first."""
    return (await db.scalars(select(SessionRow).where(SessionRow.user_id == user_id).order_by(SessionRow.id))).all()


async def owner_of_refresh(db: AsyncSession, token_hash: bytes) -> UserId | None:
    """Find whose a refresh token is."""
    asked = select(SessionRow.user_id).join(RefreshRow, RefreshRow.session_id == SessionRow.id)
    found = await db.scalar(asked.where(RefreshRow.token_hash == token_hash))
    return None if found is None else UserId(found)


async def session_of_refresh(db: AsyncSession, token_hash: bytes) -> SessionRow | None:
    """Find the family of a refresh token."""
    asked = select(SessionRow).join(RefreshRow, RefreshRow.session_id == SessionRow.id)
    return (await db.scalars(asked.where(RefreshRow.token_hash == token_hash))).one_or_none()


async def refresh(db: AsyncSession, token_hash: bytes) -> RefreshRow | None:
    """Find a refresh token as it is now."""
    asked = select(RefreshRow).where(RefreshRow.token_hash == token_hash)
    return (await db.scalars(asked.execution_options(populate_existing=True))).one_or_none()


async def devices_known(db: AsyncSession, user_id: UserId) -> frozenset[str]:
    """Name the devices a person has signed in from, as long as their sessions are kept."""
    return frozenset(await db.scalars(select(SessionRow.device).where(SessionRow.user_id == user_id).distinct()))


async def end_sessions(
    db: AsyncSession,
    user_id: UserId,
    *,
    ending: Ending,
    now: datetime,
    only: Sequence[SessionId] | None = None,
    but: SessionId | None = None,
) -> Sequence[SessionId]:
    """End a person's living sessions: all, only some, or all but one; return their ids."""
    ended = update(SessionRow).where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None))
    if only is not None:
        ended = ended.where(SessionRow.id.in_(only))
    if but is not None:
        ended = ended.where(SessionRow.id != but)
    found = await db.scalars(
        ended.values(ended_at=now, ending=ending.value)
        .returning(SessionRow.id)
        .execution_options(synchronize_session="fetch")
    )
    return [SessionId(one) for one in found]


async def forget_sessions(db: AsyncSession, user_id: UserId) -> None:
    """Delete all that is kept of a person's sessions."""
    await db.execute(delete(SessionRow).where(SessionRow.user_id == user_id))


async def forget_old_sessions(db: AsyncSession, *, ended_before: datetime, used_before: datetime) -> None:
    """Delete sessions that ended long ago, and tokens that were used longer ago than a session can idle."""
    await db.execute(
        delete(SessionRow).where(or_(SessionRow.ended_at < ended_before, SessionRow.expires_at < ended_before))
    )
    await db.execute(delete(RefreshRow).where(RefreshRow.used_at < used_before))


# ── leaving ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def forget_answers(db: AsyncSession, user_id: UserId) -> None:
    """Delete the answers kept under a person's idempotency keys: they may quote their profile."""
    await db.execute(
        text("DELETE FROM kit_idempotency WHERE actor_kind = 'user' AND actor_id = :user_id"), {"user_id": user_id}
    )


async def has_operator(db: AsyncSession) -> bool:
    """Tell whether anybody runs the house."""
    asked = select(AccountRow.id).where(
        AccountRow.role == "operator", AccountRow.state == AccountState.ACTIVE.value, AccountRow.suspended_at.is_(None)
    )
    return await db.scalar(asked.limit(1)) is not None
