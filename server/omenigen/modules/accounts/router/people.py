"""Other people: their cards for everybody, their accounts for the operator."""

from typing import Annotated

from dishka import FromDishka
from fastapi import Path, Query

from omenigen.kit.auth import Anonymous, Caller, PeopleOnly, Role, RoleTooLow, require_role
from omenigen.kit.errors import BadCursor, Unauthenticated
from omenigen.kit.http import api_router, refusals
from omenigen.kit.ids import MAX_ID, UserId
from omenigen.kit.pages import id_of
from omenigen.modules.accounts.errors import NotYourself, UserNotFound
from omenigen.modules.accounts.schemas import AccountChangesIn, AccountOut, AccountsOut, CardOut, Typed
from omenigen.modules.accounts.service.operators import Population
from omenigen.modules.accounts.service.players import Players

people = api_router(prefix="/api/v1/users", tags=["accounts"])
operator = api_router(prefix="/api/v1/operator/users", tags=["operator"])

UserIdPath = Annotated[int, Path(alias="id", ge=1, le=MAX_ID)]
_OPERATOR = (Unauthenticated, PeopleOnly, RoleTooLow)


@people.get("/{id}/card", summary="What others see of a player", responses=refusals(Unauthenticated, UserNotFound))
async def card(user_id: UserIdPath, caller: FromDishka[Caller], players: FromDishka[Players]) -> CardOut:
    if isinstance(caller, Anonymous):
        raise Unauthenticated
    return CardOut.of(await players.card(user_id=UserId(user_id)))


@operator.get("", summary="All accounts, newest first", responses=refusals(*_OPERATOR, BadCursor))
async def list_accounts(
    caller: FromDishka[Caller],
    population: FromDishka[Population],
    query: Annotated[Typed, Query(max_length=254, description="Part of a name or address, or an id")] = "",
    after: Annotated[str | None, Query(max_length=64, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AccountsOut:
    require_role(caller, Role.OPERATOR)
    page = await population.page(query=query, after=None if after is None else UserId(id_of(after)), limit=limit)
    return AccountsOut.of(page)


@operator.patch(
    "/{id}",
    summary="Give another role, suspend, or let in again",
    responses=refusals(*_OPERATOR, UserNotFound, NotYourself),
)
async def change_account(
    user_id: UserIdPath, body: AccountChangesIn, caller: FromDishka[Caller], population: FromDishka[Population]
) -> AccountOut:
    line = await population.change(
        caller=require_role(caller, Role.OPERATOR),
        user_id=UserId(user_id),
        role=body.role,
        suspended=body.suspended,
        reason=body.reason,
    )
    return AccountOut.of(line)
