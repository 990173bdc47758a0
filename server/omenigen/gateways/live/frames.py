"""The server's side of protocol 1: JSON bodies, and finished WebSocket text frames around them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from omenigen.kit.streams import Encoded
from omenigen.kit.streams.reading import Answer, Gone, Range, Reload

PROTOCOL = 1
BEAT_SECONDS = 25
STREAMS_PER_SOCKET = 500
FRAME_BYTES = 64 * 1024

_FORM = orjson.OPT_UTC_Z


def text_frame(body: bytes) -> bytes:
    """Wrap a JSON body into a finished text frame (RFC 6455 §5.2: FIN, no mask, no extension)."""
    size = len(body)
    if size < 126:
        return bytes((0x81, size)) + body
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + body
    return b"\x81\x7f" + size.to_bytes(8, "big") + body


def frame(op: str, **fields: Any) -> bytes:  # Any: what JSON can say
    """Finish a frame of one recipient; fields that are None are left out."""
    return text_frame(body(op, **fields))


def body(op: str, **fields: Any) -> bytes:  # Any: what JSON can say
    """Write the JSON of a frame; fields that are None are left out."""
    present = {name.rstrip("_"): value for name, value in fields.items() if value is not None}
    return orjson.dumps({"op": op, **present}, option=_FORM)


def patch_body(
    *, stream: str, from_: int, to: int, put: Mapping[str, Encoded], drop: Sequence[str], why: str | None = None
) -> bytes:
    """Say what changed in `(from_, to]`; the entities are JSON already and are only copied."""
    body: dict[str, Any] = {
        "op": "patch",
        "stream": stream,
        "from": from_,
        "to": to,
        "put": {key: orjson.Fragment(value) for key, value in put.items()},
        "drop": list(drop),
    }
    if why is not None:
        body["why"] = why
    return orjson.dumps(body)


def answer_body(answer: Answer) -> bytes | None:
    """Say the answer to a follow; None where the follower is level already."""
    match answer:
        case Gone(stream=stream):
            return orjson.dumps({"op": "gone", "stream": stream})
        case Reload(stream=stream, version=version, why=why):
            return orjson.dumps({"op": "reload", "stream": stream, "version": version, "why": why.value})
        case Range(from_=from_, to=to) if from_ == to:
            return None
        case Range(stream=stream, from_=from_, to=to, put=put, drop=drop):
            return patch_body(stream=stream, from_=from_, to=to, put=put, drop=drop)


def hello(*, epoch: UUID, user: int | None, app: int | None, socket: str, now: datetime) -> bytes:
    """Greet an accepted caller."""
    return frame(
        "hello",
        v=PROTOCOL,
        epoch=str(epoch),
        user=user,
        app=app,
        socket=socket,
        beat=BEAT_SECONDS,
        limits={"streams": STREAMS_PER_SOCKET, "frame": FRAME_BYTES},
        now=now.replace(microsecond=0),
    )
