"""Achievements as signed credentials that anybody can check without asking us (Open Badges 3.0, JWT proof format)."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller, require_user
from omenigen.kit.ids import UserId
from omenigen.kit.settings import AuthSettings, HttpSettings
from omenigen.kit.texts import Locale
from omenigen.modules.accounts.public import Players
from omenigen.modules.achievements.catalog import Catalog
from omenigen.modules.achievements.errors import AchievementNotFound
from omenigen.modules.achievements.models import UnlockRow
from omenigen.modules.achievements.types import UnlockState

_CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]


class BadgeKey:
    """The key that signs credentials: Ed25519, derived from the house's secret, so that all nodes have the same."""

    def __init__(self, settings: AuthSettings) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"omenigen open badges").derive(
            settings.secret.get_secret_value().encode()
        )
        self._private = Ed25519PrivateKey.from_private_bytes(derived)
        public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._point = urlsafe_b64encode(public).rstrip(b"=").decode()
        thumbprint = f'{{"crv":"Ed25519","kty":"OKP","x":"{self._point}"}}'  # RFC 7638: members in this order
        self.id = urlsafe_b64encode(hashlib.sha256(thumbprint.encode()).digest()).rstrip(b"=").decode()

    @property
    def jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key (RFC 8037)."""
        return {"kty": "OKP", "crv": "Ed25519", "x": self._point, "kid": self.id, "alg": "EdDSA", "use": "sig"}

    def sign(self, claims: dict[str, Any]) -> str:
        """Sign claims; the public key rides along, so that the text can be checked by itself."""
        return jwt.encode(claims, self._private, algorithm="EdDSA", headers={"typ": "JWT", "jwk": self.jwk})


class Badges:
    """Make credentials of what players have earned."""

    def __init__(
        self, session: AsyncSession, players: Players, catalog: Catalog, key: BadgeKey, settings: HttpSettings
    ) -> None:
        self._session = session
        self._players = players
        self._catalog = catalog
        self._key = key
        self._address = settings.address

    async def credential(self, *, caller: Caller, unlock_id: int, locale: Locale) -> tuple[dict[str, Any], str]:
        """Return the caller's unlock as a credential and as a signed JWT.

        Raises `AchievementNotFound` for another's unlock, and for one that is in dispute.
        """
        user = require_user(caller)
        row = await self._session.get(UnlockRow, unlock_id)
        if row is None or row.user_id != user.user_id or row.state != UnlockState.GRANTED.value:
            raise AchievementNotFound(achievement=str(unlock_id))
        record = (await self._players.records([UserId(row.user_id)]))[UserId(row.user_id)]
        credential = self._credential(row, record.email or "", locale)
        claims = {
            **credential,
            "iss": self._address,
            "jti": credential["id"],
            "sub": f"{self._address}/players/{row.user_id}",
            "nbf": int(row.at.timestamp()),
        }
        return credential, self._key.sign(claims)

    def _credential(self, row: UnlockRow, email: str, locale: Locale) -> dict[str, Any]:
        rule = self._catalog.rule(row.rule_code)
        name = rule.name.say(locale) if rule else row.rule_code
        description = rule.description.say(locale) if rule else row.rule_code
        salt = secrets.token_hex(8)
        return {
            "@context": _CONTEXT,
            "id": f"{self._address}/api/v1/achievements/unlocks/{row.id}/credential",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": self._address, "type": ["Profile"], "name": "Ωmenigen", "url": self._address},
            "validFrom": row.at.isoformat(),
            "name": name,
            "credentialSubject": {
                "type": ["AchievementSubject"],
                # The address itself is not told: whoever knows it can check that it is theirs.
                "identifier": [
                    {
                        "type": "IdentityObject",
                        "identityType": "emailAddress",
                        "hashed": True,
                        "salt": salt,
                        "identityHash": "sha256$" + hashlib.sha256((email + salt).encode()).hexdigest(),
                    }
                ],
                "achievement": {
                    "id": f"{self._address}/api/v1/achievements/{row.rule_code}",
                    "type": ["Achievement"],
                    "name": name,
                    "description": description,
                    "criteria": {"narrative": description},
                },
                "result": [{"type": ["Result"], "value": f"tier {row.tier}"}],
            },
        }
