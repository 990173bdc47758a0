"""The HTTP language of leaderboards."""

from datetime import datetime

from pydantic import BaseModel

from omenigen.modules.achievements.types import WindowKind


class BoardOut(BaseModel):
    """A leaderboard that may be asked for."""

    code: str
    name: str
    windows: list[WindowKind]


class BoardsOut(BaseModel):
    """All leaderboards."""

    items: list[BoardOut]
    next: str | None = None


class BoardPlayer(BaseModel):
    """A player on a board."""

    id: int
    username: str
    display_name: str
    avatar_url: str | None


class BoardLine(BaseModel):
    """One place of a board."""

    rank: int
    user: BoardPlayer
    value: int
    me: bool


class MyPlace(BaseModel):
    """Where the caller stands."""

    rank: int
    value: int


class BoardPage(BaseModel):
    """The top of a board, or the neighbourhood of the caller."""

    board: str
    window: str
    rows: list[BoardLine]
    me: MyPlace | None
    updated_at: datetime


class OffBoards(BaseModel):
    """Whether the caller is shown on leaderboards."""

    shown: bool
