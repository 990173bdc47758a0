"""Intake: look an event over from memory, gather it with others, and answer once it is committed."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid5

import structlog

from omenigen.kit.clock import Clock
from omenigen.kit.errors import Refusal
from omenigen.modules.achievements.catalog import Catalog
from omenigen.modules.achievements.queries.writing import NewEvent
from omenigen.modules.achievements.service.cache import Answers
from omenigen.modules.achievements.service.directory import Directory, Known
from omenigen.modules.achievements.service.gathering import Gather, Outcome
from omenigen.modules.achievements.service.keyring import KeyRing, LiveKey
from omenigen.modules.achievements.service.looking import Looking, Told
from omenigen.modules.achievements.service.nudges import Nudges
from omenigen.modules.achievements.service.refused import Refused
from omenigen.modules.achievements.service.writing import Taken, Writer

log = structlog.get_logger(__name__)

_OUTBOX = UUID("6d0f3e1a-93f1-5b1c-9a53-0c8a6a1a53e7")


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
        self._directory = directory
        self._keys = keys
        self._answers = answers
        self._nudges = nudges
        self._refused = refused
        self._clock = clock
        self._looking = Looking(catalog)
        self._gather = Gather(self._write)

    async def take(self, *, key: LiveKey, told: Told) -> Taken:
        """Take one event and return once it is on disk.

        Raises the refusals of `Looking.begin`, `TooFast`, `KeyReused`, `Unavailable`.
        """
        try:
            key.take(1, self._clock.monotonic())
            known = await self._known(told.user_id)
            event = self._looking.begin(key, self._clock.now())(told, known)
        except Refusal as refusal:
            self._refused.note(key, told, refusal)
            raise
        (outcome,) = await self._gather.put([event])
        if isinstance(outcome, Refusal):
            self._looking.give_back(event)
            self._refused.note(key, told, outcome)
            raise outcome
        if not outcome.new:
            self._looking.give_back(event)
        return outcome

    async def take_many(self, *, key: LiveKey, told: Sequence[Told | Refusal]) -> list[Outcome]:
        """Take a batch; return what became of each, in order. Raises `TooFast` for the batch as a whole."""
        key.take(len(told), self._clock.monotonic())
        await self._read_players(told)
        look = self._looking.begin(key, self._clock.now())
        found: list[Outcome | None] = []
        good: list[NewEvent] = []
        for one in told:
            try:
                if isinstance(one, Refusal):
                    raise one
                good.append(look(one, self._directory.at_hand(one.user_id)))
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
                    self._looking.give_back(event)
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
