"""Runs of days or weeks: misses are bridged by freezes silently, and shown."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from omenigen.modules.achievements.catalog import Rule, Streak
from omenigen.modules.achievements.types import StreakUnit, monday

SETTLED_AFTER = timedelta(days=4)
"""Events count up to 48 h late and zones differ by 26 h: what is older than this does not move any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What a run consists of: the unit, the least value of a unit, the misses that a run may bridge."""

    unit: StreakUnit
    min: float
    freeze: int
    first: date | None = None
    last: date | None = None

    @classmethod
    def of(cls, streak: Streak, rule: Rule) -> "Law":
        """Take the law out of a condition; the length is not part of it, the rule's `from` and `to` are."""
        return cls(
            unit=streak.unit,
            min=streak.min,
            freeze=streak.freeze,
            first=rule.since.date() if rule.since else None,
            last=(rule.until - timedelta(microseconds=1)).date() if rule.until else None,
        )

    def __str__(self) -> str:
        span = f":{self.first or ''}/{self.last or ''}" if self.first or self.last else ""
        return f"{self.unit.value}:{self.min:g}:{self.freeze}{span}"

    def counts(self, unit: date, value: float) -> bool:
        """Say whether a unit with this value is one of a run."""
        inside = (self.first is None or unit >= self.unit_of(self.first)) and (self.last is None or unit <= self.last)
        return inside and value >= self.min

    @property
    def step(self) -> timedelta:
        """Distance of two neighbouring units."""
        return timedelta(days=1 if self.unit is StreakUnit.DAY else 7)

    def unit_of(self, day: date) -> date:
        """The unit a day belongs to, named by its first day."""
        return day if self.unit is StreakUnit.DAY else monday(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as it stands after the units folded so far.

    `count` counts kept units only; `best` is the longest run ever; `last` the last unit kept; `freezes` what is left
    of this run's freezes; `frozen` the units that were bridged in it, as far as they are remembered.
    """

    count: int = 0
    best: int = 0
    last: date | None = None
    freezes: int = 0
    frozen: tuple[date, ...] = ()


def fold(run: Run, kept: Iterable[date], law: Law) -> Run:
    """Go on with a run over further kept units, oldest first, all later than `run.last`.

    A gap of g missed units costs g freezes; a gap that costs more ends the run, and the next one has all of them again.
    """
    for unit in kept:
        missed = _missed(run.last, unit, law)
        if run.last is not None and len(missed) <= run.freezes:
            count, freezes, frozen = run.count + 1, run.freezes - len(missed), (*run.frozen, *missed)
        else:
            count, freezes, frozen = 1, law.freeze, ()
        run = Run(count=count, best=max(run.best, count), last=unit, freezes=freezes, frozen=frozen)
    return run


def as_of(run: Run, today: date, law: Law) -> Run:
    """Look at a run today: units missed since take freezes silently, or the run is over.

    Today (or this week) is never missed while it lasts.
    """
    if run.last is None:
        return run
    missed = _missed(run.last, law.unit_of(today), law)
    if len(missed) <= run.freezes:
        return replace(run, freezes=run.freezes - len(missed), frozen=(*run.frozen, *missed))
    return Run(count=0, best=run.best, last=run.last, freezes=law.freeze)


def split_settled(kept: Iterable[date], today: date, law: Law) -> tuple[list[date], list[date]]:
    """Part the units that late events can no longer change from those that they can."""
    border = law.unit_of(today - SETTLED_AFTER)
    settled: list[date] = []
    open_: list[date] = []
    for unit in kept:
        (settled if unit < border else open_).append(unit)
    return settled, open_


def ends_on(run: Run, today: date, law: Law) -> date | None:
    """The last unit in which the run can still be carried on; None where there is no run."""
    if run.last is None or run.count == 0:
        return None
    return max(law.unit_of(today), law.unit_of(today) + run.freezes * law.step)


def _missed(last: date | None, unit: date, law: Law) -> tuple[date, ...]:
    if last is None:
        return ()
    between = (unit - last) // law.step - 1
    # A gap that no freeze can bridge need not be listed: one more than the freezes is enough to end the run.
    return tuple(last + law.step * (i + 1) for i in range(min(between, law.freeze + 1)))
