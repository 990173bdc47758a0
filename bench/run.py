"""Run every benchmark, one after the other, and keep what they print in bench/out/."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
BENCHES = ("start.py", "achievements/run.py", "live/run.py")


def main() -> int:
    """Run the benches named on the command line (all without a name); return how many failed."""
    wanted = [name for name in BENCHES if not sys.argv[1:] or any(word in name for word in sys.argv[1:])]
    out = HERE / "out"
    out.mkdir(exist_ok=True)
    failed = 0
    for name in wanted:
        print(f"\n=== {name}", flush=True)
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        with (out / f"{stamp}-{name.replace('/', '-').removesuffix('.py')}.txt").open("wb") as kept:
            bench = subprocess.Popen([sys.executable, HERE / name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            assert bench.stdout is not None
            for line in bench.stdout:
                sys.stdout.buffer.write(line)
                sys.stdout.flush()
                kept.write(line)
            failed += bench.wait() != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
