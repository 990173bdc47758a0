"""The HTTP door of notices."""

from typing import Annotated

from dishka import FromDishka
from fastapi import Query

from omenigen.kit.auth import Caller, PeopleOnly, require_user
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.http import api_router, refusals
from omenigen.kit.ids import MAX_ID, NoticeId
from omenigen.modules.notify.schemas import NoticesOut, ReadUpTo, UnreadOut
from omenigen.modules.notify.service import Notices

router = api_router(prefix="/api/v1/notices", tags=["notify"])


@router.get("", summary="My notices, newest first", responses=refusals(Unauthenticated, PeopleOnly))
async def list_notices(
    caller: FromDishka[Caller],
    notices: FromDishka[Notices],
    before: Annotated[int | None, Query(ge=1, le=MAX_ID, description="Show those older than this notice")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> NoticesOut:
    user = require_user(caller)
    page = await notices.page(caller=user, before=None if before is None else NoticeId(before), limit=limit)
    return NoticesOut.of(page, user.locale)


@router.post("/read", summary="Mark notices as read", responses=refusals(Unauthenticated, PeopleOnly))
async def read_notices(body: ReadUpTo, caller: FromDishka[Caller], notices: FromDishka[Notices]) -> UnreadOut:
    return UnreadOut(unread=await notices.read(caller=require_user(caller), up_to=NoticeId(body.up_to)))
