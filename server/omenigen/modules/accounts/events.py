"""What happens to accounts."""

from dataclasses import dataclass
from typing import ClassVar

from omenigen.kit.outbox import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(Fact):
    """Somebody asked for an account; it waits for its confirmation."""

    subject: ClassVar[str] = "accounts.registered"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Fact):
    """An account became usable; `claimed` when an external game had made the player before."""

    subject: ClassVar[str] = "accounts.confirmed"
    user_id: int
    claimed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Fact):
    """Somebody came in.

    A session that stays open over midnight counts as coming in again on the new day (`day_first`, in the player's
    own time zone), because people who never sign out would otherwise never come.
    """

    subject: ClassVar[str] = "accounts.signed_in"
    user_id: int
    session_id: int
    device: str
    day_first: bool
    new_device: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Fact):
    """A password was changed by its owner, or set anew by letter (`reset`)."""

    subject: ClassVar[str] = "accounts.password_changed"
    user_id: int
    reset: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanged(Fact):
    """An account moved to another e-mail address."""

    subject: ClassVar[str] = "accounts.email_changed"
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStolen(Fact):
    """A refresh token came twice, so the session was closed for everybody who holds it."""

    subject: ClassVar[str] = "accounts.session_stolen"
    user_id: int
    session_id: int
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanged(Fact):
    """An operator gave somebody another role."""

    subject: ClassVar[str] = "accounts.role_changed"
    user_id: int
    role: str
    by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionChanged(Fact):
    """An operator closed an account, or opened it again."""

    subject: ClassVar[str] = "accounts.suspension_changed"
    user_id: int
    suspended: bool
    by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted(Fact):
    """An account is gone: forget what belongs to the person."""

    subject: ClassVar[str] = "accounts.deleted"
    user_id: int
