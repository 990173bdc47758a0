"""What the judge knows of one player when a rule is decided: values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from omenigen.kit.auth import Trust
from omenigen.modules.achievements.rules.streaks import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One day (and perhaps one session) in which a rule about days, weeks, months or sessions may hold."""

    day: date
    session: str | None = None

    @property
    def key(self) -> str:
        """Name of the context in the evidence of an unlock."""
        return f"{self.day.isoformat()}" + (f"/{self.session}" if self.session else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event as sequences need it."""

    id: int
    at: datetime
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """An unlock that is already written: `context` names the day or session that a repeat was earned in."""

    tier: int
    n: int
    at: datetime
    context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerFacts:
    """Counters by (metric, window key), distinct members, runs by (metric, law), events by type, unlocks by rule.

    `valueless` are the metrics for which "nothing yet" is no value rather than 0 (largest, smallest, last).
    `today` is the player's day. `contexts` are the days and sessions worth looking at, oldest first; the last is now.
    """

    today: date
    contexts: tuple[Context, ...]
    values: Mapping[tuple[str, str], float] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    runs: Mapping[tuple[str, str], Run] = field(default_factory=dict)
    happened: Mapping[str, tuple[Happened, ...]] = field(default_factory=dict)
    earned: Mapping[str, tuple[Earned, ...]] = field(default_factory=dict)
    valueless: frozenset[str] = frozenset()

    def tiers_of(self, code: str) -> frozenset[int]:
        """The tiers of a rule that this player has."""
        return frozenset(one.tier for one in self.earned.get(code, ()))
