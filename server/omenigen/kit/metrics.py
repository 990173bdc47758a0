"""Prometheus metrics of the house itself; modules declare their own beside the code that counts."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

REQUESTS = Counter("http_requests_total", "Requests answered", ["operation", "status"])
REQUEST_SECONDS = Histogram(
    "http_request_seconds",
    "Time from the request's arrival to the end of its answer",
    ["operation"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
CONSUMED = Counter("consumer_facts_total", "Facts that a consumer has finished with", ["consumer", "outcome"])
CONSUME_SECONDS = Histogram("consumer_seconds", "Time a consumer spent on a fact", ["consumer"])
JOBS = Counter("jobs_total", "Runs of scheduled jobs", ["job", "outcome"])


def exposition() -> tuple[bytes, str]:
    """Return this process's metrics and their content type."""
    return generate_latest(), CONTENT_TYPE_LATEST
