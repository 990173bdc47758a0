"""The door of events: one, many, a player's list, and what puts one right."""

import zlib
from typing import Annotated, Any
from uuid import UUID

import orjson
from dishka import FromDishka
from fastapi import Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from omenigen.kit.auth import Caller, PeopleOnly
from omenigen.kit.errors import BodyTooLarge, FieldInvalid, KeyReused, Refusal, Unauthenticated, Unavailable
from omenigen.kit.http import BODY_MAX, BrokenBody, api_router, locale_of, refusal_of, refusals
from omenigen.kit.ids import MAX_ID
from omenigen.kit.texts import Locale, Texts
from omenigen.modules.accounts.public import UserNotFound
from omenigen.modules.achievements.errors import (
    AmountTooBig,
    CorrectionInvalid,
    EventIdsDiffer,
    EventNotFound,
    FromFuture,
    InvalidEventData,
    KeyExpired,
    KeyRevoked,
    KeyUnknown,
    RateOfChange,
    ScopeMissing,
    TooFast,
    TrustTooLow,
    TypeNotAllowed,
)
from omenigen.modules.achievements.router.direct import Door, caller_of, direct_router, door_of
from omenigen.modules.achievements.schemas.events import (
    BATCH,
    EVENT,
    EVENTS,
    BatchIn,
    BatchOut,
    CorrectionIn,
    CorrectionOut,
    EventIn,
    EventOut,
)
from omenigen.modules.achievements.service.corrections import Corrections
from omenigen.modules.achievements.service.keyring import LiveKey
from omenigen.modules.achievements.service.looking import Told
from omenigen.modules.achievements.service.writing import Taken

direct = direct_router(prefix="/api/v1", tags=["achievements"])
router = api_router(prefix="/api/v1/events", tags=["achievements"])

_SENDING = (
    Unauthenticated,
    KeyUnknown,
    KeyRevoked,
    KeyExpired,
    ScopeMissing,
    TypeNotAllowed,
    TrustTooLow,
    UserNotFound,
    InvalidEventData,
    FieldInvalid,
    AmountTooBig,
    FromFuture,
    EventIdsDiffer,
    BrokenBody,
    KeyReused,
    TooFast,
    RateOfChange,
    Unavailable,
)


def _body(model: type[EventIn] | type[BatchIn]) -> dict[str, Any]:
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@direct.post(
    "/event/",
    status_code=201,
    summary="Say that something happened",
    openapi_extra=_body(EventIn),
    responses={
        201: {"model": EventOut, "description": "Taken: it is on disk and counted"},
        200: {"model": EventOut, "description": "A repeat: the first answer again"},
        **refusals(*_SENDING),
    },
)
async def create_event(request: Request) -> Response:
    body = await request.body()
    door = await door_of(request)
    caller, key = await caller_of(request, door)
    told = _told(_read(body), request.headers.get("idempotency-key"))
    taken = await door.intake.take(key=await _sender(door, caller, key, [told]), told=told)
    message = door.texts.say(locale_of(request), "achievements.event_accepted")
    return Response(_event(taken, message), status_code=201 if taken.new else 200, media_type="application/json")


direct.add_api_route("/event", create_event, methods=["POST"], include_in_schema=False)


@direct.post(
    "/events/batch",
    summary="Say up to a thousand things at once",
    openapi_extra=_body(BatchIn),
    responses={200: {"model": BatchOut}, **refusals(*_SENDING, BodyTooLarge)},
)
async def create_events(request: Request) -> Response:
    body = _unpacked(await request.body(), request.headers.get("content-encoding", ""))
    door = await door_of(request)
    caller, key = await caller_of(request, door)
    locale = locale_of(request)
    told = _read_batch(body, door.texts, locale)
    sender = await _sender(door, caller, key, [one for one in told if isinstance(one, Told)])
    outcomes = await door.intake.take_many(key=sender, told=told)
    return Response(_results(outcomes, door.texts, locale), media_type="application/json")


@router.post(
    "/{event_id}/corrections",
    status_code=201,
    summary="Put an event right",
    responses=refusals(Unauthenticated, ScopeMissing, PeopleOnly, EventNotFound, CorrectionInvalid),
)
async def correct_event(
    event_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    body: CorrectionIn,
    caller: FromDishka[Caller],
    corrections: FromDishka[Corrections],
) -> CorrectionOut:
    made = await corrections.correct(caller=caller, event_id=event_id, amount=body.amount, reason=body.reason)
    return CorrectionOut(
        id=made.id, event_id=event_id, amount=made.amount, points=made.points, disputed=list(made.disputed)
    )


async def _sender(door: Door, caller: Caller, key: LiveKey | None, told: list[Told]) -> LiveKey:
    """Return the key that vouches for events: the game's, or what a player's own device is worth."""
    return key or await door.own_devices.key(caller, [one.user_id for one in told])


def _read(body: bytes) -> EventIn:
    try:
        return EVENT.validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error


def _told(event: EventIn, header: str | None) -> Told:
    event_id = event.event_id
    if header is not None:
        try:
            named = UUID(header)
        except ValueError as error:
            raise FieldInvalid(field="Idempotency-Key", error="UUID") from error
        if event_id is not None and event_id != named:
            raise EventIdsDiffer(field="event_id")
        event_id = named
    return Told(
        user_id=event.user_id,
        event_type=event.event_type,
        details=event.details,
        event_id=event_id,
        at=event.at,
        amount=event.amount,
    )


def _read_batch(body: bytes, texts: Texts, locale: Locale) -> list[Told | Refusal]:
    """Read a batch: quickly where all is well, item by item where it is not."""
    try:
        return [_told(event, None) for event in EVENTS.validate_json(body).events]
    except ValidationError:
        pass
    try:
        items = BATCH.validate_json(body).events
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error
    for place, item in enumerate(items):
        if isinstance(item, list) or (isinstance(item, dict) and "events" in item):
            raise FieldInvalid(field=f"events.{place}", error="batch ∌ batch")
    return [_item(item, texts, locale) for item in items]


def _item(item: Any, texts: Texts, locale: Locale) -> Told | Refusal:  # Any: JSON
    try:
        # By JSON again: what is strict there (no text for a number) would be lax for Python's own values.
        return _told(EVENT.validate_json(orjson.dumps(item)), None)
    except ValidationError as error:
        return refusal_of(error.errors(include_url=False), texts, locale)
    except (TypeError, orjson.JSONEncodeError):
        return BrokenBody()


def _unpacked(body: bytes, encoding: str) -> bytes:
    """Undo gzip, never beyond the size that a plain body may have."""
    if encoding.strip().lower() in {"", "identity"}:
        return body
    if encoding.strip().lower() != "gzip":
        raise FieldInvalid(field="Content-Encoding", error="gzip")
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpack.decompress(body, BODY_MAX + 1)
    except zlib.error as error:
        raise BrokenBody from error
    if len(plain) > BODY_MAX:
        raise BodyTooLarge(limit=BODY_MAX)
    return plain


def _event(taken: Taken, message: str) -> bytes:
    event = taken.event
    return orjson.dumps(
        {
            "id": taken.id,
            "user_id": event.user_id,
            "event_type": event.type_code,
            "details": orjson.Fragment(event.details) if event.details is not None else None,
            "created_at": taken.received_at,
            "message": message,
            "event_id": event.event_id,
            "amount": event.amount,
            "points": event.points,
            "late": event.late,
        },
        option=orjson.OPT_UTC_Z,
    )


def _results(outcomes: list[Taken | Refusal], texts: Texts, locale: Locale) -> bytes:
    results: list[dict[str, Any]] = []
    counts = {"new": 0, "repeat": 0, "refused": 0}
    for outcome in outcomes:
        if isinstance(outcome, Refusal):
            status = "refused"
            detail = texts.say(locale, f"errors.{outcome.code}", **outcome.params)
            results.append({"status": status, "code": outcome.code, "detail": detail})
        else:
            status = "new" if outcome.new else "repeat"
            results.append({"status": status, "id": outcome.id})
        counts[status] += 1
    return orjson.dumps({"results": results, **counts})
