"""The HTTP language of players: who they are to a game, and what they have."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from omenigen.modules.achievements.schemas.events import EventLine


class PlayerIn(BaseModel):
    """A player that a game brings along; they may claim the account later by confirming the e-mail."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"username": "player1", "email": "player1@example.com"}]})

    username: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]


class PlayerOut(BaseModel):
    """A player; the e-mail is shown to themselves, the operator, and the game that created them."""

    id: int
    username: str
    email: str | None
    created_at: datetime


class UnlockOut(BaseModel):
    """An achievement that a player has."""

    id: int
    user_id: int
    achievement_id: int
    achievement_name: str
    points: int
    earned_at: datetime
    code: str
    tier: int
    state: str


class StatsOut(BaseModel):
    """A player's numbers; all zero before the first event."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user_id": 1,
                    "total_score": 5,
                    "achievements_count": 1,
                    "login_count": 1,
                    "levels_completed": 0,
                    "secrets_found": 0,
                    "last_activity": "2026-11-21T12:00:00Z",
                    "achievement_points": 5,
                    "by_type": {"login": 1},
                    "last_events": [],
                }
            ]
        }
    )

    user_id: int
    total_score: int
    achievements_count: int
    login_count: int
    levels_completed: int
    secrets_found: int
    last_activity: datetime | None
    achievement_points: int
    by_type: dict[str, int]
    last_events: list[EventLine]


class ScoreOut(BaseModel):
    """A player's score and level; experience is the sum of both kinds of points."""

    user_id: int
    total_score: int
    achievement_points: int
    experience: int
    level: int
    level_from: Annotated[int, Field(description="Experience at which this level began")]
    level_to: Annotated[int, Field(description="Experience at which the next one begins")]
    achievements_count: int
    last_activity: datetime | None


class SeriesDay(BaseModel):
    """One day of a player's statistics."""

    day: date
    by_type: dict[str, int]
    points: int


class SeriesOut(BaseModel):
    """The last days, oldest first, empty ones included."""

    days: list[SeriesDay]


class HeatDay(BaseModel):
    """How many events a day held."""

    day: date
    count: int


class HeatmapOut(BaseModel):
    """The days of a year that held any event."""

    days: list[HeatDay]


class LinkCodeOut(BaseModel):
    """What a player tells a game, so that it may see them."""

    code: str
    expires_at: datetime
