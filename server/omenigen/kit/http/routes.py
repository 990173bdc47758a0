"""The route class that commits before the answer leaves."""

from collections.abc import Awaitable, Callable, Mapping

from dishka import AsyncContainer, Scope
from dishka.integrations.fastapi import DishkaRoute
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import DBAPIError

from omenigen.kit.auth import Anonymous, Caller, User
from omenigen.kit.edge import Edge
from omenigen.kit.errors import Refusal
from omenigen.kit.http.callers import SAFE_METHODS
from omenigen.kit.http.problems import sqlstate
from omenigen.kit.idempotency import IdempotencyKeys, Raced, attempt_of

_SERIALIZATION_FAILURES = frozenset({"40001", "40P01"})


class TransactionalRoute(DishkaRoute):
    """Open the request's scope, run the endpoint, commit, and only then let the answer leave.

    FastAPI closes dependency scopes after the answer has been sent, too late for a commit that may still fail. So
    this route holds the scope itself. A refusal rolls back; a deadlock or a lost race under an idempotency key runs
    the whole verb once more.
    """

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override] # Awaitable is enough
        handle = super().get_route_handler()

        async def transactional(request: Request) -> Response:
            container: AsyncContainer = request.app.state.dishka_container
            request.state.operation = self.name
            try:
                return await _run(container, request, handle)
            except Raced:
                return await _run(container, request, handle)
            except DBAPIError as error:
                if sqlstate(error) not in _SERIALIZATION_FAILURES or getattr(request, "_form", None) is not None:
                    raise
                return await _run(container, request, handle)

        return transactional


async def _run(
    container: AsyncContainer, request: Request, handle: Callable[[Request], Awaitable[Response]]
) -> Response:
    async with container({Request: request}, scope=Scope.REQUEST) as scope:
        request.state.dishka_container = scope
        if request.method in SAFE_METHODS:
            return await handle(request)
        try:
            response = await _answer_once(scope, request, handle)
        except Refusal as refusal:
            if refusal.commits:
                await (await scope.get(Edge)).commit()
            raise
        versions = await (await scope.get(Edge)).commit()
        _name_versions(response, versions, await scope.get(Caller))
        return response


async def _answer_once(
    scope: AsyncContainer, request: Request, handle: Callable[[Request], Awaitable[Response]]
) -> Response:
    key = request.headers.get("idempotency-key")
    caller: Caller = await scope.get(Caller)
    if key is None or request.method != "POST" or isinstance(caller, Anonymous):
        return await handle(request)
    kind, actor = ("user", int(caller.user_id)) if isinstance(caller, User) else ("source", int(caller.source_id))
    attempt = attempt_of(
        actor_kind=kind,
        actor_id=actor,
        key=key,
        method=request.method,
        path=request.url.path,
        body=await request.body(),
    )
    keys = await scope.get(IdempotencyKeys)
    if (kept := await keys.find(attempt)) is not None:
        status = 200 if kept.status == 201 else kept.status
        return Response(kept.body or None, status_code=status, media_type="application/json")
    response = await handle(request)
    # A secret that is shown once must not be kept: such answers are marked no-store and are not repeated.
    if response.status_code < 300 and response.headers.get("cache-control") != "no-store":
        await keys.keep(attempt, status=response.status_code, body=bytes(response.body))
    return response


def _name_versions(response: Response, versions: Mapping[str, int], caller: Caller) -> None:
    """Tell which streams moved, but never another person's own stream."""
    own = f"user.{caller.user_id}" if isinstance(caller, User) else None
    shown = [f"{name}={to}" for name, to in versions.items() if not name.startswith("user.") or name == own]
    if shown:
        response.headers["Live-Versions"] = ", ".join(shown)


def api_router(*, prefix: str, tags: list[str]) -> APIRouter:
    """Make a router whose routes commit at the edge."""
    return APIRouter(prefix=prefix, tags=list(tags), route_class=TransactionalRoute)
