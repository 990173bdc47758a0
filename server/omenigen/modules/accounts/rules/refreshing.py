"""Refresh tokens: each is used once, and its successor can be found again for a few seconds.

A token's successor is HMAC-SHA-256(our secret, token ‖ salt of its row). The database keeps only hashes and salts, so
a stolen copy of it opens nothing; and two tabs that present the same token at once, or a client whose answer was
lost, can be handed the *same* newest token instead of starting a second branch or being taken for a thief.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

LEEWAY = timedelta(seconds=10)
"""How long after its use a token may come again: two tabs, a lost answer, a retry."""


def successor(token: str, *, salt: bytes, secret: bytes) -> str:
    """Return the token that follows `token`: 43 URL-safe characters, 256 bits."""
    digest = hmac.digest(hashlib.sha256(b"refresh\0" + secret).digest(), token.encode() + b"\0" + salt, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_stolen(*, used_at: datetime, now: datetime) -> bool:
    """Tell whether a used token that comes again must be in two hands."""
    return now - used_at > LEEWAY
