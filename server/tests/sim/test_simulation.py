"""A few seeds of the simulation, and of each mutant. Many: `python -m tests.sim --seeds 60` and `--mutants`."""

import pytest

from tests.sim.database import SimDatabase
from tests.sim.mutants import MUTANTS, mutated
from tests.sim.world import simulate

STEPS = 250
MUTANT_SEEDS = range(1, 6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_a_bad_day_every_device_is_right(database: SimDatabase, seed: int) -> None:
    report = simulate(database, seed, steps=STEPS)
    assert report.complaints == []
    assert report.counts["post"] > STEPS / 3


def test_a_seed_always_gives_the_same_day(database: SimDatabase) -> None:
    first, second = (simulate(database, 4, steps=80) for _ in range(2))
    assert (first.counts, first.virtual_seconds) == (second.counts, second.virtual_seconds)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_design_is_noticed(database: SimDatabase, name: str) -> None:
    for seed in MUTANT_SEEDS:
        with mutated(name) as plan:
            if simulate(database, seed, steps=STEPS, plan=plan).failed:
                return
    pytest.fail(f"{name} lived through {len(MUTANT_SEEDS)} seeds")
