"""The door in: joining, signing in, recovering."""

from dishka import FromDishka
from fastapi import Request, Response

from omenigen.kit.auth import Caller
from omenigen.kit.errors import CsrfFailed, OriginRefused, TooMany, Unavailable
from omenigen.kit.http import api_router, locale_of, refusals
from omenigen.kit.settings import HttpSettings
from omenigen.kit.texts import Texts
from omenigen.modules.accounts.errors import (
    EmailInvalid,
    LinkInvalid,
    NotConfirmed,
    PasswordWeak,
    RefreshInvalid,
    RefreshReused,
    Suspended,
    TimeZoneUnknown,
    UsernameInvalid,
    UsernameTaken,
    WrongCredentials,
)
from omenigen.modules.accounts.router.cookies import (
    NATIVE,
    XClient,
    clear_cookies,
    origin_of,
    refresh_cookie,
    set_cookies,
)
from omenigen.modules.accounts.schemas import (
    ConfirmedOut,
    EmailIn,
    LoginIn,
    MessageOut,
    RefreshIn,
    RegisterIn,
    ResetIn,
    SignedInOut,
    TokenIn,
)
from omenigen.modules.accounts.service.credentials import Credentials
from omenigen.modules.accounts.service.registration import Registration
from omenigen.modules.accounts.service.sessions import Sessions

router = api_router(prefix="/api/v1/auth", tags=["accounts"])


@router.post(
    "/register",
    status_code=202,
    summary="Join: a letter tells how to go on",
    description="The answer is the same for known and unknown addresses; the letter differs.",
    responses=refusals(
        UsernameTaken, UsernameInvalid, EmailInvalid, PasswordWeak, TimeZoneUnknown, OriginRefused, TooMany, Unavailable
    ),
)
async def register(
    body: RegisterIn, request: Request, registration: FromDishka[Registration], texts: FromDishka[Texts]
) -> MessageOut:
    await registration.register(asked=body.asked(), origin=origin_of(request))
    return MessageOut(message=texts.say(body.locale, "accounts.letter_sent"))


@router.post(
    "/confirm",
    summary="Confirm an address by the token of its letter",
    description="Only POST confirms: scanners of links fetch them with GET before their owner does.",
    responses=refusals(LinkInvalid, UsernameTaken, OriginRefused, TooMany),
)
async def confirm(body: TokenIn, request: Request, registration: FromDishka[Registration]) -> ConfirmedOut:
    return ConfirmedOut(username=await registration.confirm(token=body.token, origin=origin_of(request)))


@router.post(
    "/confirm/resend",
    status_code=202,
    summary="Send the confirmation letter again",
    responses=refusals(EmailInvalid, OriginRefused, TooMany),
)
async def resend(
    body: EmailIn, request: Request, registration: FromDishka[Registration], texts: FromDishka[Texts]
) -> MessageOut:
    await registration.resend(email=body.email, origin=origin_of(request))
    return MessageOut(message=texts.say(locale_of(request), "accounts.letter_if_known"))


@router.post(
    "/login",
    summary="Sign in with a name or an address",
    responses=refusals(WrongCredentials, NotConfirmed, Suspended, OriginRefused, TooMany, Unavailable),
)
async def login(
    body: LoginIn,
    request: Request,
    response: Response,
    sessions: FromDishka[Sessions],
    settings: FromDishka[HttpSettings],
    x_client: XClient = None,
) -> SignedInOut:
    native = x_client == NATIVE
    signed_in = await sessions.sign_in(
        login=body.login,
        password=body.password.get_secret_value(),
        origin=origin_of(request, body.device),
        native=native,
    )
    response.headers["Cache-Control"] = "no-store"
    if not native:
        set_cookies(response, signed_in, settings)
    return SignedInOut.of(signed_in, show_refresh=native)


@router.post(
    "/refresh",
    summary="Exchange a refresh token for a new pair",
    description=(
        "Each token is used once. Within 10 s a used one gets the same newest pair again (two tabs, a lost answer); "
        "later it counts as stolen, and the whole session is closed."
    ),
    responses=refusals(RefreshInvalid, RefreshReused, CsrfFailed, OriginRefused, TooMany),
)
async def refresh(
    request: Request,
    response: Response,
    sessions: FromDishka[Sessions],
    settings: FromDishka[HttpSettings],
    body: RefreshIn | None = None,
) -> SignedInOut:
    # A script in a page must not turn the cookie into something it can read: who sends a cookie gets a cookie.
    sent = body.refresh_token if body is not None else None
    token = sent or refresh_cookie(request)
    if token is None:
        raise RefreshInvalid
    signed_in = await sessions.renew(refresh_token=token, origin=origin_of(request))
    response.headers["Cache-Control"] = "no-store"
    if sent is None:
        set_cookies(response, signed_in, settings)
    return SignedInOut.of(signed_in, show_refresh=sent is not None)


@router.post(
    "/logout",
    status_code=204,
    summary="Sign out here",
    responses=refusals(CsrfFailed, OriginRefused),
)
async def logout(
    request: Request,
    response: Response,
    caller: FromDishka[Caller],
    sessions: FromDishka[Sessions],
    settings: FromDishka[HttpSettings],
    body: RefreshIn | None = None,
) -> None:
    sent = body.refresh_token if body is not None else None
    await sessions.sign_out(caller=caller, refresh_token=sent or refresh_cookie(request))
    clear_cookies(response, settings)


@router.post(
    "/password/forgot",
    status_code=202,
    summary="Ask for a letter that sets a new password",
    responses=refusals(EmailInvalid, OriginRefused, TooMany),
)
async def forgot(
    body: EmailIn, request: Request, credentials: FromDishka[Credentials], texts: FromDishka[Texts]
) -> MessageOut:
    await credentials.forgot(email=body.email, origin=origin_of(request))
    return MessageOut(message=texts.say(locale_of(request), "accounts.letter_if_known"))


@router.post(
    "/password/reset",
    summary="Set a new password by the token of its letter",
    description="Ends all sessions. The link works once, for an hour.",
    responses=refusals(LinkInvalid, PasswordWeak, OriginRefused, TooMany, Unavailable),
)
async def reset(body: ResetIn, request: Request, credentials: FromDishka[Credentials]) -> ConfirmedOut:
    username = await credentials.reset(
        token=body.token, password=body.password.get_secret_value(), origin=origin_of(request)
    )
    return ConfirmedOut(username=username)


@router.post(
    "/email/confirm",
    status_code=204,
    summary="Move the account to the address this token was sent to",
    responses=refusals(LinkInvalid, OriginRefused, TooMany),
)
async def confirm_email(body: TokenIn, request: Request, credentials: FromDishka[Credentials]) -> None:
    await credentials.confirm_email(token=body.token, origin=origin_of(request))
