"""How accounts say no."""

from omenigen.kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class WrongCredentials(Unauthenticated):
    """Nobody is known by this name with this password."""

    code = "accounts.wrong_credentials"


class NotConfirmed(Forbidden):
    """The password is right, but the e-mail address waits for its confirmation."""

    code = "accounts.not_confirmed"


class Suspended(Forbidden):
    """An operator has closed this account for now."""

    code = "accounts.suspended"


class SessionOver(Unauthenticated):
    """This session has ended: signed out, expired, or closed by a change of password."""

    code = "accounts.session_over"


class RefreshInvalid(Unauthenticated):
    """There is no such refresh token, or its session is over."""

    code = "accounts.refresh_invalid"


class RefreshReused(Unauthenticated):
    """A refresh token came a second time, so somebody has a copy: the whole session is closed."""

    code = "accounts.refresh_reused"
    commits = True


class LinkInvalid(Invalid):
    """The link was used, is too old, or was never ours."""

    code = "accounts.link_invalid"


class WrongPassword(Forbidden):
    """The current password, asked for again, is wrong."""

    code = "accounts.wrong_password"


class UsernameTaken(Conflict):
    """The name belongs to somebody, or looks like the name of somebody."""

    code = "accounts.username_taken"


class UsernameInvalid(Invalid):
    """The name is too short, too long, or has characters that names do not have."""

    code = "accounts.username_invalid"


class EmailInvalid(Invalid):
    """This is not an e-mail address."""

    code = "accounts.email_invalid"


class PasswordWeak(Invalid):
    """The password is one of the first that anybody would try."""

    code = "accounts.password_weak"


class TextInvalid(Invalid):
    """A text of the profile has characters that cannot be shown honestly."""

    code = "accounts.text_invalid"


class TimeZoneUnknown(Invalid):
    """There is no such IANA time zone."""

    code = "accounts.time_zone_unknown"


class SessionNotFound(NotFound):
    """There is no such live session of the caller."""

    code = "accounts.session_not_found"


class NotYourself(Forbidden):
    """Operators do not change their own role or suspend themselves."""

    code = "accounts.not_yourself"


class AlreadyExists(Conflict):
    """There is an account by this name or address; promote it explicitly."""

    code = "accounts.already_exists"


class UserNotFound(NotFound):
    """There is no such player."""

    code = "user_service.user_not_found"


class EmailAlreadyExists(Conflict):
    """Another player has this e-mail address."""

    code = "user_service.email_already_exists"


class UsernameAlreadyTaken(Conflict):
    """Another player has this name, or one that looks like it."""

    code = "user_service.username_taken"
