"""The quick door: routes that serve from process-wide objects and need no unit of work of their own.

FastAPI's dependencies and the request's scope cost about 0.5 ms, more than all the rest of an event's way; see
bench/achievements. These routes commit nothing at their edge: what they write is committed by the gather.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from dishka import AsyncContainer, Scope
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from omenigen.kit.auth import GAME_KEY_PREFIX, Anonymous, Caller, Game, User
from omenigen.kit.http import Identify, named
from omenigen.kit.texts import Texts
from omenigen.modules.achievements.service.cache import Answers
from omenigen.modules.achievements.service.intake import Intake
from omenigen.modules.achievements.service.keyring import KeyRing, LiveKey
from omenigen.modules.achievements.service.own import OwnDevices
from omenigen.modules.achievements.service.sight import Sight

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class DirectRoute(APIRoute):
    """Hand the request to the endpoint as it is, and the endpoint's response back as it is."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = self.endpoint
        name = self.name

        async def direct(request: Request) -> Response:
            return await _answer(endpoint, name, request)

        return direct


class Shortcut(BaseRoute):
    """Find the busiest routes by one look into a table, before the application tries all its routes in turn.

    The same routes stand in their routers, where OpenAPI and everybody else finds them. `exact` maps method and path to
    an endpoint, `by_id` a method and a path's beginning that one number follows, whose name is `user_id`.
    """

    def __init__(self, *, exact: Mapping[tuple[str, str], Endpoint], by_id: Mapping[tuple[str, str], Endpoint]) -> None:
        self._exact = exact
        self._by_id = by_id

    def matches(self, scope: AsgiScope) -> tuple[Match, AsgiScope]:
        """Answer FULL for a path of the table."""
        if scope["type"] != "http":
            return Match.NONE, {}
        method, path = scope["method"], scope["path"]
        endpoint = self._exact.get((method, path))
        if endpoint is not None:
            return Match.FULL, {"endpoint": endpoint, "path_params": {}}
        head, _, last = path.rpartition("/")
        endpoint = self._by_id.get((method, head))
        if endpoint is not None and last.isascii() and last.isdigit():
            return Match.FULL, {"endpoint": endpoint, "path_params": {"user_id": last}}
        return Match.NONE, {}

    async def handle(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer by the endpoint found."""
        request = Request(scope, receive, send)
        endpoint: Endpoint = scope["endpoint"]
        response = await _answer(endpoint, endpoint.__name__, request)
        await response(scope, receive, send)


async def _answer(endpoint: Endpoint, name: str, request: Request) -> Response:
    state = request.scope["state"]
    state["operation"] = name
    state["often"] = True
    return await endpoint(request)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the direct routes need of the process, looked up once."""

    container: AsyncContainer
    keys: KeyRing
    intake: Intake
    own_devices: OwnDevices
    sight: Sight
    answers: Answers
    texts: Texts


async def door_of(request: Request) -> Door:
    """Return the door of this application."""
    state = request.app.state
    door: Door | None = getattr(state, "achievements_door", None)
    if door is None:
        container: AsyncContainer = state.dishka_container
        door = state.achievements_door = Door(
            container=container,
            keys=await container.get(KeyRing),
            intake=await container.get(Intake),
            own_devices=await container.get(OwnDevices),
            sight=await container.get(Sight),
            answers=await container.get(Answers),
            texts=state.texts,
        )
    return door


async def caller_of(request: Request, door: Door) -> tuple[Caller, LiveKey | None]:
    """Find out who calls: a game by its key at once, a person through their session."""
    text = key_text(request)
    if text is not None:
        key = await door.keys.key(text)
        return key.game, key
    async with door.container({Request: request}, scope=Scope.REQUEST) as scope:
        caller = named(await (await scope.get(Identify)).caller(request, request.method), request)
    match caller:
        case User() | Game():
            return caller, None
        case Anonymous():
            return caller, await door.keys.open_key()
