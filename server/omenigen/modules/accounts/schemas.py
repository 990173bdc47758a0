"""The HTTP language of accounts."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, SecretStr, StringConstraints

from omenigen.kit.auth import Role
from omenigen.kit.pages import cursor
from omenigen.kit.texts import Locale
from omenigen.modules.accounts.types import (
    AccountLine,
    AccountPage,
    AccountState,
    Card,
    NewAccount,
    Profile,
    ProfileChanges,
    SessionCard,
    SignedInSession,
)


def _storable(text: str) -> str:
    """Refuse what no table can hold: NUL, and halves of a UTF-16 pair, which JSON can spell but UTF-8 cannot."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("not a text")
    return text


def _storable_secret(secret: SecretStr) -> SecretStr:
    _storable(secret.get_secret_value())
    return secret


Storable = AfterValidator(_storable)

# The rules say what is a good name or address, in words; these bounds only keep the absurd out.
Typed = Annotated[str, StringConstraints(max_length=254), Storable]
Password = Annotated[
    SecretStr,
    Field(max_length=1024, json_schema_extra={"format": "password"}),
    AfterValidator(_storable_secret),
]
Token = Annotated[str, StringConstraints(min_length=1, max_length=256), Storable]
Zone = Annotated[str, StringConstraints(max_length=64), Storable]


def _example(**values: JsonValue) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class RegisterIn(BaseModel):
    """Who wants to join."""

    model_config = _example(
        email="vera@example.com", username="vera", password="seven blue lagfrogs", locale="ru", time_zone="Asia/Omsk"
    )

    email: Typed
    username: Typed
    password: Password
    locale: Locale = Locale.EN
    time_zone: Zone | None = Field(default=None, description="IANA name; UTC when not given")

    def asked(self) -> NewAccount:
        """Translate for the verb."""
        return NewAccount(
            email=self.email,
            username=self.username,
            password=self.password.get_secret_value(),
            locale=self.locale,
            time_zone=self.time_zone or None,
        )


class MessageOut(BaseModel):
    """What happens next, in the caller's language."""

    model_config = _example(message="We have sent you a letter. Open it to go on.")

    message: str


class TokenIn(BaseModel):
    """The token of a link in a letter."""

    model_config = _example(token="wJ3p0Vx8K1r…")

    token: Token


class EmailIn(BaseModel):
    """An e-mail address."""

    model_config = _example(email="vera@example.com")

    email: Typed


class ConfirmedOut(BaseModel):
    """The account is ready to sign in by this name."""

    model_config = _example(username="vera")

    username: str


class LoginIn(BaseModel):
    """Who wants to come in; `device` names the device in the list of sessions."""

    model_config = _example(login="vera", password="seven blue lagfrogs", device="Vera's phone")

    login: Typed = Field(description="Name or e-mail address")
    password: Password
    device: Annotated[str, StringConstraints(max_length=200), Storable] | None = None


class RefreshIn(BaseModel):
    """The refresh token of a client that keeps it itself; browsers send their cookie instead."""

    model_config = _example(refresh_token="9oTqH0…")

    refresh_token: Token | None = None


class ResetIn(BaseModel):
    """A new password, by the token of its letter."""

    model_config = _example(token="wJ3p0Vx8K1r…", password="eight blue lagfrogs")

    token: Token
    password: Password


class Me(BaseModel):
    """The caller's own profile."""

    model_config = _example(
        id=7,
        username="vera",
        email="vera@example.com",
        email_confirmed=True,
        display_name="Вера",
        about="",
        time_zone="Asia/Omsk",
        locale="ru",
        role="player",
        avatar_url="/api/v1/media/q3ZkC0bT8mYxWl1e",
        created_at="2026-05-01T12:00:00Z",
    )

    id: int
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

    @classmethod
    def of(cls, me: Profile) -> Self:
        """Show a profile."""
        return cls(
            id=me.id,
            username=me.username,
            email=me.email,
            email_confirmed=me.email_confirmed,
            display_name=me.display_name,
            about=me.about,
            time_zone=me.time_zone,
            locale=me.locale,
            role=me.role,
            avatar_url=me.avatar_url,
            created_at=me.created_at,
        )


class SignedInOut(BaseModel):
    """An access token; browsers also get it, and the refresh token, as HttpOnly cookies."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 (the name of a scheme)
    expires_in: int = Field(description="Seconds", examples=[600])
    refresh_token: str | None = Field(description="Only for `X-Client: native`; null for browsers")
    user: Me

    @classmethod
    def of(cls, signed_in: SignedInSession, *, show_refresh: bool) -> Self:
        """Show what a sign-in gives."""
        return cls(
            access_token=signed_in.access_token,
            expires_in=signed_in.expires_in,
            refresh_token=signed_in.refresh_token if show_refresh else None,
            user=Me.of(signed_in.me),
        )


class MePatch(BaseModel):
    """What changes; what is left out stays."""

    model_config = _example(display_name="Вера", about="Ловлю светлячков", time_zone="Asia/Omsk", locale="ru")

    display_name: Annotated[str, StringConstraints(max_length=256), Storable] | None = None
    about: Annotated[str, StringConstraints(max_length=2000), Storable] | None = None
    time_zone: Zone | None = None
    locale: Locale | None = None

    def changes(self) -> ProfileChanges:
        """Translate for the verb."""
        return ProfileChanges(
            display_name=self.display_name, about=self.about, time_zone=self.time_zone, locale=self.locale
        )


class PasswordIn(BaseModel):
    """The password as it is and as it shall be."""

    model_config = _example(current_password="seven blue lagfrogs", new_password="eight blue lagfrogs")

    current_password: Password
    new_password: Password


class NewEmailIn(BaseModel):
    """Another address, proven by the password."""

    model_config = _example(email="vera@example.org", password="seven blue lagfrogs")

    email: Typed
    password: Password


class PasswordAgainIn(BaseModel):
    """The password, asked for again."""

    model_config = _example(password="seven blue lagfrogs")

    password: Password


class Session(BaseModel):
    """One place where the caller is signed in."""

    model_config = _example(
        id=31,
        device="Firefox · Linux",
        ip="203.0.113.7",
        place=None,
        created_at="2026-05-01T12:00:00Z",
        last_seen_at="2026-05-02T07:31:00Z",
        current=True,
    )

    id: int
    device: str
    ip: str
    place: str | None = Field(description="Not known to a self-hosted server: null")
    created_at: datetime
    last_seen_at: datetime
    current: bool

    @classmethod
    def of(cls, card: SessionCard) -> Self:
        """Show a session."""
        return cls(
            id=card.id,
            device=card.device,
            ip=card.ip,
            place=None,
            created_at=card.created_at,
            last_seen_at=card.last_seen_at,
            current=card.current,
        )


class SessionList(BaseModel):
    """Where the caller is signed in, the latest used first."""

    items: list[Session]


class CardOut(BaseModel):
    """What others see of a person."""

    model_config = _example(id=7, username="vera", display_name="Вера", avatar_url="/api/v1/media/q3ZkC0bT8mYxWl1e")

    id: int
    username: str
    display_name: str
    avatar_url: str | None

    @classmethod
    def of(cls, card: Card) -> Self:
        """Show a card."""
        return cls(id=card.id, username=card.username, display_name=card.display_name, avatar_url=card.avatar_url)


class AccountOut(BaseModel):
    """An account in the operator's list."""

    model_config = _example(
        id=7,
        username="vera",
        email="vera@example.com",
        role="player",
        state="active",
        suspended_at=None,
        suspended_reason=None,
        created_at="2026-05-01T12:00:00Z",
        last_seen_at="2026-05-02T07:31:00Z",
    )

    id: int
    username: str
    email: str | None
    role: Role
    state: Literal["unclaimed", "unconfirmed", "active", "suspended"]
    suspended_at: datetime | None
    suspended_reason: str | None
    created_at: datetime
    last_seen_at: datetime | None

    @classmethod
    def of(cls, line: AccountLine) -> Self:
        """Show an account."""
        return cls(
            id=line.id,
            username=line.username,
            email=line.email,
            role=line.role,
            state=_shown_state(line),
            suspended_at=line.suspended_at,
            suspended_reason=line.suspended_reason,
            created_at=line.created_at,
            last_seen_at=line.last_seen_at,
        )


class AccountsOut(BaseModel):
    """A page of accounts, newest first; `next` goes into `after` for the page after it."""

    items: list[AccountOut]
    next: str | None

    @classmethod
    def of(cls, page: AccountPage) -> Self:
        """Show a page."""
        return cls(
            items=[AccountOut.of(line) for line in page.items],
            next=None if page.next is None else cursor(page.next),
        )


class AccountChangesIn(BaseModel):
    """What the operator changes about an account."""

    model_config = _example(suspended=True, reason="Spam in the halls")

    role: Role | None = None
    suspended: bool | None = None
    reason: Annotated[str, StringConstraints(max_length=500), Storable] | None = Field(
        default=None, description="Told to the person when they try to sign in"
    )


def _shown_state(line: AccountLine) -> Literal["unclaimed", "unconfirmed", "active", "suspended"]:
    if line.suspended_at is not None:
        return "suspended"
    match line.state:
        case AccountState.UNCLAIMED:
            return "unclaimed"
        case AccountState.UNCONFIRMED:
            return "unconfirmed"
        case _:
            return "active"
