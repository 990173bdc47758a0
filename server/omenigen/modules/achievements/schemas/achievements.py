"""The HTTP language of achievements as they are listed."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class TierOut(BaseModel):
    """One step of an achievement."""

    tier: int
    at: float
    points: int


class AchievementOut(BaseModel):
    """An achievement, as far as the caller may know it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 31,
                    "type": "achievement",
                    "name": "Newcomer",
                    "description": "Sign in for the first time",
                    "points": 5,
                    "condition_field": "login_count",
                    "condition_value": 1,
                    "created_at": "2026-11-21T12:00:00Z",
                    "code": "newcomer",
                    "tiers": [{"tier": 1, "at": 1, "points": 5}],
                    "family": "rhythm",
                    "shape": "bulb",
                    "icon": "sun",
                    "hidden": "no",
                    "rarity": 0.42,
                }
            ]
        }
    )

    id: int
    type: Annotated[str, Field(description="The event type that moves it, or `achievement` for several")]
    name: str
    description: str
    points: int
    condition_field: str | None
    condition_value: int | None
    created_at: datetime
    code: str
    tiers: list[TierOut]
    family: str
    shape: str
    icon: str
    hidden: str
    rarity: Annotated[float | None, Field(description="Share of active players who have it, counted daily")]
