"""The doors of leaderboards."""

from typing import Annotated, Literal

from dishka import FromDishka
from fastapi import Path, Query, Request

from omenigen.kit.auth import Caller, PeopleOnly
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.http import api_router, locale_of, refusals
from omenigen.modules.achievements.errors import BoardNotFound, ScopeMissing
from omenigen.modules.achievements.schemas.boards import (
    BoardLine,
    BoardOut,
    BoardPage,
    BoardPlayer,
    BoardsOut,
    MyPlace,
    OffBoards,
)
from omenigen.modules.achievements.schemas.leagues import LeagueOut
from omenigen.modules.achievements.service.boards import Boards, Page
from omenigen.modules.achievements.service.leagues import Leagues
from omenigen.modules.achievements.service.players import GamePlayers
from omenigen.modules.achievements.service.sight import Sight

router = api_router(prefix="/api/v1", tags=["boards"])


@router.get("/boards", summary="All leaderboards", responses=refusals(Unauthenticated, ScopeMissing))
async def list_boards(
    request: Request, caller: FromDishka[Caller], sight: FromDishka[Sight], boards: FromDishka[Boards]
) -> BoardsOut:
    await sight.ensure_somebody(caller)
    locale = locale_of(request)
    return BoardsOut(
        items=[
            BoardOut(code=board.code, name=board.name.say(locale), windows=list(windows))
            for board, windows in boards.all()
        ]
    )


@router.get(
    "/boards/{code}",
    summary="The top hundred of a leaderboard, or my neighbourhood",
    responses=refusals(Unauthenticated, ScopeMissing, BoardNotFound),
)
async def get_board(
    code: Annotated[str, Path(max_length=64)],
    caller: FromDishka[Caller],
    sight: FromDishka[Sight],
    boards: FromDishka[Boards],
    window: Annotated[
        str, Query(max_length=64, description="A kind (`week`), or one window (`week:2026-W47`)")
    ] = "all",
    around: Annotated[Literal["me"] | None, Query(description="Ten places either side of the caller")] = None,
) -> BoardPage:
    await sight.ensure_somebody(caller)
    return _page(await boards.page(caller=caller, code=code, window=window, around_me=around == "me"))


@router.get(
    "/me/league",
    summary="My league of this week: fifty who did about as much last week",
    responses=refusals(Unauthenticated, PeopleOnly),
)
async def get_league(caller: FromDishka[Caller], leagues: FromDishka[Leagues]) -> LeagueOut:
    return LeagueOut.of(await leagues.mine(caller=caller))


@router.get(
    "/me/boards",
    summary="Whether I am shown on leaderboards",
    responses=refusals(Unauthenticated, PeopleOnly),
)
async def get_off_boards(caller: FromDishka[Caller], players: FromDishka[GamePlayers]) -> OffBoards:
    return OffBoards(shown=not await players.is_off_boards(caller=caller))


@router.put(
    "/me/boards",
    summary="Show me on leaderboards, or do not",
    responses=refusals(Unauthenticated, PeopleOnly),
)
async def put_off_boards(body: OffBoards, caller: FromDishka[Caller], players: FromDishka[GamePlayers]) -> OffBoards:
    await players.set_off_boards(caller=caller, off=not body.shown)
    return body


def _page(page: Page) -> BoardPage:
    return BoardPage(
        board=page.board.code,
        window=page.window,
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
            for line in page.lines
        ],
        me=None if page.me is None else MyPlace(rank=page.me[0], value=page.me[1]),
        updated_at=page.at,
    )
