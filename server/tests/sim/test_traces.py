"""The traces that other clients are tried with are those of today's simulation."""

import gzip

import orjson

from tests.sim.database import SimDatabase
from tests.sim.traces import FILE, SEEDS, traces, written

LOOKED_AT = (SEEDS[0], SEEDS[-1])


def test_the_kept_traces_are_what_the_simulation_gives(database: SimDatabase) -> None:
    kept = gzip.decompress(FILE.read_bytes())
    found = {one["seed"]: one for one in orjson.loads(kept)}
    assert list(found) == list(SEEDS)
    today = written(traces(database, LOOKED_AT))
    assert written([found[seed] for seed in LOOKED_AT]) == today, "write them anew: python -m tests.sim.traces"
