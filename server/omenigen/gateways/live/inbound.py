"""The client's side of protocol 1: text in, one of a few known frames out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from omenigen.gateways.live.errors import BadFrame
from omenigen.kit.ids import MAX_ID
from omenigen.kit.streams.types import is_stream_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Show a ticket."""

    ticket: str
    v: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Ask to follow streams from the versions held."""

    epoch: str | None
    have: Mapping[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfollow:
    """Ask to follow streams no longer."""

    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SayWord:
    """Say something ephemeral to a stream's followers, or to one socket of them."""

    stream: str
    k: str
    to: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Ask whether we are there, and what we believe was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Ask for the lease of a door's replies."""

    door: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Tell how far a door's replies have been sent."""

    stream: str
    version: int


ClientFrame = Auth | Follow | Unfollow | SayWord | Ping | Claim | Ack


def read(text: str) -> ClientFrame:
    """Read one frame. Raises `BadFrame`, which names the op where one could be read."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadFrame(reason="not JSON") from error
    op = body.get("op") if isinstance(body, dict) else None
    match op:
        case "ping":
            return Ping()
        case "follow":
            return Follow(epoch=_optional_text(body, "epoch"), have=_have(body))
        case "unfollow":
            return Unfollow(streams=tuple(_name(name) for name in _of(body, "streams", list)))
        case "say":
            return SayWord(
                stream=_name(body.get("stream")),
                k=_of(body, "k", str),
                to=_optional_text(body, "to"),
                body={name: value for name, value in body.items() if name not in _SAY_FIELDS},
            )
        case "auth":
            return Auth(ticket=_of(body, "ticket", str), v=_number(body.get("v", 1)))
        case "claim":
            return Claim(door=_name(f"door.{_of(body, 'door', str)}").removeprefix("door."))
        case "ack":
            return Ack(stream=_name(body.get("stream")), version=_number(body.get("version")))
        case _:
            raise BadFrame(reason="unknown op")


def have_of(body: object) -> dict[str, int | None]:
    """Read a map of versions. Raises `BadFrame`."""
    if not isinstance(body, dict):
        raise BadFrame(reason="have is not a map")
    return {_name(name): None if version is None else _number(version) for name, version in body.items()}


_T = TypeVar("_T", str, list[Any])
_SAY_FIELDS = frozenset({"op", "stream", "k", "to"})


def _have(body: dict[str, Any]) -> dict[str, int | None]:
    return have_of(body.get("have"))


def _name(value: object) -> str:
    if not is_stream_name(value):
        raise BadFrame(reason="bad stream name")
    assert isinstance(value, str)
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_ID:
        raise BadFrame(reason="not a version")
    return value


def _of(body: dict[str, Any], name: str, kind: type[_T]) -> _T:
    value = body.get(name)
    if not isinstance(value, kind):
        raise BadFrame(reason=f"{name} is missing or of a wrong type")
    return value


def _optional_text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadFrame(reason=f"{name} is not text")
    return value
