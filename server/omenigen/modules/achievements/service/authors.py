"""Who may write rules: the operator, and a game whose key says so, for itself."""

from omenigen.kit.auth import Caller, Game, Role, require_role
from omenigen.modules.achievements.errors import AchievementNotFound, ScopeMissing
from omenigen.modules.achievements.models import RuleRow

RULES_WRITE = "rules:write"


def ensure_author(caller: Caller, rule: RuleRow | None = None) -> None:
    """Let the operator touch every rule, a game only its own; without a rule: whether they may write any.

    Raises `Unauthenticated`, `RoleTooLow`, `ScopeMissing`; `AchievementNotFound` for a rule that is another's.
    """
    if not isinstance(caller, Game):
        require_role(caller, Role.OPERATOR)
        return
    if RULES_WRITE not in caller.scopes:
        raise ScopeMissing(scope=RULES_WRITE)
    if rule is not None and rule.source_id != caller.source_id:
        raise AchievementNotFound(achievement=rule.code)


def source_of(caller: Caller) -> int | None:
    """The game that a new rule of this caller belongs to, None: the platform."""
    return int(caller.source_id) if isinstance(caller, Game) else None
