"""What open screens show of a player's recognition: one builder per entity, for patches and snapshots alike."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from omenigen.modules.achievements.catalog import Rule
from omenigen.modules.achievements.rules.evaluating import Progress
from omenigen.modules.achievements.rules.levels import level_of

NEWEST_OF_PLAYER = 10
NEWEST_OF_SOURCE = 50
REMEMBERED = 50_000


def score_entity(row: RowMapping | None, by_type: Mapping[str, int]) -> dict[str, Any]:  # Any: JSON
    """Key `score`: points, level and counts of a player; zeros for somebody of whom nothing is known."""
    event_points, achievement_points, count, last = (
        (row["event_points"], row["achievement_points"], row["achievements_count"], row["last_activity"])
        if row is not None
        else (0, 0, 0, None)
    )
    level = level_of(max(0, event_points + achievement_points))
    return {
        "total_score": event_points,
        "achievement_points": achievement_points,
        "experience": event_points + achievement_points,
        "level": level.number,
        "level_from": level.begins,
        "level_to": level.ends,
        "achievements_count": count,
        "by_type": dict(by_type),
        "last_activity": last,
    }


def event_entity(row: RowMapping) -> dict[str, Any]:  # Any: JSON
    """Key `event/<id>` of a player's stream."""
    return {
        "id": row["id"],
        "event_type": row["type_code"],
        "amount": row["amount"],
        "points": row["points"],
        "source": row["source"],
        "at": row["counts_at"],
    }


def source_event_entity(row: RowMapping) -> dict[str, Any]:  # Any: JSON
    """Key `event/<id>` of a game's stream."""
    return {**event_entity(row), "user_id": row["user_id"]}


def unlock_entity(row: RowMapping, rule: Rule | None) -> dict[str, Any]:  # Any: JSON
    """Key `unlock/<code>.<tier>`; a rule that is gone is called by its code."""
    code = row["rule_code"]
    return {
        "id": row["id"],
        "code": code,
        "name": rule.name.as_dict() if rule else {"ru": code, "en": code},
        "points": row["points"],
        "tier": row["tier"],
        "n": row["n"],
        "earned_at": row["at"],
        "state": row["state"],
        "family": rule.family.value if rule else None,
        "shape": rule.shape.value if rule else None,
        "icon": rule.icon if rule else None,
    }


def unlock_key(row: RowMapping) -> str:
    """Name of an unlock's key; repeats of a tier stand under one key, the newest wins."""
    return f"unlock/{row['rule_code']}.{row['tier']}"


def progress_entity(progress: Progress) -> dict[str, Any]:  # Any: JSON
    """Key `progress/<code>`. What is finished is not judged any more, so it stands at its target for ever."""
    return {
        "tier": progress.tier,
        "value": whole(progress.target if progress.share >= 1 else progress.value),
        "target": whole(progress.target),
        "share": round(progress.share, 4),
    }


def whole(value: float) -> float | int:
    """Write 3.0 as 3."""
    return int(value) if value == int(value) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What changes in a list of newest events: rows to put, ids to drop."""

    put: tuple[RowMapping, ...]
    drop: tuple[int, ...]


class Shown:
    """Remember which newest events each stream shows, so that a patch carries only what is new.

    Patches are absolute, so forgetting is harmless: the whole list is put once more. Several judges may each remember
    a different past; what each puts and drops is right for all of them.
    """

    def __init__(self) -> None:
        self._ids: OrderedDict[str, tuple[int, ...]] = OrderedDict()
        self._pending: dict[str, tuple[int, ...]] = {}

    def glimpse(self, stream: str, rows: tuple[RowMapping, ...]) -> Glimpse:
        """Compare the newest rows (newest first) with what was shown before."""
        before = self._ids.get(stream, ())
        now = tuple(row["id"] for row in rows)
        self._pending[stream] = now
        known, newest = frozenset(before), frozenset(now)
        return Glimpse(
            put=tuple(row for row in rows if row["id"] not in known),
            drop=tuple(one for one in before if one not in newest),
        )

    def ids(self, stream: str) -> tuple[int, ...]:
        """Ids of the events that a stream shows, as far as this process knows."""
        return self._ids.get(stream, ())

    def committed(self) -> None:
        """Believe what was glimpsed: its patches are written."""
        for stream, ids in self._pending.items():
            self._ids[stream] = ids
            self._ids.move_to_end(stream)
        self._pending.clear()
        while len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)

    def rolled_back(self) -> None:
        """Forget what was glimpsed in vain."""
        self._pending.clear()
