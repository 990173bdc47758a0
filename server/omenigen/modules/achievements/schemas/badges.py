"""The HTTP language of signed credentials."""

from typing import Any

from pydantic import BaseModel, Field


class CredentialOut(BaseModel):
    """An Open Badges 3.0 credential: to read, and signed as a JWT whose header holds the public key."""

    credential: dict[str, Any]
    jwt: str = Field(description="Compact JWS, EdDSA; the same key stands in /.well-known/jwks.json")


class KeysDocument(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]]
