"""The HTTP language of rules: explanations, progress, dry runs, and the rules themselves."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from omenigen.modules.achievements.types import Family, Hidden, RuleState, Shape

SOURCE_MAX = 20_000


class NotCountedOut(BaseModel):
    """An event that did not count, and why."""

    event_id: int
    reason: Literal["late", "trust", "before_from", "after_to", "corrected"]
    at: datetime


class WhyNodeOut(BaseModel):
    """One condition: what it says, whether it holds, how far it is, and what counted."""

    kind: Literal[
        "metric", "set", "sequence", "streak", "all", "any", "at_least", "not", "requires", "achievement", "hidden"
    ]
    text: Annotated[str, Field(description="The condition in the reader's language")]
    met: bool
    state: Annotated[Literal["yes", "waiting", "no"], Field(description="`waiting`: it holds once its window is over")]
    value: float | None
    target: float | None
    missing: Annotated[float | None, Field(description="What is left to the target")]
    share: Annotated[float, Field(ge=0, le=1)]
    window: Annotated[str | None, Field(description="Where it is counted, e.g. `all`, `day:2026-11-21`")]
    window_ends: Annotated[datetime | None, Field(description="Until when it still counts")]
    events: Annotated[list[int], Field(description="Ids of the newest events that counted, ten at most")]
    refused: Annotated[list[NotCountedOut], Field(description="Newest events that did not count, ten at most")]
    more: Annotated[
        dict[str, JsonValue], Field(description="What only this kind has: best, frozen days, missing values")
    ]
    children: "list[WhyNodeOut]"


class ExplainOut(BaseModel):
    """Why an achievement is there or not yet, for one player."""

    code: str
    name: str
    tier: Annotated[int, Field(description="The tier that is explained: the next one, or the last when all are there")]
    n: Annotated[int, Field(description="Which time it is, for achievements that repeat (from 0)")]
    done: bool
    resting: Annotated[bool, Field(description="It repeats, but its cooldown is not over")]
    disputed: Annotated[str | None, Field(description="Why an unlock of it is in doubt")]
    expected_on: Annotated[date | None, Field(description="For streaks: the day it is due if none is missed")]
    tree: WhyNodeOut


class TierOut(BaseModel):
    """One step of an achievement."""

    tier: int
    at: float
    points: int
    earned_at: datetime | None
    state: Literal["granted", "disputed"] | None


class StandingOut(BaseModel):
    """One badge of a player's wall; a closed one keeps its name or its conditions to itself."""

    code: str
    name: Annotated[str, Field(description="Empty while it is kept secret")]
    description: str
    points: int
    family: Family
    shape: Shape
    icon: Annotated[str, Field(description="Name of a Tabler icon")]
    hidden: bool
    tiers: list[TierOut]
    state: Literal["earned", "progress", "closed"]
    tier: Annotated[int, Field(description="The highest tier earned, 0: none")]
    times: Annotated[int, Field(description="How often a repeating one was earned")]
    value: float
    target: float
    share: Annotated[float, Field(ge=0, le=1)]
    earned_at: datetime | None
    disputed: bool
    rarity: Annotated[float | None, Field(description="Share of active players who have it, counted daily")]


class ProgressOut(BaseModel):
    """A player's wall of badges."""

    items: list[StandingOut]
    next: None = None


class RuleText(BaseModel):
    """A rule: as JSON, or as the YAML text of one pack entry (then refusals name its lines)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rule": {
                        "code": "five_secrets",
                        "name": {"ru": "Пять секретов", "en": "Five secrets"},
                        "description": {"ru": "Найти пять секретов.", "en": "Find five secrets."},
                        "points": 20,
                        "when": {"metric": "find_secret.count", "op": ">=", "value": 5},
                    }
                }
            ]
        }
    )

    rule: dict[str, JsonValue] | None = None
    source: Annotated[str | None, Field(max_length=SOURCE_MAX)] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.rule is None) == (self.source is None):
            raise ValueError("give either `rule` or `source`")
        return self


class RuleChange(BaseModel):
    """A rule's new state, its new text, or both."""

    state: RuleState | None = None
    rule: dict[str, JsonValue] | None = None
    source: Annotated[str | None, Field(max_length=SOURCE_MAX)] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.state is None and self.rule is None and self.source is None:
            raise ValueError("give `state`, `rule` or `source`")
        if self.rule is not None and self.source is not None:
            raise ValueError("give either `rule` or `source`")
        return self


class RuleOut(BaseModel):
    """A rule as its author sees it."""

    code: str
    name: dict[str, str]
    description: dict[str, str]
    version: int
    state: RuleState
    points: int
    family: Family
    shape: Shape
    icon: str
    hidden: Hidden
    from_pack: Annotated[bool, Field(description="Its text is changed in the pack, not over HTTP")]
    source_id: int | None
    metrics: list[str]
    body: dict[str, Any]
    made_at: datetime
    changed_at: datetime


class RulesOut(BaseModel):
    """Rules in the order of their packs."""

    items: list[RuleOut]
    next: None = None


class ExampleOut(BaseModel):
    """A player who would earn it."""

    user_id: int
    tier: int
    points: int


class TriedOut(BaseModel):
    """What a rule would do now."""

    players: Annotated[int, Field(description="How many would earn something")]
    unlocks: int
    points: Annotated[int, Field(description="Points that would be minted")]
    rewards: dict[str, int]
    tiers: dict[str, int]
    examples: Annotated[list[ExampleOut], Field(max_length=20)]
    looked_at: int
    seconds: float


class DryRunOut(BaseModel):
    """A dry run: done with its result, or running on a worker under `id`."""

    id: int | None
    state: Literal["done", "running"]
    result: TriedOut | None


class BackfillOut(BaseModel):
    """How far a backfill is."""

    id: int
    code: str
    version: int
    state: Literal["running", "done"]
    judged: int
    players: int
    unlocked: int
    points: int
    started_at: datetime
    finished_at: datetime | None
