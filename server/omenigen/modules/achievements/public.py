"""What other modules, gateways and the command line may ask of achievements."""

from omenigen.modules.achievements.events import LevelReached, Unlocked
from omenigen.modules.achievements.service.keyring import OPERATOR_SCOPES
from omenigen.modules.achievements.service.names import AchievementNames
from omenigen.modules.achievements.service.sources import IssuedKey, KeyLine, Sources

__all__ = ["OPERATOR_SCOPES", "AchievementNames", "IssuedKey", "KeyLine", "LevelReached", "Sources", "Unlocked"]
