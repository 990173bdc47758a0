"""The quick door: routes that serve from process-wide objects and need no unit of work of their own.

FastAPI's dependencies and the request's scope cost about 0.5 ms, more than all the rest of an event's way; see
bench/achievements. These routes commit nothing at their edge: what they write is committed by the gather.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from dishka import AsyncContainer, Scope
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from omenigen.kit.auth import GAME_KEY_PREFIX, Anonymous, Caller, Game, User
from omenigen.kit.http import Identify, named
from omenigen.modules.achievements.service.keyring import KeyRing, LiveKey


class DirectRoute(APIRoute):
    """Hand the request to the endpoint as it is, and the endpoint's response back as it is."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = self.endpoint
        name = self.name

        async def direct(request: Request) -> Response:
            request.state.operation = name
            response: Response = await endpoint(request)
            return response

        return direct


def direct_router(*, prefix: str, tags: list[str]) -> APIRouter:
    """Make a router of direct routes."""
    return APIRouter(prefix=prefix, tags=list(tags), route_class=DirectRoute)


def key_text(request: Request) -> str | None:
    """Return the API key that a request carries, if any."""
    for name, value in request.scope["headers"]:
        if name == b"x-api-key":
            return str(value, "latin-1")
        if name == b"authorization":
            scheme, _, credential = value.partition(b" ")
            if scheme.lower() == b"bearer" and credential.startswith(GAME_KEY_PREFIX.encode()):
                return str(credential, "latin-1")
    return None


async def caller_of(request: Request, container: AsyncContainer) -> tuple[Caller, LiveKey | None]:
    """Find out who calls: a game by its key at once, a person through their session."""
    ring = await container.get(KeyRing)
    text = key_text(request)
    if text is not None:
        key = await ring.key(text)
        return key.game, key
    async with container({Request: request}, scope=Scope.REQUEST) as scope:
        caller = named(await (await scope.get(Identify)).caller(request, request.method), request)
    match caller:
        case User() | Game():
            return caller, None
        case Anonymous():
            return caller, await ring.open_key()
