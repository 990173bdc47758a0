"""What travels on a stream: names, entities, and the patches that a unit of work wrote."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NewType, Protocol
from uuid import UUID

import orjson

STREAM_NAME = re.compile(r"[a-z]{2,16}(\.[a-z0-9-]{1,32}){1,3}")
KEY_BYTES = 80
VALUE_BYTES = 32 * 1024

Encoded = NewType("Encoded", bytes)
"""One entity as JSON text: made once, then only carried."""

Entity = Any
"""A frozen dataclass of a module's `types.py`, or a plain dict: whatever orjson can write."""

_FORM = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


class PatchBroken(ValueError):
    """A module tried to append what no stream carries: a fault of ours, never the caller's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one unit of work did to one stream: the range `(from_, to]`, committed under `gate` in `epoch`."""

    stream: str
    from_: int
    to: int
    gate: int
    put: Mapping[str, Encoded]
    drop: tuple[str, ...]
    why: str | None
    epoch: UUID

    @property
    def entities(self) -> dict[str, Any]:
        """The entities put, read back from their JSON."""
        return {key: orjson.loads(value) for key, value in self.put.items()}


class Announcer(Protocol):
    """Tell of patches after their commit: sockets of this process at once, other nodes over the bus."""

    def announce(self, written: list[Written]) -> None:
        """Hand over what was committed; never fails, never waits."""
        ...


def prefix_of(stream: str) -> str:
    """Return the kind of a stream: the word before the first dot."""
    return stream.partition(".")[0]


def is_stream_name(name: object) -> bool:
    """Tell whether `name` could name a stream."""
    return isinstance(name, str) and STREAM_NAME.fullmatch(name) is not None


def encode(entity: Entity) -> Encoded:
    """Write an entity as JSON. Raises `PatchBroken` above 32 KB or for a value that JSON does not know."""
    try:
        text = orjson.dumps(entity, option=_FORM)
    except TypeError as error:
        raise PatchBroken(f"an entity is not JSON: {error}") from error
    if len(text) > VALUE_BYTES:
        raise PatchBroken(f"an entity takes {len(text)} bytes; a stream carries {VALUE_BYTES}")
    return Encoded(text)


def ensure_key(key: str) -> None:
    """Demand a key of 1 to 80 bytes. Raises `PatchBroken`."""
    if not 1 <= len(key.encode()) <= KEY_BYTES:
        raise PatchBroken(f"a key has 1–{KEY_BYTES} bytes, not {key!r}")


def ensure_name(stream: str) -> None:
    """Demand the name of a stream. Raises `PatchBroken`."""
    if not is_stream_name(stream):
        raise PatchBroken(f"no stream can be called {stream!r}")
