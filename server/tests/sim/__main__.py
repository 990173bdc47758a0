"""Run the simulation from the command line: `python -m tests.sim --seeds 60`, `--mutants` for the nine mutants."""

import argparse
import tempfile
import time
from pathlib import Path

from omenigen.kit.embedded import Embedded
from omenigen.kit.embedded.tuning import Tuning
from tests.sim.database import SimDatabase
from tests.sim.mutants import MUTANTS, mutated
from tests.sim.world import Report, simulate


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--mutants", action="store_true", help="run every mutant instead; each must fail")
    parser.add_argument("--only", help="one mutant by name")
    parser.add_argument("--database-url", help="an outside PostgreSQL instead of an embedded one")
    arguments = parser.parse_args()
    if arguments.database_url:
        _run(arguments, arguments.database_url)
        return
    with tempfile.TemporaryDirectory(prefix="omenigen-sim-") as folder:
        Path(folder).chmod(0o755)
        with Embedded(Path(folder) / "data", want={"postgres"}, tuning=Tuning.quick()) as servers:
            _run(arguments, servers.database_url)


def _run(arguments: argparse.Namespace, url: str) -> None:
    database = SimDatabase(url)
    database.create()
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    if not arguments.mutants and not arguments.only:
        failed = sum(_show(simulate(database, seed, steps=arguments.steps)).failed for seed in seeds)
        print(f"{failed} of {len(seeds)} seeds failed")
        raise SystemExit(bool(failed))
    survived = False
    for name in [arguments.only] if arguments.only else MUTANTS:
        began, caught, first = time.perf_counter(), 0, ""
        for seed in seeds:
            with mutated(name) as plan:
                report = simulate(database, seed, steps=arguments.steps, plan=plan)
            caught += report.failed
            first = first or next(iter(report.complaints), "")
        survived |= caught * 6 < len(seeds) * 5
        print(
            f"{name:<24} caught {caught}/{len(seeds)} in {time.perf_counter() - began:.0f} s; e.g. {first}", flush=True
        )
    raise SystemExit(survived)


def _show(report: Report) -> Report:
    state = "FAILED" if report.failed else "ok"
    print(f"seed {report.seed}: {state}, {report.virtual_seconds:.0f} virtual s", flush=True)
    for complaint in report.complaints[:5]:
        print(f"    {complaint}")
    return report


if __name__ == "__main__":
    main()
