"""What happens to players in an experiment: the same for the same seed, worth the same in whatever order it is told.

Left out is only what by its nature depends on when it is told: limits per hour, cooldowns, and a `not` whose day ends.
"""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SPAN = timedelta(hours=40)
"""Events lie so far back at most: below the 48 h in which an event still counts for its own moment."""

SECRETS, PLACES, SPECIES, RECIPES = 300, 40, 12, 25
HABITS_A_PLAYER, FOCUSES_A_PLAYER = 16, 3
"""Beyond thirty points a day, so that the cap cuts; three copies at once stay below the hourly limits."""

_OFTEN = (
    ("complete_level", 30), ("find_secret", 20), ("login", 12), ("creature_met", 10), ("message_posted", 10),
    ("quest_done", 6), ("quest_failed", 4), ("item_crafted", 4), ("place_visited", 4),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One event; `player` is a number in the cast, not an id."""

    event_id: str
    player: int
    kind: str
    at: datetime
    amount: int
    details: dict[str, Any] | None

    def told(self, ids: Sequence[int]) -> dict[str, Any]:
        """The event as a game says it, for the ids that this house gave the players."""
        return {
            "user_id": ids[self.player],
            "event_type": self.kind,
            "event_id": self.event_id,
            "at": self.at.isoformat(),
            "amount": self.amount,
            "details": self.details,
        }


def deal(*, events: int, players: int, now: datetime, seed: int) -> list[Card]:
    """Deal events in the order in which they happened."""
    dice = random.Random(seed)  # a load, not a secret
    own = [kind for kind, times in (("habit_kept", HABITS_A_PLAYER), ("focus_done", FOCUSES_A_PLAYER))
           for _ in range(times)]  # fmt: skip
    told = [(player, kind) for player in range(players) for kind in own][:events]
    kinds, weights = zip(*_OFTEN, strict=True)
    told += [(dice.randrange(players), kind) for kind in dice.choices(kinds, weights, k=events - len(told))]
    # Each at a moment of its own: of two at the same one, either might be called the later.
    steps = sorted(dice.sample(range(int(SPAN.total_seconds() * 1_000)), k=events))
    dice.shuffle(told)
    first = now - SPAN
    return [
        Card(
            event_id=str(uuid.UUID(int=dice.getrandbits(128))),
            player=player,
            kind=kind,
            at=first + timedelta(milliseconds=step),
            amount=dice.randint(1, 3) if kind in ("complete_level", "find_secret") else 1,
            details=_details(kind, dice),
        )
        for (player, kind), step in zip(told, steps, strict=True)
    ]


def _details(kind: str, dice: random.Random) -> dict[str, Any] | None:
    match kind:
        case "complete_level":
            return {"level": dice.randint(1, 90), "seconds": dice.randint(20, 900), "deaths": dice.randint(0, 12)}
        case "find_secret":
            return {"secret": f"s{dice.randrange(SECRETS)}", "place": f"p{dice.randrange(PLACES)}"}
        case "creature_met":
            return {"species": f"k{dice.randrange(SPECIES)}"}
        case "item_crafted":
            return {"recipe": f"r{dice.randrange(RECIPES)}"}
        case "habit_kept":
            return {"habit": f"h{dice.randrange(6)}"}
        case "focus_done":
            return {"minutes": dice.randint(5, 50)}
        case _:
            return None
