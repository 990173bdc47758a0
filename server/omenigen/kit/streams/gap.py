"""The gap rule: the one question that the hub and every client ask of a patch."""

from enum import Enum, auto


class Place(Enum):
    """Where a patch stands to what is held."""

    KNOWN = auto()
    NEXT = auto()
    AHEAD = auto()


def place(mine: int, *, from_: int, to: int) -> Place:
    """Say whether `(from_, to]` is known already, follows on what is held, or leaves a hole before it."""
    if to <= mine:
        return Place.KNOWN
    return Place.NEXT if from_ <= mine else Place.AHEAD
