"""The vocabulary of the operator's desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue


class Part(StrEnum):
    """A part of the house that can be well or unwell by itself."""

    DATABASE = "database"
    REDIS = "redis"
    NATS = "nats"
    RELAY = "relay"
    CONSUMERS = "consumers"
    AUDIT = "audit"
    DISK = "disk"
    MAIL = "mail"


class State(StrEnum):
    """How a part is; `strained` works, but wants to be looked at."""

    OK = "ok"
    STRAINED = "strained"
    DOWN = "down"

    @property
    def rank(self) -> int:
        """Position from well to unwell, from 0."""
        return list(State).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look at one part showed: figures, and the key of the words that explain them."""

    part: Part
    state: State
    figures: Mapping[str, JsonValue] = field(default_factory=dict)
    cause: str | None = None
    """Which of a part's troubles it is, where a part can have several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFigures:
    """One JetStream stream: how much it holds."""

    name: str
    messages: int
    bytes: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerFigures:
    """One consumer: what waits for it and how old the oldest of that is (`lag`, seconds)."""

    name: str
    subject: str
    pending: int
    unacknowledged: int
    redelivered: int
    listening: bool
    lag: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxFigures:
    """Facts that the bus has not yet taken, and the age of the oldest in seconds."""

    waiting: int
    lag: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A fact that a consumer gave up on, as it lies in the stream DEAD; `id` is its number there."""

    id: int
    subject: str
    consumer: str
    error: str
    payload: JsonValue
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterPage:
    """A slice of the dead letters, oldest first."""

    items: Sequence[DeadLetter]
    next: int | None
