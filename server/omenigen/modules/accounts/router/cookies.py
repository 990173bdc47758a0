"""The three cookies of a browser's session, and what else a request says about its sender."""

from datetime import timedelta
from typing import Annotated

from fastapi import Header, Request, Response

from omenigen.kit.errors import FieldInvalid
from omenigen.kit.http import ACCESS_COOKIE, CSRF_COOKIE, REFRESH_COOKIE, client_ip, ensure_csrf
from omenigen.kit.ids import new_token
from omenigen.kit.settings import HttpSettings
from omenigen.modules.accounts.rules.devices import device_of
from omenigen.modules.accounts.rules.limits import SESSION_IDLE
from omenigen.modules.accounts.types import Origin, SignedInSession

REFRESH_PATH = "/api/v1/auth"
NATIVE = "native"

XClient = Annotated[
    str | None, Header(alias="X-Client", max_length=32, description="`native` keeps its refresh token itself")
]


def origin_of(request: Request, device: str | None = None) -> Origin:
    """Return where a request comes from."""
    return Origin(ip=client_ip(request), device=device_of(request.headers.get("user-agent"), device))


def set_cookies(response: Response, signed_in: SignedInSession, settings: HttpSettings) -> None:
    """Give a browser its session: the tokens out of reach of scripts, the CSRF token within."""
    keep = int(SESSION_IDLE / timedelta(seconds=1))
    response.set_cookie(
        ACCESS_COOKIE,
        signed_in.access_token,
        max_age=signed_in.expires_in,
        httponly=True,
        samesite="lax",
        secure=settings.secure,
    )
    response.set_cookie(
        REFRESH_COOKIE,
        signed_in.refresh_token,
        max_age=keep,
        path=REFRESH_PATH,
        httponly=True,
        samesite="strict",
        secure=settings.secure,
    )
    response.set_cookie(CSRF_COOKIE, new_token(18), max_age=keep, samesite="lax", secure=settings.secure)
    response.headers["Cache-Control"] = "no-store"


def clear_cookies(response: Response, settings: HttpSettings) -> None:
    """Take a browser's session away."""
    for name, path in ((ACCESS_COOKIE, "/"), (REFRESH_COOKIE, REFRESH_PATH), (CSRF_COOKIE, "/")):
        response.delete_cookie(name, path=path, secure=settings.secure, httponly=name != CSRF_COOKIE, samesite="lax")


def refresh_cookie(request: Request) -> str | None:
    """Return a browser's refresh token. Raises `CsrfFailed` when our own page did not send it."""
    token = request.cookies.get(REFRESH_COOKIE)
    if token is None:
        return None
    ensure_csrf(request)
    if len(token) > 256:
        raise FieldInvalid(field=REFRESH_COOKIE, error="> 256")
    return token
