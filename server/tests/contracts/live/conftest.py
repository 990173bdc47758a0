"""The people and games whose screens the trios show."""

from tests.modules.accounts.conftest import door, mailbox, quick_hashes, starosta
from tests.modules.achievements.conftest import arena, game

__all__ = ["arena", "door", "game", "mailbox", "quick_hashes", "starosta"]
