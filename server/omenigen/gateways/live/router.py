"""Live updates over HTTP: tickets, fresh copies, and catching up without a socket; and the socket itself."""

from typing import Annotated

import orjson
from dishka.integrations.fastapi import FromDishka
from fastapi import Query, Response
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from omenigen.gateways.live import frames
from omenigen.gateways.live.catching_up import CatchingUp
from omenigen.gateways.live.door import Door
from omenigen.gateways.live.errors import TicketsUnavailable
from omenigen.gateways.live.schemas import CatchUpIn, CatchUpOut, CopiesOut, TicketOut
from omenigen.gateways.live.tickets import SECONDS, Tickets
from omenigen.kit.auth import Caller
from omenigen.kit.errors import FieldInvalid, TooMany, Unauthenticated
from omenigen.kit.http import api_router, refusals
from omenigen.kit.limits import Limits
from omenigen.kit.streams.types import is_stream_name

router = api_router(prefix="/api/v1/live", tags=["live"])

STREAMS_PER_REQUEST = 50


@router.post(
    "/ticket",
    summary="Get a ticket for the socket: 30 s, one use",
    response_model=TicketOut,
    responses=refusals(Unauthenticated, TooMany, TicketsUnavailable),
)
async def issue_ticket(
    response: Response, caller: FromDishka[Caller], tickets: FromDishka[Tickets], limits: FromDishka[Limits]
) -> TicketOut:
    ticket = await tickets.issue(caller)
    await limits.take("live-ticket", CatchingUp.actor(caller), rate=0.5, burst=20)
    response.headers["Cache-Control"] = "no-store"
    return TicketOut(ticket=ticket, expires_in=SECONDS)


@router.get(
    "/snapshots",
    summary="Fresh copies of streams, true at one moment",
    response_model=CopiesOut,
    responses=refusals(Unauthenticated, FieldInvalid, TooMany),
)
async def snapshots(
    caller: FromDishka[Caller],
    catching_up: FromDishka[CatchingUp],
    streams: Annotated[str, Query(description="names, comma-separated, 50 at most", examples=["user.7,chat.42"])],
    parts: Annotated[str | None, Query(description="parts of shared streams; all when left out")] = None,
    window: Annotated[int, Query(ge=1, le=100, description="newest entities of what is windowed")] = 50,
) -> Response:
    names = list(dict.fromkeys(filter(None, streams.split(","))))
    if not 1 <= len(names) <= STREAMS_PER_REQUEST or not all(is_stream_name(name) for name in names):
        raise FieldInvalid(field="streams", error=f"1–{STREAMS_PER_REQUEST} stream names")
    wanted = None if parts is None else frozenset(filter(None, parts.split(",")))
    copies = await catching_up.copies(caller=caller, names=names, parts=wanted, window=window)
    body = {
        "epoch": str(copies.epoch),
        "streams": {
            name: {
                "version": version,
                "entities": {key: orjson.Fragment(value) for key, value in copies.entities[name].items()},
            }
            for name, version in copies.versions.items()
        },
        "gone": list(copies.gone),
    }
    return Response(orjson.dumps(body), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.post(
    "/catch-up",
    summary="What was missed, as the socket's own frames",
    response_model=CatchUpOut,
    responses=refusals(Unauthenticated, FieldInvalid, TooMany),
)
async def catch_up(body: CatchUpIn, caller: FromDishka[Caller], catching_up: FromDishka[CatchingUp]) -> Response:
    resumed = await catching_up.catch_up(caller=caller, epoch=body.epoch, have=body.have, got=body.got)
    bodies = [orjson.Fragment(one) for answer in resumed.answers if (one := frames.answer_body(answer)) is not None]
    answer = orjson.dumps({"epoch": str(resumed.epoch), "frames": bodies})
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _socket(scope: Scope, receive: Receive, send: Send) -> None:
    door = await scope["app"].state.dishka_container.get(Door)
    await door(scope, receive, send)


class _Endpoint:
    """An ASGI application, not a function: nothing of FastAPI's stays alive with each idle socket."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _socket(scope, receive, send)


router.routes.append(WebSocketRoute("/api/v1/live", _Endpoint(), name="live"))
