"""The metrics of this process, summed up for a person."""

import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from omenigen.kit.metrics import REQUEST_SECONDS, REQUESTS

_STARTED = time.monotonic()
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFigures:
    """One operation: how often, how often it failed, and how long it took (seconds, upper bounds of buckets)."""

    operation: str
    requests: int
    failures: int
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFigures:
    """One process since its start."""

    requests: int
    failures: int
    refusals: int
    memory_bytes: int
    uptime_seconds: float
    operations: Sequence[OperationFigures]


def measure() -> ProcessFigures:
    """Sum up what this process has counted, busiest operations first."""
    answers = _answers()
    buckets = _buckets()
    operations = [
        OperationFigures(
            operation=operation,
            requests=sum(by_status.values()),
            failures=_sum_of(by_status, "5"),
            p50=quantile(buckets[operation], 0.50),
            p95=quantile(buckets[operation], 0.95),
            p99=quantile(buckets[operation], 0.99),
        )
        for operation, by_status in answers.items()
    ]
    return ProcessFigures(
        requests=sum(one.requests for one in operations),
        failures=sum(one.failures for one in operations),
        refusals=sum(_sum_of(by_status, "4") for by_status in answers.values()),
        memory_bytes=_resident_bytes(),
        uptime_seconds=round(time.monotonic() - _STARTED, 1),
        operations=sorted(operations, key=lambda one: -one.requests),
    )


def quantile(buckets: Mapping[float, float], share: float) -> float | None:
    """Return the upper bound of the bucket that holds a quantile (cumulative counts); None past the last bound."""
    total = max(buckets.values(), default=0)
    if not total:
        return None
    bound = next(bound for bound, count in sorted(buckets.items()) if count >= total * share)
    return None if bound == float("inf") else bound


def _answers() -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for metric in REQUESTS.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                counted[sample.labels["operation"]][sample.labels["status"]] = int(sample.value)
    return counted


def _buckets() -> dict[str, dict[float, float]]:
    held: dict[str, dict[float, float]] = defaultdict(dict)
    for metric in REQUEST_SECONDS.collect():
        for sample in metric.samples:
            if sample.name.endswith("_bucket"):
                held[sample.labels["operation"]][float(sample.labels["le"])] = sample.value
    return held


def _sum_of(by_status: Mapping[str, int], first_digit: str) -> int:
    return sum(count for status, count in by_status.items() if status.startswith(first_digit))


def _resident_bytes() -> int:
    # Linux tells pages in /proc; elsewhere the figure is left out rather than guessed.
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
