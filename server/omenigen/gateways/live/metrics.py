"""What the live door counts."""

from prometheus_client import Counter, Gauge, Histogram, Info

SOCKETS = Gauge("live_sockets", "Open sockets", ["door"])
FOLLOWS = Gauge("live_follows", "Streams followed by local sockets", ["prefix"])
PATCHES = Counter("live_patches_total", "Patches committed by this process", ["prefix"])
LAG = Histogram(
    "live_lag_seconds",
    "From commit to the write into sockets",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60),
)
GAPS = Counter("live_hub_gaps_total", "Gaps that the table had to fill")
AUDIT_MISSED = Counter("live_audit_missed_total", "Patches that only the audit found")
AUDIT_SECONDS = Histogram("live_audit_seconds", "Length of one audit")
RESUMES = Counter("live_resume_total", "Answers to followed streams", ["outcome"])
RESUME_SECONDS = Histogram("live_resume_seconds", "From a follow frame to its synced")
QUEUE = Histogram(
    "live_queue_frames", "Frames that waited for a slow socket when one was added", buckets=(1, 8, 32, 128, 256)
)
EPH_DROPPED = Counter("live_eph_dropped_total", "Ephemeral frames dropped for slow sockets")
CLOSED = Counter("live_closed_total", "Sockets closed", ["code"])
REGATES = Counter("live_regates_total", "Streams whose followers were asked again")
PUBLISH_FAILED = Counter("live_publish_failed_total", "Patches that the bus did not take")
SUM_MISMATCH = Counter("live_sum_mismatch_total", "Follows of a whole map right after a pong: the sums differed")
EPOCH = Info("live_epoch", "The epoch that this node serves")
DOOR_LAG = Gauge("live_door_lag_seconds", "Age of the oldest reply that a door has not sent", ["door"])
