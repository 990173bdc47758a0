"""Facts that a consumer gave up on: look at them, send them again, or let them go."""

import base64

import orjson
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from pydantic import JsonValue

from omenigen.kit.bus import DEAD, Bus
from omenigen.main.operator.errors import DeadLetterNotFound
from omenigen.main.operator.types import DeadLetter, DeadLetterPage

_ALL = "dead.>"


class DeadLetters:
    """The stream DEAD as a desk drawer."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def page(self, *, after: int, limit: int) -> DeadLetterPage:
        """List dead letters above a number, oldest first."""
        found: list[DeadLetter] = []
        while len(found) <= limit:
            try:
                start = found[-1].id + 1 if found else after + 1
                message = await self._bus.jetstream.get_msg(DEAD, seq=start, subject=_ALL, next=True)
            except NotFoundError:
                return DeadLetterPage(items=found, next=None)
            found.append(_letter(message))
        return DeadLetterPage(items=found[:limit], next=found[limit - 1].id)

    async def replay(self, *, id: int) -> None:
        """Send a fact again under its own subject and its own id, and take it out of the drawer.

        Every consumer of the subject gets it; those that had digested it see a known id and do nothing. The message
        id names the letter, so that a second press of the button within the window of JetStream is dropped there.
        Raises `DeadLetterNotFound`.
        """
        message = await self._get(id)
        letter = _letter(message)
        await self._bus.publish_fact(letter.subject, message.data or b"", message_id=f"replay-{id}")
        await self._remove(id)

    async def discard(self, *, id: int) -> None:
        """Let a fact go for good. Raises `DeadLetterNotFound`."""
        await self._get(id)
        await self._remove(id)

    async def count(self) -> int:
        """Count what lies in the drawer."""
        return (await self._bus.jetstream.stream_info(DEAD)).state.messages

    async def _get(self, id: int) -> RawStreamMsg:
        try:
            return await self._bus.jetstream.get_msg(DEAD, seq=id)
        except NotFoundError as error:
            raise DeadLetterNotFound(id=id) from error

    async def _remove(self, id: int) -> None:
        try:
            await self._bus.jetstream.delete_msg(DEAD, id)
        except NotFoundError as error:
            raise DeadLetterNotFound(id=id) from error


def _letter(message: RawStreamMsg) -> DeadLetter:
    assert message.seq is not None and message.time is not None
    headers = _headers(message)
    return DeadLetter(
        id=message.seq,
        subject=headers.get("Omenigen-Subject", ""),
        consumer=headers.get("Omenigen-Consumer", ""),
        error=headers.get("Omenigen-Error", ""),
        payload=_payload(message.data or b""),
        at=message.time,
    )


def _headers(message: RawStreamMsg) -> dict[str, str]:
    # nats-py reads headers as ASCII mail; an error in Russian is UTF-8 on the wire, so they are read anew here.
    lines = base64.b64decode(message.hdrs or b"").decode(errors="replace").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:] if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _payload(body: bytes) -> JsonValue:
    try:
        payload: JsonValue = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")
    return payload
