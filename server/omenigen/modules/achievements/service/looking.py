"""Looking an event over: may this game say this, of this player, now — and what does it come to?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from omenigen.kit.auth import Game, Trust
from omenigen.kit.errors import FieldInvalid
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
from omenigen.modules.achievements.service.directory import Known, may_see
from omenigen.modules.achievements.service.hours import HourLimits
from omenigen.modules.achievements.service.keyring import LiveKey

DETAILS_MAX = 1_024
_OLDEST = datetime(1970, 1, 2, tzinfo=UTC)


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


class Looking:
    """Look events over, from memory."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._hours = HourLimits()
        self._checks: dict[tuple[str, int], Check] = {}

    def begin(self, key: LiveKey, now: datetime) -> Callable[[Told, Known | None], NewEvent]:
        """Return what looks over the events of one request.

        It takes an event and its player (None: unknown) and raises `ScopeMissing`, `UserNotFound`, `InvalidEventData`,
        `TypeNotAllowed`, `TrustTooLow`, `AmountTooBig`, `FromFuture`, `RateOfChange`. What types and calendars say is
        worked out once a request.
        """
        game, word, capped = key.game, key.game.word.value, key.game.capped
        may_write = "events:write" in game.scopes
        kinds: dict[str, EventType] = {}
        days: dict[str, date] = {}

        def look(told: Told, known: Known | None) -> NewEvent:
            if not may_write:
                raise ScopeMissing(scope="events:write")
            if known is None or not may_see(key, known):
                raise UserNotFound(user_id=told.user_id)
            kind = kinds.get(told.event_type)
            if kind is None:
                kind = kinds[told.event_type] = self._kind(game, told.event_type)
            if told.amount != 1:
                _ensure_amount(game, kind, told.amount)
            details = told.details
            text = None if details is None and kind.schema is None else self._details(kind, details)
            if told.at is None:
                at = counts_at = now
                content_at, late = None, False
                day = days.get(known.calendar.zone) if known.calendar.before is None else None
                if day is None:
                    day = day_of(now, known.calendar)
                    if known.calendar.before is None:
                        days[known.calendar.zone] = day
            else:
                at = content_at = _moment(told.at, now)
                counts_at, late = decide_moment(at=at, now=now)
                day = day_of(counts_at, known.calendar)
            if kind.per_hour is not None:
                self._hours.take(
                    user_id=told.user_id, type_code=kind.code, amount=told.amount, per_hour=kind.per_hour, now=now
                )
            points = kind.points * told.amount
            return NewEvent(
                source_id=game.source_id,
                event_id=told.event_id or new_uuid(),
                user_id=told.user_id,
                type_code=kind.code,
                amount=told.amount,
                points=points,
                worth=points,
                details=text,
                at=at,
                counts_at=counts_at,
                day=told.label or day,
                trust=word,
                late=late,
                content=0 if told.event_id is None else _digest(told, text, content_at),
                fields=details,
                self_reported=kind.self_reported or capped,
            )

        return look

    def give_back(self, event: NewEvent) -> None:
        """Give back what an event took of its player's hour: it did not count."""
        kind = self._catalog.types.get(event.type_code)
        if kind is not None and kind.per_hour is not None:
            self._hours.give_back(user_id=event.user_id, type_code=event.type_code, amount=event.amount)

    def _kind(self, game: Game, code: str) -> EventType:
        """Find a type that the game may send, one at a time."""
        kind = self._catalog.types.get(code)
        own = game.trust is Trust.OFFICIAL
        if kind is None or (kind.source_id is not None and kind.source_id != game.source_id and not own):
            raise InvalidEventData(details=f"event_type '{code}'")
        if game.types is not None and kind.code not in game.types:
            raise TypeNotAllowed(event_type=kind.code)
        if game.trust is Trust.CLIENT:
            if not kind.client_allowed:
                raise TrustTooLow(event_type=kind.code, needed=Trust.SERVER.value)
        elif game.trust.rank < kind.lowest_trust.rank:
            raise TrustTooLow(event_type=kind.code, needed=kind.lowest_trust.value)
        return kind

    def _details(self, kind: EventType, details: Any) -> str | None:  # Any: JSON
        """Return the details as compact JSON text. Raises `InvalidEventData`."""
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
        if key not in self._checks:
            assert kind.schema is not None
            self._checks[key] = compile_schema(kind.schema)
        return self._checks[key]


def _ensure_amount(game: Game, kind: EventType, amount: int) -> None:
    """Raise `AmountTooBig` for more than the type, or the word of a player's own device, allows."""
    limit = 1 if game.trust is Trust.CLIENT else kind.amount_max
    if amount > limit:
        raise AmountTooBig(field="amount", limit=limit)


def _moment(at: datetime, now: datetime) -> datetime:
    """Return the sender's moment in UTC. Raises `FromFuture`, and `FieldInvalid` for what no calendar can hold."""
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
