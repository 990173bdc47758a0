"""Refusals: the expected ways in which the product says no.

    Refusal
    ├── Invalid          the request itself cannot be right
    ├── Unauthenticated  we do not know who is asking
    ├── Forbidden        we know, and the answer is no
    ├── NotFound         there is no such thing for this caller
    ├── Conflict         it cannot be so now: it clashes with what is
    ├── TooMany          too fast or too much; `retry_after` says when again
    └── Unavailable      a part is away; nothing was half-written; try again

A module declares its own refusals as subclasses with a `code` that never changes. Words live in the texts
(`content/texts/<locale>/`), statuses in the transport: neither belongs here.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """Refuse with a stable code and the values that its message names."""

    code: ClassVar[str] = "kit.refused"
    commits: ClassVar[bool] = False
    """Whether what was written before refusing must stay (a stolen token's family stays revoked)."""

    def __init__(self, *, retry_after: int | None = None, **params: Any) -> None:  # Any: values of any JSON type
        super().__init__(self.code, params)
        self.params = params
        self.retry_after = retry_after

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({values})"


class Invalid(Refusal):
    """The request itself cannot be right."""

    code = "kit.invalid"


class Unauthenticated(Refusal):
    """We do not know who is asking."""

    code = "kit.unauthenticated"


class Forbidden(Refusal):
    """We know who is asking, and the answer is no."""

    code = "kit.forbidden"


class NotFound(Refusal):
    """There is no such thing for this caller."""

    code = "kit.not_found"


class Conflict(Refusal):
    """It clashes with what already is."""

    code = "kit.conflict"


class TooMany(Refusal):
    """Too fast or too much."""

    code = "kit.too_many"


class Unavailable(Refusal):
    """A part that is needed is away; nothing was half-written."""

    code = "kit.unavailable"


class FieldInvalid(Invalid):
    """One field of the request cannot be right."""

    code = "kit.validation"


class BodyTooLarge(Invalid):
    """The body is larger than this door accepts."""

    code = "kit.body_too_large"


class BadCursor(Invalid):
    """The page cursor was not made by us."""

    code = "kit.bad_cursor"


class KeyReused(Conflict):
    """The same idempotency key came with other content."""

    code = "kit.idempotency"


class CsrfFailed(Forbidden):
    """A browser's request did not prove that our own page sent it."""

    code = "kit.csrf"


class OriginRefused(Forbidden):
    """The request comes from a page that is not ours."""

    code = "kit.origin"


def every_refusal() -> list[type[Refusal]]:
    """List all refusal classes that are loaded, kinds included."""

    def below(kind: type[Refusal]) -> list[type[Refusal]]:
        return [kind, *(found for child in kind.__subclasses__() for found in below(child))]

    return below(Refusal)
