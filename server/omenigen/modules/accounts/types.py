"""The vocabulary of accounts: who somebody is, what they look like to others, where they are signed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import JsonValue

from omenigen.kit.auth import Role
from omenigen.kit.ids import SessionId, SourceId, UserId
from omenigen.kit.texts import Locale


class AccountState(StrEnum):
    """How far an account has come."""

    UNCLAIMED = "unclaimed"
    """Made by an external game; becomes a person's when its e-mail is confirmed."""
    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    DELETED = "deleted"


class LetterKind(StrEnum):
    """What we write to people about."""

    CONFIRM = "confirm"
    ALREADY = "already"
    NAME_TAKEN = "name_taken"
    RESET = "reset"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (the name of a letter)
    EMAIL_NEW = "email_new"
    EMAIL_OLD = "email_old"
    STOLEN = "stolen"
    GOODBYE = "goodbye"


class TicketKind(StrEnum):
    """What a single-use link allows."""

    RESET = "reset"
    EMAIL = "email"


class Ending(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    PASSWORD = "password"  # noqa: S105 (the name of a reason)
    STOLEN = "stolen"
    SUSPENDED = "suspended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Username:
    """A name as it is shown, as it is looked up, and as the eye sees it."""

    shown: str
    key: str
    skeleton: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request comes from."""

    ip: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What somebody fills in to join."""

    email: str
    username: str
    password: str
    locale: Locale
    time_zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanges:
    """What a person changes about themselves; None leaves a thing as it is."""

    display_name: str | None = None
    about: str | None = None
    time_zone: str | None = None
    locale: Locale | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person's own profile: the same shape in answers, patches (`user.<id>` key `me`) and snapshots."""

    id: UserId
    username: str
    email: str
    email_confirmed: bool
    display_name: str
    about: str
    time_zone: str
    locale: Locale
    role: Role
    avatar_url: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What others see of a person."""

    id: UserId
    username: str
    display_name: str
    avatar_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerRecord:
    """A player as the platform's public routes know them."""

    id: UserId
    username: str
    email: str | None
    created_at: datetime
    source_id: SourceId | None
    """The game that made the player; None for those who came by themselves."""
    state: AccountState
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInSession:
    """The fruits of signing in: a short-lived access token and the refresh token that renews it."""

    access_token: str
    expires_in: int
    refresh_token: str
    native: bool
    me: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCard:
    """One place where a person is signed in."""

    id: SessionId
    device: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account as the operator's list shows it."""

    id: UserId
    username: str
    email: str | None
    role: Role
    state: AccountState
    suspended_at: datetime | None
    suspended_reason: str | None
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """A slice of the operator's list, newest first; `next` is the id to continue after."""

    items: Sequence[AccountLine]
    next: UserId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A token bucket: `burst` at once, then `rate` per second."""

    bucket: str
    rate: float
    burst: int


class Exporter(Protocol):
    """Give a module's part of what we keep about a person; every module that keeps something provides one."""

    part: str

    async def export(self, *, user_id: UserId) -> JsonValue:
        """Return the module's part, ready for JSON."""
        ...


Export = Mapping[str, JsonValue]
"""Everything we keep about a person, by part."""


def avatar_url(key: str | None) -> str | None:
    """Return the address of an avatar's picture."""
    return None if key is None else f"/api/v1/media/{key}"
