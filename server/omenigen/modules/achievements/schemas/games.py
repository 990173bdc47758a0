"""The HTTP language of the operator's list of games."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from omenigen.kit.auth import Trust
from omenigen.kit.pages import cursor
from omenigen.modules.achievements.service.vouching import GameLine


class GameOwner(BaseModel):
    """Who connected a game."""

    id: int
    username: str
    display_name: str
    avatar_url: str | None


class GameOut(BaseModel):
    """A game as the operator sees it."""

    id: int
    name: str
    title: str
    owner: Annotated[GameOwner | None, Field(description="None: made at the command line, or the owner has left")]
    trust: Trust
    vouched: Annotated[bool, Field(description="Its points are not capped, and rules rest on its word")]
    vouched_at: datetime | None
    created_at: datetime
    live_keys: int
    players: int
    events_last_day: int

    @classmethod
    def of(cls, line: GameLine) -> Self:
        """Show a game."""
        owner = line.owner
        return cls(
            id=line.row.id,
            name=line.row.name,
            title=line.row.title,
            owner=None
            if owner is None
            else GameOwner(
                id=owner.id, username=owner.username, display_name=owner.display_name, avatar_url=owner.avatar_url
            ),
            trust=Trust(line.row.trust),
            vouched=line.row.vouched_at is not None,
            vouched_at=line.row.vouched_at,
            created_at=line.row.made_at,
            live_keys=line.live_keys,
            players=line.players,
            events_last_day=line.events_last_day,
        )


class GamesOut(BaseModel):
    """A page of games."""

    items: list[GameOut]
    next: str | None

    @classmethod
    def of(cls, lines: list[GameLine], after: int | None) -> Self:
        """Show a page; `after` is the last game of it where more follow."""
        return cls(items=[GameOut.of(line) for line in lines], next=None if after is None else cursor(after))
