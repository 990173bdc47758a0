"""The vocabulary of media."""

from dataclasses import dataclass
from enum import StrEnum


class FileKind(StrEnum):
    """What a file is for."""

    AVATAR = "avatar"


class Size(StrEnum):
    """Which of a picture's sizes is wanted."""

    LARGE = "large"
    SMALL = "small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrawn:
    """A picture as we drew it anew: WebP, square, in two sizes, nothing left of what came beside the pixels."""

    large: bytes
    small: bytes
