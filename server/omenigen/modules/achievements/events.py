"""What happens in the achievements platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from omenigen.kit.outbox import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked(Fact):
    """Somebody earned an achievement, or another tier of it; `n` counts repeats from 0.

    `reward` says what a pack promises beyond points; whoever can pay it does, under the key
    `ach:<rule>:<tier>:<user>[:<n>]`.
    """

    subject: ClassVar[str] = "achievements.unlocked"
    user_id: int
    unlock_id: int
    code: str
    tier: int
    n: int
    points: int
    source_id: int | None
    reward: tuple[Mapping[str, Any], ...] = ()  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelReached(Fact):
    """Somebody's experience reached another level."""

    subject: ClassVar[str] = "achievements.level_reached"
    user_id: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyIssued(Fact):
    """A game got a new API key; `user_id` is who owns the game, None: the operator's own."""

    subject: ClassVar[str] = "achievements.key_issued"
    user_id: int | None
    source_id: int
    source: str
    key_id: int
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchChanged(Fact):
    """The operator `by` stood up for a game, or took that back; `user_id` is its owner, None: the house's own."""

    subject: ClassVar[str] = "achievements.vouch_changed"
    user_id: int | None
    source_id: int
    vouched: bool
    by: int
