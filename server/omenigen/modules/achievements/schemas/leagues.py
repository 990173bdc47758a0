"""The HTTP language of leagues."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from omenigen.modules.achievements.schemas.boards import BoardLine, BoardPlayer
from omenigen.modules.achievements.service.leagues import League


class LeagueOut(BaseModel):
    """The caller's league of this week."""

    week: Annotated[str, Field(examples=["week:2026-W47"])]
    first_day: date
    last_day: date
    ends_at: Annotated[datetime, Field(description="By then Sunday is over everywhere, and new leagues are formed")]
    size: Annotated[
        int | None, Field(description="Members, 50 at most; null: not in a league this week (or not shown on boards)")
    ]
    rows: Annotated[list[BoardLine], Field(description="Members who have points this week, the foremost first")]
    points: Annotated[int, Field(description="The caller's points this week; above 0 means a league next week")]
    updated_at: datetime

    @classmethod
    def of(cls, league: League) -> Self:
        """Show a league."""
        assert league.week.first is not None and league.week.last is not None
        return cls(
            week=league.week.name,
            first_day=league.week.first,
            last_day=league.week.last,
            ends_at=league.ends_at,
            size=league.size,
            rows=[
                BoardLine(
                    rank=line.rank,
                    user=BoardPlayer(
                        id=line.card.id,
                        username=line.card.username,
                        display_name=line.card.display_name,
                        avatar_url=line.card.avatar_url,
                    ),
                    value=line.value,
                    me=line.me,
                )
                for line in league.lines
            ],
            points=league.points,
            updated_at=league.at,
        )
