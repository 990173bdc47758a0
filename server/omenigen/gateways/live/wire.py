"""The way between nodes: what was committed here, as messages that may be lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import orjson
import structlog
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from omenigen.gateways.live.metrics import PUBLISH_FAILED
from omenigen.kit.bus import Bus

log = structlog.get_logger(__name__)

MESSAGE_BYTES = 64 * 1024
_WAITING_MESSAGES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A patch as another node tells it. `body` is the frame that clients get, or None in a poke."""

    node: str
    stream: str
    epoch: UUID
    from_: int
    to: int
    gate: int
    at: float
    body: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """An ephemeral frame on its way to the followers of a stream, or to one socket of them."""

    node: str
    stream: str
    to: str | None
    body: bytes


class Wire(Protocol):
    """Carry messages between nodes, or lose them."""

    @property
    def connected(self) -> bool:
        """Whether messages can leave and arrive right now."""
        ...

    def tell(self, told: Told) -> None:
        """Publish a patch; a failure is counted and forgotten, the audit finds what was lost."""
        ...

    def whisper(self, whisper: Whisper) -> None:
        """Publish an ephemeral frame."""
        ...


class NatsWire:
    """Publish on NATS core, `live.<stream>` and `eph.<stream>`; hear the same from the other nodes."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(_WAITING_MESSAGES)
        self._sender: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._bus.connected

    def tell(self, told: Told) -> None:
        self._publish(f"live.{told.stream}", write_told(told))

    def whisper(self, whisper: Whisper) -> None:
        head = orjson.dumps({"node": whisper.node, "to": whisper.to})
        self._publish(f"eph.{whisper.stream}", head + b"\n" + whisper.body)

    @asynccontextmanager
    async def listening(
        self, on_told: Callable[[Told], None], on_whisper: Callable[[Whisper], None]
    ) -> AsyncIterator[None]:
        """Hear everything for the length of the block; the subscriptions outlive reconnections."""

        async def hear_patch(message: Msg) -> None:
            on_told(read_told(message.subject, message.data))

        async def hear_whisper(message: Msg) -> None:
            head, _, body = message.data.partition(b"\n")
            fields: dict[str, Any] = orjson.loads(head)
            stream = message.subject.removeprefix("eph.")
            on_whisper(Whisper(node=fields["node"], stream=stream, to=fields["to"], body=body))

        patches = await self._bus.client.subscribe("live.>", cb=hear_patch)
        whispers = await self._bus.client.subscribe("eph.>", cb=hear_whisper)
        try:
            yield
        finally:
            with suppress(NatsError, OSError):
                await patches.unsubscribe()
                await whispers.unsubscribe()

    def _publish(self, subject: str, message: bytes) -> None:
        if not self._bus.connected or self._waiting.full():
            PUBLISH_FAILED.inc()
            return
        self._waiting.put_nowait((subject, message))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.get_running_loop().create_task(self._send(), name="live-publish")

    async def _send(self) -> None:
        while not self._waiting.empty():
            subject, message = self._waiting.get_nowait()
            try:
                await self._bus.client.publish(subject, message)
            except (NatsError, OSError) as error:
                PUBLISH_FAILED.inc()
                log.warning("patch not published", subject=subject, error=type(error).__name__)


def write_told(told: Told) -> bytes:
    """Write a patch for the bus: a short head, then the client's frame as it is; above 64 KB the head alone, a poke."""
    head = orjson.dumps(
        {
            "node": told.node,
            "epoch": str(told.epoch),
            "from": told.from_,
            "to": told.to,
            "gate": told.gate,
            "at": told.at,
        }
    )
    body = told.body or b""
    return head + b"\n" + (body if len(head) + len(body) < MESSAGE_BYTES else b"")


def read_told(subject: str, message: bytes) -> Told:
    """Read what `write_told` wrote."""
    head, _, body = message.partition(b"\n")
    fields: dict[str, Any] = orjson.loads(head)
    return Told(
        node=fields["node"],
        stream=subject.removeprefix("live."),
        epoch=UUID(fields["epoch"]),
        from_=fields["from"],
        to=fields["to"],
        gate=fields["gate"],
        at=fields["at"],
        body=body or None,
    )
