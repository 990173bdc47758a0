"""The HTTP language of live updates."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

Version = Annotated[int, Field(ge=0, lt=2**63)]
StreamName = Annotated[str, Field(pattern=r"^[a-z]{2,16}(\.[a-z0-9-]{1,32}){1,3}$", examples=["user.7"])]


class TicketOut(BaseModel):
    """A way into the socket for a page that can send neither cookie nor header."""

    ticket: str = Field(examples=["q3Zr4nJ5m8Tt1zCkq0yJ7m2b9XvLw5eHs6uPd3fGa1c"])
    expires_in: int = Field(description="seconds", examples=[30])


class CopyOut(BaseModel):
    """A fresh copy of a stream."""

    version: int = Field(examples=[918])
    entities: dict[str, Any] = Field(examples=[{"score": {"total_score": 75}}])


class CopiesOut(BaseModel):
    """Fresh copies, true at one moment; what may not be followed is under `gone`."""

    epoch: str
    streams: dict[str, CopyOut]
    gone: list[str]


class CatchUpIn(BaseModel):
    """What a client has of each stream (null: nothing), and how far it has shown received messages."""

    epoch: str | None = None
    have: dict[StreamName, Version | None] = Field(max_length=500, examples=[{"user.7": 33}])
    got: dict[StreamName, Version] = Field(default_factory=dict, max_length=500)


class CatchUpOut(BaseModel):
    """The frames that the socket would have sent: `patch`, `reload`, `gone`."""

    epoch: str
    frames: list[dict[str, Any]] = Field(
        examples=[[{"op": "patch", "stream": "user.7", "from": 33, "to": 34, "put": {"score": {}}, "drop": []}]]
    )
