"""The builder's doors: games, keys, event types, links, and what intake refused."""

from typing import Annotated

from dishka import FromDishka
from fastapi import Path, Response

from omenigen.kit.auth import Caller, PeopleOnly, Trust
from omenigen.kit.errors import Unauthenticated
from omenigen.kit.http import api_router, refusals
from omenigen.kit.ids import MAX_ID
from omenigen.modules.achievements.errors import (
    KeyNotFound,
    LinkCodeInvalid,
    SchemaUnsupported,
    SourceNameTaken,
    SourceNotFound,
    TooManyKeys,
    TooManySources,
    TypeTaken,
)
from omenigen.modules.achievements.models import KeyRow
from omenigen.modules.achievements.schemas.events import EventCode
from omenigen.modules.achievements.schemas.sources import (
    IntakeOut,
    KeyIn,
    KeyMade,
    KeyOut,
    KeysOut,
    LinkIn,
    LinkOut,
    RefusedOut,
    SourceIn,
    SourceOut,
    SourcesOut,
    TypeIn,
    TypeOut,
    TypesOut,
)
from omenigen.modules.achievements.service.rulebook import type_of
from omenigen.modules.achievements.service.sources import SourceCard, Sources

router = api_router(prefix="/api/v1/sources", tags=["builder"])

SourceIdPath = Annotated[int, Path(ge=1, le=MAX_ID)]
_PEOPLE = (Unauthenticated, PeopleOnly)


@router.post(
    "", status_code=201, summary="Connect a game", responses=refusals(*_PEOPLE, SourceNameTaken, TooManySources)
)
async def create_source(body: SourceIn, caller: FromDishka[Caller], sources: FromDishka[Sources]) -> SourceOut:
    return _source(await sources.create(caller=caller, name=body.name, title=body.title, zone=body.zone))


@router.get("", summary="My games", responses=refusals(*_PEOPLE))
async def list_sources(caller: FromDishka[Caller], sources: FromDishka[Sources]) -> SourcesOut:
    return SourcesOut(items=[_source(card) for card in await sources.list(caller=caller)])


@router.post(
    "/{source_id}/keys",
    status_code=201,
    summary="Make a key; it is shown once",
    responses=refusals(*_PEOPLE, SourceNotFound, TooManyKeys),
)
async def create_key(
    source_id: SourceIdPath, body: KeyIn, caller: FromDishka[Caller], sources: FromDishka[Sources], response: Response
) -> KeyMade:
    response.headers["Cache-Control"] = "no-store"
    row, key = await sources.make_key(
        caller=caller, source_id=source_id, scopes=body.scopes, types=body.types, expires_at=body.expires_at
    )
    return KeyMade(key=key, **_key(row).model_dump())


@router.get("/{source_id}/keys", summary="The keys of a game", responses=refusals(*_PEOPLE, SourceNotFound))
async def list_keys(source_id: SourceIdPath, caller: FromDishka[Caller], sources: FromDishka[Sources]) -> KeysOut:
    return KeysOut(items=[_key(row) for row in await sources.keys(caller=caller, source_id=source_id)])


@router.delete(
    "/{source_id}/keys/{key_id}",
    status_code=204,
    summary="Revoke a key everywhere within five seconds",
    responses=refusals(*_PEOPLE, SourceNotFound, KeyNotFound),
)
async def delete_key(
    source_id: SourceIdPath,
    key_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    caller: FromDishka[Caller],
    sources: FromDishka[Sources],
) -> None:
    await sources.drop_key(caller=caller, source_id=source_id, key_id=key_id)


@router.put(
    "/{source_id}/types/{code}",
    summary="Declare an event type of one's own",
    responses=refusals(*_PEOPLE, SourceNotFound, TypeTaken, SchemaUnsupported),
)
async def put_type(
    source_id: SourceIdPath,
    code: Annotated[EventCode, Path()],
    body: TypeIn,
    caller: FromDishka[Caller],
    sources: FromDishka[Sources],
) -> TypeOut:
    row = await sources.declare_type(
        caller=caller,
        source_id=source_id,
        code=code,
        wanted={
            "name": body.name.model_dump(),
            "points": body.points,
            "lowest_trust": body.lowest_trust.value,
            "amount_max": body.amount_max,
            "per_hour": body.per_hour,
            "client_allowed": body.client_allowed,
            "schema": body.details,
            "measures": {measure: kind.value for measure, kind in body.measures.items()},
            "creature": body.creature,
        },
    )
    return TypeOut.of(type_of(row))


@router.get("/{source_id}/types", summary="What a game may send", responses=refusals(*_PEOPLE, SourceNotFound))
async def list_types(source_id: SourceIdPath, caller: FromDishka[Caller], sources: FromDishka[Sources]) -> TypesOut:
    return TypesOut(items=[TypeOut.of(one) for one in await sources.types(caller=caller, source_id=source_id)])


@router.post(
    "/{source_id}/links",
    status_code=201,
    summary="Link the player who told this code",
    responses=refusals(*_PEOPLE, SourceNotFound, LinkCodeInvalid),
)
async def create_link(
    source_id: SourceIdPath, body: LinkIn, caller: FromDishka[Caller], sources: FromDishka[Sources]
) -> LinkOut:
    user_id, username = await sources.link(caller=caller, source_id=source_id, code=body.code)
    return LinkOut(source_id=source_id, user_id=user_id, username=username)


@router.delete(
    "/{source_id}/links",
    status_code=204,
    summary="Leave a game: it sees me no more",
    responses=refusals(*_PEOPLE, SourceNotFound),
)
async def delete_link(source_id: SourceIdPath, caller: FromDishka[Caller], sources: FromDishka[Sources]) -> None:
    await sources.leave(caller=caller, source_id=source_id)


@router.get("/{source_id}/intake", summary="What became of my events", responses=refusals(*_PEOPLE, SourceNotFound))
async def get_intake(source_id: SourceIdPath, caller: FromDishka[Caller], sources: FromDishka[Sources]) -> IntakeOut:
    state = await sources.intake(caller=caller, source_id=source_id)
    return IntakeOut(
        refused=[RefusedOut(id=row.id, at=row.at, code=row.code, params=row.params) for row in state.refused],
        events_last_minute=state.last_minute,
        events_last_hour=state.last_hour,
        last_event_at=state.last_event_at,
        waiting=state.waiting,
        lag_seconds=state.lag_seconds,
    )


def _source(card: SourceCard) -> SourceOut:
    row = card.row
    return SourceOut(
        id=row.id,
        name=row.name,
        title=row.title,
        trust=Trust(row.trust),
        state=row.state,
        zone=row.zone,
        vouched=row.vouched_at is not None,
        created_at=row.made_at,
        live_keys=card.live_keys,
        players=card.players,
    )


def _key(row: KeyRow) -> KeyOut:
    return KeyOut(
        id=row.id,
        prefix=row.prefix,
        scopes=row.scopes,
        types=row.types,
        rate=row.rate,
        burst=row.burst,
        created_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
