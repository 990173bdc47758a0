"""The caller's own account."""

from typing import Annotated

from dishka import FromDishka
from fastapi import Path, Request, Response
from fastapi.responses import JSONResponse

from omenigen.kit.auth import Caller, PeopleOnly, require_user
from omenigen.kit.errors import TooMany, Unauthenticated, Unavailable
from omenigen.kit.http import api_router, locale_of, refusals
from omenigen.kit.ids import MAX_ID, SessionId
from omenigen.kit.settings import HttpSettings
from omenigen.kit.texts import Texts
from omenigen.modules.accounts.errors import (
    EmailInvalid,
    PasswordWeak,
    SessionNotFound,
    TextInvalid,
    TimeZoneUnknown,
    WrongPassword,
)
from omenigen.modules.accounts.router.cookies import clear_cookies
from omenigen.modules.accounts.schemas import (
    Me,
    MePatch,
    MessageOut,
    NewEmailIn,
    PasswordAgainIn,
    PasswordIn,
    Session,
    SessionList,
)
from omenigen.modules.accounts.service.credentials import Credentials
from omenigen.modules.accounts.service.departure import Departure
from omenigen.modules.accounts.service.profiles import Profiles
from omenigen.modules.accounts.service.sessions import Sessions

router = api_router(prefix="/api/v1/me", tags=["accounts"])

_SIGNED_IN = (Unauthenticated, PeopleOnly)


@router.get("", summary="My profile", responses=refusals(*_SIGNED_IN))
async def me(caller: FromDishka[Caller], profiles: FromDishka[Profiles]) -> Me:
    return Me.of(await profiles.me(user_id=require_user(caller).user_id))


@router.patch("", summary="Change my profile", responses=refusals(*_SIGNED_IN, TextInvalid, TimeZoneUnknown))
async def change_me(body: MePatch, caller: FromDishka[Caller], profiles: FromDishka[Profiles]) -> Me:
    return Me.of(await profiles.change(caller=require_user(caller), changes=body.changes()))


@router.delete(
    "",
    status_code=204,
    summary="Delete my account for ever",
    responses=refusals(*_SIGNED_IN, WrongPassword, TooMany, Unavailable),
)
async def delete_me(
    body: PasswordAgainIn,
    response: Response,
    caller: FromDishka[Caller],
    departure: FromDishka[Departure],
    settings: FromDishka[HttpSettings],
) -> None:
    await departure.delete(caller=require_user(caller), password=body.password.get_secret_value())
    clear_cookies(response, settings)


@router.put(
    "/password",
    status_code=204,
    summary="Change my password",
    description="Ends my other sessions.",
    responses=refusals(*_SIGNED_IN, WrongPassword, PasswordWeak, TooMany, Unavailable),
)
async def change_password(body: PasswordIn, caller: FromDishka[Caller], credentials: FromDishka[Credentials]) -> None:
    await credentials.change_password(
        caller=require_user(caller),
        current=body.current_password.get_secret_value(),
        new=body.new_password.get_secret_value(),
    )


@router.put(
    "/email",
    status_code=202,
    summary="Ask to move to another e-mail address",
    description="A letter goes to the new address, a notice to the old one. Nothing changes until the link is used.",
    responses=refusals(*_SIGNED_IN, WrongPassword, EmailInvalid, TooMany, Unavailable),
)
async def change_email(
    body: NewEmailIn,
    request: Request,
    caller: FromDishka[Caller],
    credentials: FromDishka[Credentials],
    texts: FromDishka[Texts],
) -> MessageOut:
    await credentials.ask_email(
        caller=require_user(caller), email=body.email, password=body.password.get_secret_value()
    )
    return MessageOut(message=texts.say(locale_of(request), "accounts.letter_sent"))


@router.get("/sessions", summary="Where I am signed in", responses=refusals(*_SIGNED_IN))
async def list_sessions(caller: FromDishka[Caller], sessions: FromDishka[Sessions]) -> SessionList:
    cards = await sessions.list_of(caller=require_user(caller))
    return SessionList(items=[Session.of(card) for card in cards])


@router.delete(
    "/sessions",
    status_code=204,
    summary="Sign out everywhere, here too",
    responses=refusals(*_SIGNED_IN),
)
async def end_all_sessions(
    response: Response,
    caller: FromDishka[Caller],
    sessions: FromDishka[Sessions],
    settings: FromDishka[HttpSettings],
) -> None:
    await sessions.end_all(caller=require_user(caller))
    clear_cookies(response, settings)


@router.delete(
    "/sessions/{id}",
    status_code=204,
    summary="Sign out in one place",
    responses=refusals(*_SIGNED_IN, SessionNotFound),
)
async def end_session(
    session_id: Annotated[int, Path(alias="id", ge=1, le=MAX_ID)],
    caller: FromDishka[Caller],
    sessions: FromDishka[Sessions],
) -> None:
    await sessions.end(caller=require_user(caller), session_id=SessionId(session_id))


@router.get(
    "/export",
    summary="Everything that is kept about me",
    response_description="A JSON object with one part per module.",
    responses=refusals(*_SIGNED_IN, TooMany),
)
async def export(caller: FromDishka[Caller], departure: FromDishka[Departure]) -> JSONResponse:
    user = require_user(caller)
    everything = await departure.export(caller=user)
    name = f'attachment; filename="omenigen-{user.user_id}.json"'
    return JSONResponse(everything, headers={"Content-Disposition": name, "Cache-Control": "no-store"})
