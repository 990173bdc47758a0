"""The operator's doors to games: who sends, and for whom the house stands up."""

from typing import Annotated

from dishka import FromDishka
from fastapi import Path, Query

from omenigen.kit.auth import Caller, PeopleOnly, RoleTooLow
from omenigen.kit.errors import BadCursor, Unauthenticated
from omenigen.kit.http import api_router, refusals
from omenigen.kit.ids import MAX_ID
from omenigen.kit.pages import id_of
from omenigen.modules.achievements.errors import SourceNotFound
from omenigen.modules.achievements.schemas.games import GameOut, GamesOut
from omenigen.modules.achievements.service.vouching import Vouching

router = api_router(prefix="/api/v1/operator/games", tags=["operator"])

SourceIdPath = Annotated[int, Path(ge=1, le=MAX_ID)]
_OPERATOR = (Unauthenticated, PeopleOnly, RoleTooLow)


@router.get("", summary="All games, newest first", responses=refusals(*_OPERATOR, BadCursor))
async def list_games(
    caller: FromDishka[Caller],
    vouching: FromDishka[Vouching],
    after: Annotated[str | None, Query(max_length=64, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> GamesOut:
    return GamesOut.of(*await vouching.page(caller=caller, after=None if after is None else id_of(after), limit=limit))


@router.put(
    "/{source_id}/voucher",
    summary="Vouch for a game: its points are no longer capped, and rules rest on its word",
    responses=refusals(*_OPERATOR, SourceNotFound),
)
async def put_voucher(source_id: SourceIdPath, caller: FromDishka[Caller], vouching: FromDishka[Vouching]) -> GameOut:
    return GameOut.of(await vouching.change(caller=caller, source_id=source_id, vouched=True))


@router.delete(
    "/{source_id}/voucher",
    summary="Take a voucher back; what was earned stays",
    responses=refusals(*_OPERATOR, SourceNotFound),
)
async def delete_voucher(
    source_id: SourceIdPath, caller: FromDishka[Caller], vouching: FromDishka[Vouching]
) -> GameOut:
    return GameOut.of(await vouching.change(caller=caller, source_id=source_id, vouched=False))
