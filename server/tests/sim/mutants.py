"""Nine ways to break the design; the simulation must notice each."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.sim.world import Plan

MUTANTS: tuple[str, ...] = ()


@contextmanager
def mutated(name: str) -> Iterator[Plan]:
    """Give a plan with one mutant in it."""
    yield Plan()
