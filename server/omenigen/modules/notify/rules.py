"""How notices are worded and when two become one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from omenigen.kit.texts import Locale
from omenigen.modules.notify.types import NoticeKind, Params, UnlockLine

MERGE_WITHIN = timedelta(seconds=10)
KEPT_FOR = timedelta(days=90)
IN_STREAM = 30
"""A stream holds this many newest notices; older ones are read page by page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Which templates say a notice, and what fills them in one language."""

    title: str
    text: str
    fill: Mapping[str, object]


def may_merge(*, made_at: datetime, read_at: datetime | None, now: datetime) -> bool:
    """Say whether a fresh unlock joins a notice that was made a moment ago and is still unread."""
    return read_at is None and timedelta(0) <= now - made_at <= MERGE_WITHIN


def merge_unlocks(held: Sequence[UnlockLine], fresh: UnlockLine) -> list[UnlockLine]:
    """Add one unlock to those a notice tells of; a tier that is there already changes nothing."""
    if any((line.code, line.tier, line.n) == (fresh.code, fresh.tier, fresh.n) for line in held):
        return list(held)
    return [*held, fresh]


def unlock_params(lines: Sequence[UnlockLine]) -> Params:
    """Write unlocks the way `params` keeps them."""
    return {
        "items": [
            {"code": line.code, "tier": line.tier, "n": line.n, "points": line.points, "name": dict(line.name)}
            for line in lines
        ],
        "points": sum(line.points for line in lines),
    }


def read_unlocks(params: Params) -> list[UnlockLine]:
    """Read back what `unlock_params` wrote; anything unknown is passed over."""
    items = params.get("items")
    return [line for item in items if (line := _read_unlock(item))] if isinstance(items, list) else []


def decide_wording(*, kind: NoticeKind, params: Params, locale: Locale) -> Wording:
    """Choose the templates for a notice in one language."""
    if kind is NoticeKind.ACHIEVEMENT_UNLOCKED:
        return _unlock_wording(read_unlocks(params), locale)
    return Wording(title=f"notify.{kind}.title", text=f"notify.{kind}.text", fill=params)


def _unlock_wording(lines: Sequence[UnlockLine], locale: Locale) -> Wording:
    names = [line.name.get(locale) or line.name.get("en") or line.code for line in lines]
    points = sum(line.points for line in lines)
    if len(names) == 1:
        fill: dict[str, object] = {"name": names[0], "points": points}
        return Wording(title="notify.achievement_unlocked.title", text="notify.achievement_unlocked.text", fill=fill)
    fill = {"names": ", ".join(names), "points": points}
    return Wording(title="notify.achievements_unlocked.title", text="notify.achievements_unlocked.text", fill=fill)


def _read_unlock(item: object) -> UnlockLine | None:
    match item:
        case {"code": str(code), "tier": int(tier), "n": int(n), "points": int(points), "name": dict(name)}:
            named = {str(locale): str(said) for locale, said in name.items()}
            return UnlockLine(code=code, tier=tier, n=n, points=points, name=named)
        case _:
            return None
