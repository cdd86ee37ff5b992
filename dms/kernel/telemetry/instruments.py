"""What each process measures of itself: HTTP, store, jobs. Labels are few and name no person and no paper."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

REGISTRY = CollectorRegistry()
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
SLOW = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0)

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began: nobody asks, and it would double their number
ProcessCollector(registry=REGISTRY)
HTTP_SECONDS = Histogram(
    "guidang_http_request_seconds", "Server time of a request until its answer begins",
    ["method", "route"], buckets=QUICK, registry=REGISTRY,
)  # fmt: skip
HTTP_REQUESTS = Counter(
    "guidang_http_requests", "Requests answered", ["method", "route", "status"], registry=REGISTRY
)  # fmt: skip
STORE_SECONDS = Histogram(
    "guidang_store_seconds", "Time of a call to the store of originals (open: until the first byte can be read)",
    ["operation"], buckets=QUICK, registry=REGISTRY,
)  # fmt: skip
STORE_ERRORS = Counter(
    "guidang_store_errors", "Calls to the store that failed", ["operation", "code"], registry=REGISTRY
)  # fmt: skip
JOB_SECONDS = Histogram(
    "guidang_job_seconds", "Time that a worker spent on one attempt of a job", ["kind"], buckets=SLOW,
    registry=REGISTRY,
)  # fmt: skip
LAST_TURN = Gauge(
    "guidang_last_turn_timestamp_seconds", "Unix time at which this worker or housekeeper last got on with its work",
    registry=REGISTRY,
)  # fmt: skip
JOB_FAILURES = Counter("guidang_job_failures", "Attempts that failed", ["kind", "code"], registry=REGISTRY)
