"""The HTTP language of builders: games, keys, event types, links, and what intake refused."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from omenigen.kit.auth import Trust
from omenigen.modules.achievements.catalog import EventType
from omenigen.modules.achievements.schemas.events import AMOUNT_MAX, EventCode
from omenigen.modules.achievements.types import MetricKind

Scope = Literal["events:write", "users:write", "users:read", "stats:read", "rules:write"]
SourceName = Annotated[str, StringConstraints(min_length=2, max_length=32, pattern=r"^[a-z][a-z0-9-]*$")]


class SourceIn(BaseModel):
    """A game to connect."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "space-race", "title": "Space Race"}]})

    name: SourceName
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    zone: Annotated[str | None, Field(max_length=64, description="Time zone of players who have told none")] = None


class SourceOut(BaseModel):
    """A connected game."""

    id: int
    name: str
    title: str
    trust: Trust
    state: str
    zone: str | None
    vouched: Annotated[bool, Field(description="The operator stands up for it: its points are not capped")]
    created_at: datetime
    live_keys: int
    players: int


class SourcesOut(BaseModel):
    """The caller's games."""

    items: list[SourceOut]
    next: str | None = None


class KeyIn(BaseModel):
    """What a new key may do; nothing said means everything but writing rules."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scopes": ["events:write", "users:write"]}]})

    scopes: Annotated[list[Scope] | None, Field(min_length=1)] = None
    types: Annotated[list[EventCode] | None, Field(min_length=1, max_length=100)] = None
    expires_at: AwareDatetime | None = None


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: int
    prefix: str
    scopes: list[str]
    types: list[str] | None
    rate: int
    burst: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="To the minute")]


class KeyMade(KeyOut):
    """A new key: the only time that it is shown whole."""

    key: str


class KeysOut(BaseModel):
    """A game's keys."""

    items: list[KeyOut]
    next: str | None = None


class LocalName(BaseModel):
    """A name in both languages."""

    ru: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class TypeIn(BaseModel):
    """An event type of one's own. Points are per unit of amount."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": {"ru": "Гонка выиграна", "en": "Race won"},
                    "points": 10,
                    "per_hour": 20,
                    "schema": {"type": "object", "properties": {"track": {"type": "string"}}},
                    "measures": {"track": "distinct"},
                    "creature": {"joy": 0.2},
                }
            ]
        }
    )

    name: LocalName
    points: Annotated[int, Field(strict=True, ge=0, le=100)]
    lowest_trust: Trust = Trust.SERVER
    amount_max: Annotated[int, Field(strict=True, ge=1, le=AMOUNT_MAX)] = 1
    per_hour: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    client_allowed: bool = False
    details: Annotated[dict[str, Any] | None, Field(alias="schema", description="JSON Schema of `details`")] = None
    measures: Annotated[
        dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")], MetricKind],
        Field(max_length=8, description="Fields of `details` to measure, and how"),
    ] = {}
    creature: Annotated[
        dict[Annotated[str, StringConstraints(max_length=32)], Annotated[float, Field(ge=-0.3, le=0.3)]],
        Field(max_length=6, description="What it means to the player's creature"),
    ] = {}


class TypeOut(BaseModel):
    """An event type as it is now in force; one that is not `own` belongs to the platform and is only read."""

    model_config = ConfigDict(populate_by_name=True)

    code: str
    own: bool
    version: int
    name: LocalName
    points: int
    lowest_trust: Trust
    amount_max: int
    per_hour: int | None
    client_allowed: bool
    self_reported: bool
    details: Annotated[dict[str, Any] | None, Field(alias="schema", description="JSON Schema of `details`")]
    measures: dict[str, MetricKind]
    creature: dict[str, float]

    @classmethod
    def of(cls, kind: EventType) -> Self:
        """Show an event type."""
        return cls(
            code=kind.code,
            own=kind.source_id is not None,
            version=kind.version,
            name=LocalName(ru=kind.name.ru, en=kind.name.en),
            points=kind.points,
            lowest_trust=kind.lowest_trust,
            amount_max=kind.amount_max,
            per_hour=kind.per_hour,
            client_allowed=kind.client_allowed,
            self_reported=kind.self_reported,
            details=None if kind.schema is None else dict(kind.schema),
            measures=dict(kind.measures),
            creature=dict(kind.creature),
        )


class TypesOut(BaseModel):
    """What a game may send: its own types first, then the platform's."""

    items: list[TypeOut]
    next: str | None = None


class LinkIn(BaseModel):
    """The code that a player told."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "K7M2QX9B"}]})

    code: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, min_length=8, max_length=8)]


class LinkOut(BaseModel):
    """The player who is linked now."""

    source_id: int
    user_id: int
    username: str


class RefusedOut(BaseModel):
    """An event that was not taken."""

    id: int
    at: datetime
    code: str
    params: dict[str, Any]


class IntakeOut(BaseModel):
    """What a builder needs to see when nothing seems to happen."""

    refused: list[RefusedOut]
    events_last_minute: int
    events_last_hour: int
    last_event_at: datetime | None
    waiting: Annotated[int, Field(description="Marks that wait to be judged, over all games")]
    lag_seconds: Annotated[float, Field(description="Age of the oldest mark that waits")]
