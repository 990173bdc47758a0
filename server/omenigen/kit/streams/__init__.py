"""Streams: small keyed maps with versions, replicated to whoever may follow them."""

from omenigen.kit.streams.appending import Streams
from omenigen.kit.streams.kinds import Say, StreamKind, StreamKinds, StreamPart
from omenigen.kit.streams.types import Announcer, Encoded, Entity, PatchBroken, Written

__all__ = [
    "Announcer",
    "Encoded",
    "Entity",
    "PatchBroken",
    "Say",
    "StreamKind",
    "StreamKinds",
    "StreamPart",
    "Streams",
    "Written",
]
