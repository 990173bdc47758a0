"""How experience becomes a level: from level n to n + 1 it takes 100 + 25 n."""

from dataclasses import dataclass
from math import isqrt


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level, and the experience at which it begins and ends."""

    number: int
    begins: int
    ends: int


def begins_at(level: int) -> int:
    """The experience at which a level begins: 0 for level 1, 650 for 5, 2,025 for 10."""
    steps = level - 1
    return 100 * steps + 25 * steps * level // 2


def level_of(experience: int) -> Level:
    """Find the level of an amount of experience ≥ 0."""
    # 12.5 s² + 112.5 s ≤ x, solved for the whole number of steps s; the loop mends a rounding by one.
    steps = max(0, (isqrt(8 * max(0, experience) * 25 + 225 * 225) - 225) // 50)
    while begins_at(steps + 2) <= experience:
        steps += 1
    number = steps + 1
    return Level(number=number, begins=begins_at(number), ends=begins_at(number + 1))
