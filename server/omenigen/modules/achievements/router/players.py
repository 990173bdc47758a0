"""The doors of players' numbers: who they are, what they have, and how it came about day by day."""

from datetime import UTC
from typing import Annotated, Any

import orjson
from dishka import FromDishka, Scope
from fastapi import Path, Query, Request, Response

from omenigen.kit.auth import Caller, PeopleOnly, require_user
from omenigen.kit.edge import unit_of_work
from omenigen.kit.errors import FieldInvalid, Unauthenticated
from omenigen.kit.http import api_router, refusals
from omenigen.kit.ids import MAX_ID
from omenigen.modules.accounts.public import (
    EmailAlreadyExists,
    EmailInvalid,
    UsernameAlreadyTaken,
    UsernameInvalid,
    UserNotFound,
)
from omenigen.modules.achievements.errors import KeyExpired, KeyRevoked, KeyUnknown, ScopeMissing
from omenigen.modules.achievements.queries.players import EventFound
from omenigen.modules.achievements.router.direct import Door, caller_of, direct_router, door_of
from omenigen.modules.achievements.schemas.events import EventLine
from omenigen.modules.achievements.schemas.players import (
    HeatDay,
    HeatmapOut,
    LinkCodeOut,
    PlayerIn,
    PlayerOut,
    ScoreOut,
    SeriesDay,
    SeriesOut,
    StatsOut,
)
from omenigen.modules.achievements.service.cache import EVENTS, SCORE, STATS
from omenigen.modules.achievements.service.players import GamePlayers
from omenigen.modules.achievements.service.sight import Sight
from omenigen.modules.achievements.service.sources import Sources
from omenigen.modules.achievements.service.statistics import Revs, Score, Statistics, Stats

direct = direct_router(prefix="/api/v1", tags=["achievements"])
router = api_router(prefix="/api/v1", tags=["achievements"])

UserIdPath = Annotated[int, Path(ge=1, le=MAX_ID)]
CACHED_EVENTS = 50
EVENTS_MAX = 200

_SEEING = refusals(Unauthenticated, KeyUnknown, KeyRevoked, KeyExpired, ScopeMissing, UserNotFound, FieldInvalid)


def _path(name: str = "user_id") -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
    return {"parameters": [{"name": name, "in": "path", "required": True, "schema": schema}]}


@router.post(
    "/users/",
    status_code=201,
    summary="Bring a player along",
    responses=refusals(
        Unauthenticated,
        KeyUnknown,
        KeyRevoked,
        KeyExpired,
        ScopeMissing,
        EmailAlreadyExists,
        UsernameAlreadyTaken,
        EmailInvalid,
        UsernameInvalid,
    ),
)
async def create_user(body: PlayerIn, caller: FromDishka[Caller], players: FromDishka[GamePlayers]) -> PlayerOut:
    made = await players.create(caller=caller, username=body.username, email=body.email)
    return PlayerOut(id=made.id, username=made.username, email=made.email, created_at=made.created_at)


router.add_api_route("/users", create_user, methods=["POST"], status_code=201, include_in_schema=False)


@router.get("/users/{user_id}", summary="Who a player is", responses=_SEEING)
async def get_user(user_id: UserIdPath, caller: FromDishka[Caller], players: FromDishka[GamePlayers]) -> PlayerOut:
    found, with_email = await players.find(caller=caller, user_id=user_id)
    email = found.email if with_email else None
    return PlayerOut(id=found.id, username=found.username, email=email, created_at=found.created_at)


router.add_api_route("/users/{user_id}/", get_user, methods=["GET"], include_in_schema=False)


@direct.get(
    "/stats/{user_id}",
    summary="A player's numbers",
    openapi_extra=_path(),
    responses={200: {"model": StatsOut}, **_SEEING},
)
async def get_stats(request: Request) -> Response:
    return await _cached(request, STATS)


@direct.get(
    "/users/{user_id}/score",
    summary="A player's points and level",
    openapi_extra=_path(),
    responses={200: {"model": ScoreOut}, **_SEEING},
)
async def get_score(request: Request) -> Response:
    return await _cached(request, SCORE)


_LIST_PARAMETERS = {
    "parameters": [
        *_path()["parameters"],
        {
            "name": "limit",
            "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": EVENTS_MAX, "default": 50},
        },
        {"name": "before", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MAX_ID}},
    ]
}


@direct.get(
    "/events/user/{user_id}",
    summary="A player's events, newest first",
    openapi_extra=_LIST_PARAMETERS,
    responses={200: {"model": list[EventLine]}, **_SEEING},
)
async def get_events(request: Request) -> Response:
    limit = _whole(request.query_params.get("limit", str(CACHED_EVENTS)), "limit", EVENTS_MAX)
    before = request.query_params.get("before")
    if before is None and limit == CACHED_EVENTS:
        return await _cached(request, EVENTS)
    door, user_id = await _seen(request)
    async with door.container(scope=Scope.REQUEST) as scope:
        statistics = await scope.get(Statistics)
        _, found = await statistics.events(
            user_id=user_id, limit=limit, before=None if before is None else _whole(before, "before", MAX_ID)
        )
    return _json(_packed([_line(event) for event in found]))


for _route, _endpoint in (
    ("/stats/{user_id}/", get_stats),
    ("/users/{user_id}/score/", get_score),
    ("/events/user/{user_id}/", get_events),
):
    direct.add_api_route(_route, _endpoint, methods=["GET"], include_in_schema=False)


@router.get("/stats/{user_id}/series", summary="A player's last days", responses=_SEEING)
async def get_series(
    user_id: UserIdPath,
    caller: FromDishka[Caller],
    sight: FromDishka[Sight],
    statistics: FromDishka[Statistics],
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> SeriesOut:
    known = await sight.player(caller=caller, user_id=user_id)
    found = await statistics.days(user_id=user_id, calendar=known.calendar, count=days)
    return SeriesOut(days=[SeriesDay(day=day.day, by_type=day.by_type, points=day.points) for day in found])


@router.get("/stats/{user_id}/heatmap", summary="The days of a year that held something", responses=_SEEING)
async def get_heatmap(
    user_id: UserIdPath,
    caller: FromDishka[Caller],
    sight: FromDishka[Sight],
    statistics: FromDishka[Statistics],
    year: Annotated[int, Query(ge=1970, le=9999)],
) -> HeatmapOut:
    await sight.player(caller=caller, user_id=user_id)
    found = await statistics.year(user_id=user_id, year=year)
    return HeatmapOut(days=[HeatDay(day=day.day, count=sum(day.by_type.values())) for day in found if day.by_type])


@router.get(
    "/me/link-code",
    summary="My code that lets a game see me; the same one for as long as it lives",
    responses=refusals(Unauthenticated, PeopleOnly),
)
async def get_link_code(request: Request, caller: FromDishka[Caller], response: Response) -> LinkCodeOut:
    response.headers["Cache-Control"] = "no-store"
    user = require_user(caller)
    # A GET commits nothing at its edge; the code is made in a unit of work of its own.
    async with unit_of_work(request.app.state.dishka_container) as scope:
        code, expires_at = await (await scope.get(Sources)).link_code(caller=user)
    return LinkCodeOut(code=code, expires_at=expires_at)


async def _seen(request: Request) -> tuple[Door, int]:
    """Find the player of the path for whoever asks."""
    door = await door_of(request)
    user_id = _whole(request.path_params["user_id"], "user_id", MAX_ID)
    caller, _ = await caller_of(request, door)
    await door.sight.player(caller=caller, user_id=user_id)
    return door, user_id


async def _cached(request: Request, kind: str) -> Response:
    """Answer from Redis where it has the newest, else from the tables."""
    door, user_id = await _seen(request)
    body = await door.answers.find(kind, user_id)
    if body is None:
        async with door.container(scope=Scope.REQUEST) as scope:
            revs, body = await _read(await scope.get(Statistics), kind, user_id)
        await door.answers.keep(kind, user_id, revs=revs, body=body)
    return _json(body)


async def _read(statistics: Statistics, kind: str, user_id: int) -> tuple[Revs, bytes]:
    if kind == SCORE:
        score = await statistics.score(user_id=user_id)
        return score.found.revs, _packed(_score(score))
    if kind == EVENTS:
        revs, events = await statistics.events(user_id=user_id, limit=CACHED_EVENTS)
        return revs, _packed([_line(event) for event in events])
    stats = await statistics.stats(user_id=user_id)
    return stats.score.revs, _packed(_stats(stats))


def _stats(stats: Stats) -> dict[str, Any]:  # Any: JSON
    score, counts = stats.score, stats.by_type
    return {
        "user_id": score.user_id,
        "total_score": score.event_points,
        "achievements_count": score.achievements_count,
        "login_count": counts.get("login", 0),
        "levels_completed": counts.get("complete_level", 0),
        "secrets_found": counts.get("find_secret", 0),
        "last_activity": score.last_activity,
        "achievement_points": score.achievement_points,
        "by_type": counts,
        "last_events": [_line(event) for event in stats.last_events],
    }


def _score(score: Score) -> dict[str, Any]:  # Any: JSON
    return {
        "user_id": score.found.user_id,
        "total_score": score.found.event_points,
        "achievement_points": score.found.achievement_points,
        "experience": score.experience,
        "level": score.level.number,
        "level_from": score.level.begins,
        "level_to": score.level.ends,
        "achievements_count": score.found.achievements_count,
        "last_activity": score.found.last_activity,
    }


def _line(event: EventFound) -> dict[str, Any]:  # Any: JSON
    return {
        "id": event.id,
        "user_id": event.user_id,
        "event_type": event.type_code,
        "details": event.details,
        "created_at": event.received_at.astimezone(UTC),
        "event_id": str(event.event_id),
        "amount": event.amount,
        "points": event.points,
        "late": event.late,
        "source_id": event.source_id,
    }


def _packed(value: Any) -> bytes:  # Any: JSON
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _whole(text: str, field: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 19 or not 1 <= int(text) <= most:
        raise FieldInvalid(field=field, error=f"1…{most}")
    return int(text)
