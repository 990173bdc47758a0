"""A few seeds of the simulation, and of each mutant. Many: `python -m tests.sim --seeds 60` and `--mutants`."""

from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import create_engine, text

from omenigen.kit.embedded import Embedded
from tests.sim.database import SimDatabase
from tests.sim.mutants import MUTANTS, mutated
from tests.sim.world import simulate

STEPS = 250
MUTANT_SEEDS = range(1, 6)


@pytest.fixture(scope="module")
def database(servers: Embedded) -> Iterator[SimDatabase]:
    """A database of its own: nothing here is migrated, and nothing of it is seen elsewhere."""
    url = servers.database_url.replace("+asyncpg", "+psycopg")
    base, _, _ = url.rpartition("/")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS simulation"))
        connection.execute(text("CREATE DATABASE simulation"))
    database = SimDatabase(f"{base}/simulation")
    database.create()
    yield database
    database.sync.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE simulation"))
    admin.dispose()


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Give the log back as it was."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


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
