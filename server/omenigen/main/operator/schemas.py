"""The HTTP language of the operator's desk."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from omenigen.kit.texts import Locale, Texts
from omenigen.main.operator.types import Finding, Part, State


class PartOut(BaseModel):
    """One part of the house: how it is, in figures and in words, and what to do where something is wrong."""

    part: Part
    title: str = Field(examples=["Relay of facts"])
    state: State
    summary: str = Field(examples=["Facts leave at once"])
    advice: str | None = Field(examples=[None])
    figures: dict[str, JsonValue] = Field(examples=[{"waiting": 0, "lag": 0.0}])

    @classmethod
    def of(cls, finding: Finding, texts: Texts, locale: Locale) -> Self:
        """Say a finding in the operator's language."""
        key = ".".join(filter(None, ["operator", finding.part, finding.state, finding.cause]))
        advised = f"{key}.advice"
        return cls(
            part=finding.part,
            title=texts.say(locale, f"operator.{finding.part}"),
            state=finding.state,
            summary=texts.say(locale, key, **finding.figures),
            advice=texts.say(locale, advised, **finding.figures) if texts.has(locale, advised) else None,
            figures=dict(finding.figures),
        )


class HealthOut(BaseModel):
    """How the house is: the worst of its parts, and each part."""

    state: State
    parts: list[PartOut]


class _FromFigures(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class StreamOut(_FromFigures):
    """One JetStream stream: messages and bytes kept, first and last number."""

    name: str
    messages: int
    bytes: int
    first: int
    last: int


class ConsumerOut(_FromFigures):
    """One consumer: facts that wait for it; `lag` is the age in seconds of the oldest it has not digested."""

    name: str
    subject: str
    pending: int
    unacknowledged: int
    redelivered: int
    listening: bool
    lag: float


class OutboxOut(_FromFigures):
    """Facts that the bus has not yet taken; `lag` is the age in seconds of the oldest."""

    waiting: int
    lag: float


class QueuesOut(BaseModel):
    """Everything that waits."""

    streams: list[StreamOut]
    consumers: list[ConsumerOut]
    outbox: OutboxOut
    due: int = Field(description="Achievements that wait to be judged: pairs of a player and a metric")


class DeadLetterOut(_FromFigures):
    """A fact that a consumer gave up on."""

    id: int
    subject: str = Field(examples=["achievements.unlocked"])
    consumer: str = Field(examples=["notify-unlocked"])
    error: str = Field(examples=["KeyError: 'code'"])
    payload: JsonValue = Field(description="The fact as it came; text where it is not JSON")
    at: datetime


class DeadLettersOut(_FromFigures):
    """A page of dead letters, oldest first; `next` goes into `after`."""

    items: list[DeadLetterOut]
    next: int | None


class OperationOut(BaseModel):
    """One operation over HTTP since this process started: requests, 5xx answers, milliseconds (upper bounds)."""

    operation: str
    requests: int
    failures: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class MetricsOut(BaseModel):
    """The process that answers, in figures; all of them are at `/metrics`."""

    requests: int
    failures: int
    refusals: int
    memory_bytes: int
    uptime_seconds: float
    operations: list[OperationOut]
