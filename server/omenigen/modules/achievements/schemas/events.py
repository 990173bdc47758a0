"""The HTTP language of events: what a game says, and what it hears back."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
)

from omenigen.kit.ids import MAX_ID

DETAILS_MAX = 1_024
"""Bytes of compact JSON that an event's details may take."""

BATCH_MAX = 1_000
AMOUNT_MAX = 10**12

UserIdIn = Annotated[int, Field(strict=True, ge=1, le=MAX_ID)]
EventCode = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_.-]*$")]
AnyCode = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64)]


class EventIn(BaseModel):
    """One event, as the public system took it; `event_id`, `at` and `amount` are ours and optional."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"user_id": 1, "event_type": "login", "details": None},
                {
                    "user_id": 1,
                    "event_type": "find_secret",
                    "details": {"place": "attic"},
                    "event_id": "01997d3e-5b57-7c0e-8f2a-0d8a5b8f4f10",
                    "at": "2026-11-21T12:00:00Z",
                    "amount": 1,
                },
            ]
        }
    )

    user_id: UserIdIn
    event_type: AnyCode
    # Any JSON is read here, because what is not an object has a refusal of its own (`event_service.…`).
    details: Annotated[
        Any,  # JSON
        # Said whole: this schema is written into the OpenAPI by hand, where `$defs` of its own would lead nowhere.
        WithJsonSchema(
            {"description": "A JSON object of at most 1,024 bytes", "anyOf": [{"type": "object"}, {"type": "null"}]}
        ),
    ] = None
    event_id: Annotated[UUID | None, Field(description="Made by the sender; a repeat with the same id counts once")] = (
        None
    )
    at: Annotated[AwareDatetime | None, Field(description="When it happened; late up to 48 h counts at `at`")] = None
    amount: Annotated[int, Field(strict=True, ge=1, le=AMOUNT_MAX)] = 1


class BatchIn(BaseModel):
    """Up to a thousand events; each is taken or refused by itself."""

    events: Annotated[
        list[Any],
        Field(
            min_length=1,
            max_length=BATCH_MAX,
            json_schema_extra={"items": {"type": "object", "description": "As the body of POST /api/v1/event/"}},
        ),
    ]


class GoodBatch(BaseModel):
    """A batch in which every event has the right shape."""

    events: Annotated[list[EventIn], Field(min_length=1, max_length=BATCH_MAX)]


EVENT = TypeAdapter(EventIn)
EVENTS = TypeAdapter(GoodBatch)
BATCH = TypeAdapter(BatchIn)


class EventOut(BaseModel):
    """An event as it was taken."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 17,
                    "user_id": 1,
                    "event_type": "login",
                    "details": None,
                    "created_at": "2026-11-21T12:00:00Z",
                    "message": "Event accepted",
                    "event_id": "01997d3e-5b57-7c0e-8f2a-0d8a5b8f4f10",
                    "amount": 1,
                    "points": 5,
                    "late": False,
                }
            ]
        }
    )

    id: int
    user_id: int
    event_type: str
    details: dict[str, JsonValue] | None
    created_at: datetime
    message: str
    event_id: UUID
    amount: int
    points: int
    late: bool


class EventLine(BaseModel):
    """An event in a list."""

    id: int
    user_id: int
    event_type: str
    details: dict[str, JsonValue] | None
    created_at: datetime
    event_id: UUID
    amount: int
    points: int
    late: bool
    source_id: int


class BatchResult(BaseModel):
    """What became of one event of a batch."""

    status: Literal["new", "repeat", "refused"]
    id: int | None = None
    code: str | None = None
    detail: str | None = None


class BatchOut(BaseModel):
    """One result per event, in the order they were sent."""

    results: list[BatchResult]
    new: int
    repeat: int
    refused: int


class CorrectionIn(BaseModel):
    """Put an event right: the amount it should have had (0: it never happened) and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": 0, "reason": "cheating, match 5512"}]})

    amount: Annotated[int, Field(strict=True, ge=0, le=AMOUNT_MAX)]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]


class CorrectionOut(BaseModel):
    """What a correction changed."""

    id: int
    event_id: int
    amount: Annotated[int, Field(description="The step added to the event's amount; negative takes away")]
    points: Annotated[int, Field(description="The step added to the player's score")]
    disputed: Annotated[list[str], Field(description="Achievements that are in doubt from now on")]
