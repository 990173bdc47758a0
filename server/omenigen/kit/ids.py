"""Names of things: typed bigint ids, version 7 UUIDs, and secrets with their hashes."""

import hashlib
import secrets
import time
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", int)
SessionId = NewType("SessionId", int)
SourceId = NewType("SourceId", int)
KeyId = NewType("KeyId", int)
EventId = NewType("EventId", int)
FactId = NewType("FactId", int)
MediaId = NewType("MediaId", int)
NoticeId = NewType("NoticeId", int)

MAX_ID = 2**63 - 1
"""The largest id that PostgreSQL's bigint can hold."""


def new_token(nbytes: int = 32) -> str:
    """Return a URL-safe secret with `nbytes` bytes of entropy (256 bits by default)."""
    return secrets.token_urlsafe(nbytes)


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a high-entropy secret: what may be stored in its place (32 bytes)."""
    return hashlib.sha256(token.encode()).digest()


def new_uuid() -> UUID:
    """Return a version 7 UUID (RFC 9562): sortable by the millisecond it was made in."""
    millis = time.time_ns() // 1_000_000
    value = (millis & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)
