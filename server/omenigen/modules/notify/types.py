"""The vocabulary of notices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from omenigen.kit.ids import NoticeId, UserId

Params = dict[str, JsonValue]
"""What a kind's templates name; its shape belongs to the kind."""


class NoticeKind(StrEnum):
    """What a notice tells of."""

    ACHIEVEMENT_UNLOCKED = "achievement_unlocked"
    LEVEL_REACHED = "level_reached"
    NEW_DEVICE = "new_device"
    SESSION_STOLEN = "session_stolen"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (the name of a kind)
    EMAIL_CHANGED = "email_changed"
    KEY_ISSUED = "key_issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockLine:
    """One unlocked tier inside a notice (`n` counts repeats); names are kept, so a retired rule still reads well."""

    code: str
    tier: int
    n: int = 0
    points: int
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice as its reader gets it: the same shape in the stream, in a snapshot and in a list."""

    id: NoticeId
    kind: NoticeKind
    params: Params
    title: Mapping[str, str]
    text: Mapping[str, str]
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadCount:
    """How many notices wait to be read."""

    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """A slice of the list, newest first; `next` is the id to continue before."""

    items: Sequence[Notice]
    unread: int
    next: NoticeId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """What there is to tell, before it is kept. `key` says it once: the same key never makes a second notice."""

    user_id: UserId
    kind: NoticeKind
    key: str
    params: Params
