"""What other modules may ask of accounts."""

from omenigen.modules.accounts.errors import (
    EmailAlreadyExists,
    EmailInvalid,
    UsernameAlreadyTaken,
    UsernameInvalid,
    UserNotFound,
)
from omenigen.modules.accounts.schemas import Me
from omenigen.modules.accounts.service.living import LiveSessions
from omenigen.modules.accounts.service.operators import OperatorMade, Operators
from omenigen.modules.accounts.service.players import Players
from omenigen.modules.accounts.service.profiles import Profiles
from omenigen.modules.accounts.types import AccountState, Card, Exporter, PlayerRecord, Profile

__all__ = [
    "AccountState",
    "Card",
    "EmailAlreadyExists",
    "EmailInvalid",
    "Exporter",
    "LiveSessions",
    "Me",
    "OperatorMade",
    "Operators",
    "PlayerRecord",
    "Players",
    "Profile",
    "Profiles",
    "UserNotFound",
    "UsernameAlreadyTaken",
    "UsernameInvalid",
]
