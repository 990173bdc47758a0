"""Intake: look an event over from memory, gather it with others, and answer once it is committed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

import orjson
import structlog

from omenigen.kit.auth import Trust
from omenigen.kit.clock import Clock
from omenigen.kit.errors import FieldInvalid, Refusal
from omenigen.kit.ids import new_uuid
from omenigen.modules.accounts.public import UserNotFound
from omenigen.modules.achievements.catalog import Catalog, EventType
from omenigen.modules.achievements.errors import (
    AmountTooBig,
    FromFuture,
    InvalidEventData,
    ScopeMissing,
    TrustTooLow,
    TypeNotAllowed,
)
from omenigen.modules.achievements.queries.writing import NewEvent
from omenigen.modules.achievements.rules.days import day_of, decide_moment, is_from_future
from omenigen.modules.achievements.rules.details import Check, compile_schema
from omenigen.modules.achievements.service.cache import Answers
from omenigen.modules.achievements.service.directory import Directory, Known, may_see
from omenigen.modules.achievements.service.gathering import Gather, Outcome
from omenigen.modules.achievements.service.hours import HourLimits
from omenigen.modules.achievements.service.keyring import KeyRing, LiveKey
from omenigen.modules.achievements.service.nudges import Nudges
from omenigen.modules.achievements.service.refused import Refused
from omenigen.modules.achievements.service.writing import Taken, Writer

log = structlog.get_logger(__name__)

DETAILS_MAX = 1_024
_OLDEST = datetime(1970, 1, 2, tzinfo=UTC)
_OUTBOX = UUID("6d0f3e1a-93f1-5b1c-9a53-0c8a6a1a53e7")


@dataclass(slots=True, kw_only=True)
class Told:
    """An event as its sender told it, its shape already checked. Not frozen: there is one for every event."""

    user_id: int
    event_type: str
    details: Any  # Any: JSON; what is not an object is refused here
    event_id: UUID | None = None
    at: datetime | None = None
    amount: int = 1
    label: date | None = None


class Intake:
    """Take events, one or many."""

    def __init__(
        self,
        *,
        writer: Writer,
        catalog: Catalog,
        directory: Directory,
        keys: KeyRing,
        answers: Answers,
        nudges: Nudges,
        refused: Refused,
        clock: Clock,
    ) -> None:
        self._writer = writer
        self._catalog = catalog
        self._directory = directory
        self._keys = keys
        self._answers = answers
        self._nudges = nudges
        self._refused = refused
        self._clock = clock
        self._hours = HourLimits()
        self._gather = Gather(self._write)
        self._schemas: dict[tuple[str, int], Check] = {}

    async def take(self, *, key: LiveKey, told: Told) -> Taken:
        """Take one event and return once it is on disk.

        Raises the refusals of `_look_over`, `TooFast`, `KeyReused`, `Unavailable`.
        """
        try:
            key.take(1, self._clock.monotonic())
            event = self._look_over(key, told, await self._known(told.user_id), self._clock.now())
        except Refusal as refusal:
            self._refused.note(key, told, refusal)
            raise
        (outcome,) = await self._gather.put([event])
        if isinstance(outcome, Refusal):
            self._give_back(event)
            self._refused.note(key, told, outcome)
            raise outcome
        if not outcome.new:
            self._give_back(event)
        return outcome

    async def take_many(self, *, key: LiveKey, told: Sequence[Told | Refusal]) -> list[Outcome]:
        """Take a batch; return what became of each, in order. Raises `TooFast` for the batch as a whole."""
        key.take(len(told), self._clock.monotonic())
        await self._read_players(told)
        now = self._clock.now()
        found: list[Outcome | None] = []
        good: list[NewEvent] = []
        for one in told:
            try:
                if isinstance(one, Refusal):
                    raise one
                good.append(self._look_over(key, one, self._directory.at_hand(one.user_id), now))
                found.append(None)
            except Refusal as refusal:
                self._refused.note(key, one if isinstance(one, Told) else None, refusal)
                found.append(refusal)
        outcomes = iter(await self._gather.put(good) if good else ())
        events = iter(good)
        for place, had in enumerate(found):
            if had is None:
                outcome, event = next(outcomes), next(events)
                if isinstance(outcome, Refusal):
                    self._refused.note(key, None, outcome)
                if isinstance(outcome, Refusal) or not outcome.new:
                    self._give_back(event)
                found[place] = outcome
        return [outcome for outcome in found if outcome is not None]

    async def take_own(self, *, told: Told, outbox_id: int) -> Taken:
        """Take a fact of our own as an event; the outbox id makes it single."""
        key = await self._keys.own_key()
        event_id = uuid5(_OUTBOX, str(outbox_id))
        own = Told(
            user_id=told.user_id,
            event_type=told.event_type,
            details=told.details,
            event_id=event_id,
            at=told.at,
            amount=told.amount,
            label=told.label,
        )
        return await self.take(key=key, told=own)

    async def stop(self) -> None:
        """Finish what is under way."""
        await self._gather.drain()

    async def _known(self, user_id: int) -> Known | None:
        return self._directory.at_hand(user_id) or await self._directory.find(user_id)

    async def _read_players(self, told: Sequence[Told | Refusal]) -> None:
        missing = {
            one.user_id for one in told if isinstance(one, Told) and self._directory.at_hand(one.user_id) is None
        }
        await asyncio.gather(*(self._directory.find(user_id) for user_id in missing))

    async def _write(self, events: Sequence[NewEvent]) -> list[Outcome]:
        outcomes, revisions = await self._writer.write(events)
        if revisions:
            # Before anybody is answered: a player who reads right after must not meet an older copy.
            await self._answers.moved(revisions)
            self._nudges.judge()
        return outcomes

    def _look_over(self, key: LiveKey, told: Told, known: Known | None, now: datetime) -> NewEvent:
        """Turn what was told into an event, or refuse it.

        Raises `ScopeMissing`, `UserNotFound`, `InvalidEventData`, `TypeNotAllowed`, `TrustTooLow`, `AmountTooBig`,
        `FromFuture`, `RateOfChange`.
        """
        if "events:write" not in key.game.scopes:
            raise ScopeMissing(scope="events:write")
        if known is None or not may_see(key, known):
            raise UserNotFound(user_id=told.user_id)
        kind = self._type_for(key, told)
        text = self._details(kind, told.details)
        at = _moment(told.at, now)
        counts_at, late = decide_moment(at=at, now=now)
        day = told.label or day_of(counts_at, known.calendar)
        if kind.per_hour is not None:
            self._hours.take(
                user_id=told.user_id, type_code=kind.code, amount=told.amount, per_hour=kind.per_hour, now=now
            )
        return NewEvent(
            source_id=key.game.source_id,
            event_id=told.event_id or new_uuid(),
            user_id=told.user_id,
            type_code=kind.code,
            amount=told.amount,
            points=kind.points * told.amount,
            worth=kind.points * told.amount,
            details=text,
            at=at or now,
            counts_at=counts_at,
            day=day,
            trust=key.game.word.value,
            late=late,
            content=0 if told.event_id is None else _digest(told, text, at),
            fields=told.details,
            self_reported=kind.self_reported or key.game.capped,
        )

    def _type_for(self, key: LiveKey, told: Told) -> EventType:
        kind = self._catalog.types.get(told.event_type)
        own = key.game.trust is Trust.OFFICIAL
        if kind is None or (kind.source_id is not None and kind.source_id != key.game.source_id and not own):
            raise InvalidEventData(details=f"event_type '{told.event_type}'")
        if key.game.types is not None and kind.code not in key.game.types:
            raise TypeNotAllowed(event_type=kind.code)
        if key.game.trust is Trust.CLIENT:
            if not kind.client_allowed:
                raise TrustTooLow(event_type=kind.code, needed=Trust.SERVER.value)
            if told.amount != 1:
                raise AmountTooBig(field="amount", limit=1)
        elif not key.game.trust.rank >= kind.lowest_trust.rank:
            raise TrustTooLow(event_type=kind.code, needed=kind.lowest_trust.value)
        if told.amount > kind.amount_max:
            raise AmountTooBig(field="amount", limit=kind.amount_max)
        return kind

    def _details(self, kind: EventType, details: Any) -> str | None:  # Any: JSON
        """Return the details as compact JSON text. Raises `InvalidEventData`."""
        if details is None and kind.schema is None:
            return None
        if details is not None and not isinstance(details, dict):
            raise InvalidEventData(details="details: object")
        if kind.schema is not None and (wrong := self._check(kind)(details or {}, "details")) is not None:
            raise InvalidEventData(details=wrong)
        if details is None:
            return None
        try:
            packed = orjson.dumps(details)
        except TypeError as error:
            raise InvalidEventData(details="details: JSON") from error
        if len(packed) > DETAILS_MAX:
            raise InvalidEventData(details=f"details: {len(packed)} > {DETAILS_MAX} bytes")
        if b"\\u0000" in packed:
            raise InvalidEventData(details="details: U+0000")
        return packed.decode()

    def _check(self, kind: EventType) -> Check:
        key = (kind.code, kind.version)
        if key not in self._schemas:
            assert kind.schema is not None
            self._schemas[key] = compile_schema(kind.schema)
        return self._schemas[key]

    def _give_back(self, event: NewEvent) -> None:
        kind = self._catalog.types.get(event.type_code)
        if kind is not None and kind.per_hour is not None:
            self._hours.give_back(user_id=event.user_id, type_code=event.type_code, amount=event.amount)


def _moment(at: datetime | None, now: datetime) -> datetime | None:
    """Return the sender's moment in UTC. Raises `FromFuture`, and `FieldInvalid` for what no calendar can hold."""
    if at is None:
        return None
    try:
        moment = at.astimezone(UTC)
    except OverflowError as error:
        raise FieldInvalid(field="at", error="≥ 1970-01-02") from error
    if moment < _OLDEST:
        raise FieldInvalid(field="at", error="≥ 1970-01-02")
    if is_from_future(at=moment, now=now):
        raise FromFuture(field="at")
    return moment


def _digest(told: Told, details: str | None, at: datetime | None) -> int:
    """Return 63 bits by which a repeat is told from another event under the same id."""
    canonical = orjson.dumps(
        [told.user_id, told.event_type, told.amount, at, orjson.loads(details) if details else None],
        option=orjson.OPT_SORT_KEYS,
    )
    return int.from_bytes(blake2b(canonical, digest_size=8).digest(), "big") >> 1
