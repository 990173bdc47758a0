"""What intake refused, for the builder who wonders why nothing happens: collected in memory, written each second."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from prometheus_client import Counter
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock
from omenigen.kit.errors import Refusal, Unavailable
from omenigen.kit.streams import Streams
from omenigen.modules.achievements.models import RefusedRow
from omenigen.modules.achievements.queries import sources as queries
from omenigen.modules.achievements.service.keyring import LiveKey

KEPT = 100
SHOWN = 50
REFUSED = Counter("achievement_refused_total", "Events that were not taken", ["code"])


class Telling(Protocol):
    """What is shown of an event that was told."""

    @property
    def user_id(self) -> int: ...
    @property
    def event_type(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusing:
    """One event that was not taken."""

    source_id: int
    at: datetime
    code: str
    params: Mapping[str, Any]  # Any: JSON


class Refused:
    """Collect refusals; under a flood only the newest hundred matter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[Refusing] = deque(maxlen=2 * KEPT)

    def note(self, key: LiveKey, told: Telling | None, refusal: Refusal) -> None:
        """Note a refusal of one event."""
        REFUSED.labels(refusal.code).inc()
        if isinstance(refusal, Unavailable):
            return
        params = dict(refusal.params)
        if told is not None:
            params = {"user_id": told.user_id, "event_type": told.event_type, **params}
        self._kept.append(
            Refusing(source_id=key.game.source_id, at=self._clock.now(), code=refusal.code, params=params)
        )

    def take_all(self) -> list[Refusing]:
        """Hand over what was collected."""
        taken = list(self._kept)
        self._kept.clear()
        return taken

    @property
    def any(self) -> bool:
        """Say whether there is something to write."""
        return bool(self._kept)


class RefusedPages:
    """Write refusals where their builder sees them: the table, and the game's live stream."""

    def __init__(self, session: AsyncSession, streams: Streams) -> None:
        self._session = session
        self._streams = streams

    async def write(self, *, refused: list[Refusing]) -> None:
        """Write refusals, show the newest, and forget those past the hundredth."""
        for source_id in sorted({one.source_id for one in refused}):
            rows = [one for one in refused if one.source_id == source_id][-KEPT:]
            ids = (
                await self._session.scalars(
                    insert(RefusedRow).returning(RefusedRow.id, sort_by_parameter_order=True),
                    [
                        {"source_id": source_id, "at": one.at, "code": one.code, "params": dict(one.params)}
                        for one in rows
                    ],
                )
            ).all()
            await queries.trim_refused(self._session, source_id, keep=KEPT)
            pushed_out = await queries.refused_beyond(self._session, source_id, place=SHOWN)
            self._show(source_id, dict(zip(ids, rows, strict=True)), pushed_out)

    def _show(self, source_id: int, rows: Mapping[int, Refusing], pushed_out: Sequence[int]) -> None:
        newest = sorted(rows)[-SHOWN:]
        self._streams.append(
            f"app.{source_id}",
            put={
                f"refusal/{row_id}": refusal_entity(
                    row_id, at=rows[row_id].at, code=rows[row_id].code, params=rows[row_id].params
                )
                for row_id in newest
            },
            drop=[f"refusal/{row_id}" for row_id in pushed_out],
            why="achievements.refused",
        )


def refusal_entity(row_id: int, *, at: datetime, code: str, params: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
    """Key `refusal/<id>` of a game's stream."""
    return {"id": row_id, "at": at, "code": code, "params": dict(params)}
