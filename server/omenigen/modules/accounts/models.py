"""The tables of accounts."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from omenigen.kit.db import Base, Id, Moment

_OPTIONAL_MOMENT = DateTime(timezone=True)


class AccountRow(Base):
    """One account for ever: deleting it empties the row, so that its id is never somebody else's."""

    __tablename__ = "accounts_users"
    __table_args__ = (
        UniqueConstraint("username_key"),
        UniqueConstraint("skeleton"),
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email)", name="email_is_lower"),
        CheckConstraint("state <> 'active' OR (email IS NOT NULL AND username IS NOT NULL)", name="active_is_whole"),
        CheckConstraint("state = 'active' OR password_hash IS NULL", name="only_active_signs_in"),
        Index("ix_accounts_users_pending", "created_at", postgresql_where=text("state = 'unconfirmed'")),
    )

    id: Mapped[Id]
    state: Mapped[str] = mapped_column(Text)
    username: Mapped[str | None] = mapped_column(Text)
    username_key: Mapped[str | None] = mapped_column(Text)
    skeleton: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text, default="player")
    display_name: Mapped[str] = mapped_column(Text, default="")
    about: Mapped[str] = mapped_column(Text, default="")
    time_zone: Mapped[str] = mapped_column(Text, default="UTC")
    locale: Mapped[str] = mapped_column(Text)
    avatar_key: Mapped[str | None] = mapped_column(Text)
    source_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Moment]
    confirmed_at: Mapped[datetime | None] = mapped_column(_OPTIONAL_MOMENT)
    signed_in_at: Mapped[datetime | None] = mapped_column(_OPTIONAL_MOMENT)
    last_seen_at: Mapped[datetime | None] = mapped_column(_OPTIONAL_MOMENT)
    suspended_at: Mapped[datetime | None] = mapped_column(_OPTIONAL_MOMENT)
    suspended_by: Mapped[int | None] = mapped_column(BigInteger)
    suspended_reason: Mapped[str | None] = mapped_column(Text)
    deleted_at: Mapped[datetime | None] = mapped_column(_OPTIONAL_MOMENT)


class RegistrationRow(Base):
    """What somebody asked for, until the owner of the address agrees.

    The password waits here and not in the account: who confirms gets what came with *their* link, so a stranger who
    registered the address first gains nothing. A row without a user is a decoy, see `Registration.resend`.
    """

    __tablename__ = "accounts_registrations"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id", ondelete="CASCADE"))
    username: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(_OPTIONAL_MOMENT)


class TicketRow(Base):
    """A single-use link to set a password or to move to another address; without a user a decoy."""

    __tablename__ = "accounts_tickets"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("accounts_users.id", ondelete="CASCADE"))
    email: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class SessionRow(Base):
    """One place where a person is signed in: the family of its refresh tokens."""

    __tablename__ = "accounts_sessions"
    __table_args__ = (Index(None, "user_id", "ended_at"), Index(None, "expires_at"))

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id", ondelete="CASCADE"))
    device: Mapped[str] = mapped_column(Text)
    ip: Mapped[str] = mapped_column(Text)
    native: Mapped[bool]
    made_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(_OPTIONAL_MOMENT)
    ending: Mapped[str | None] = mapped_column(Text)


class RefreshRow(Base):
    """One refresh token of a family. `salt` with the token and our secret gives the successor (`rules.refreshing`)."""

    __tablename__ = "accounts_refreshes"
    __table_args__ = (Index(None, "session_id"), Index(None, "used_at"))

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("accounts_sessions.id", ondelete="CASCADE"))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(_OPTIONAL_MOMENT)
