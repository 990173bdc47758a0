"""The bounds of uploads."""

import re
from datetime import timedelta

from omenigen.modules.media.errors import PictureEmpty, PictureTooBig

AVATAR_BYTES = 5 * 1024 * 1024
"""An avatar's upload: what a phone's camera makes, and no more."""

PIXELS_MAX = 40_000_000
"""Pixels before scaling down: 160 MB in memory, which a child process with a limit of its own can bear."""

LARGE_SIDE = 512
SMALL_SIDE = 128

SECONDS_MAX = 10.0
"""Time to draw one picture; an honest one takes half a second."""

UPLOADS_RATE = 1 / 60
UPLOADS_BURST = 10
"""Uploads of one person: ten at once while choosing, then one a minute."""

RELEASED_KEPT = timedelta(hours=24)
"""A replaced picture stays a day for pages that still show it."""

_KEY = re.compile(r"[A-Za-z0-9_-]{22}")


def ensure_avatar_size(size: int) -> None:
    """Refuse an empty or oversized upload. Raises `PictureEmpty`, `PictureTooBig`."""
    if size == 0:
        raise PictureEmpty
    if size > AVATAR_BYTES:
        raise PictureTooBig(limit=AVATAR_BYTES)


def is_key(text: str) -> bool:
    """Tell whether `text` could name a file: 128 random bits, and nothing that a path could be made of."""
    return _KEY.fullmatch(text) is not None
