"""Prometheus metrics that somebody would wake up for: answers, their time, the pool, failed sign-ins."""

from __future__ import annotations

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

REQUESTS = Counter("kuznia_http_requests", "Answers", ["method", "route", "status"])
SECONDS = Histogram(
    "kuznia_http_request_seconds",
    "Time until the whole answer was sent; event streams are not in it",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
OPEN = Gauge("kuznia_http_requests_open", "Requests being answered")
STREAMS = Gauge("kuznia_http_event_streams_open", "Event streams being read")
REFUSED_SIGN_INS = Counter("kuznia_sign_ins_refused", "Sign-ins with wrong e-mail or password")
POOL_IN_USE = Gauge("kuznia_database_connections_in_use", "Connections taken from the pool")
JOBS = Gauge("kuznia_jobs", "Unfinished jobs", ["pool", "state"])
OLDEST_DUE = Gauge("kuznia_jobs_oldest_due_seconds", "How long the oldest due job has waited", ["pool"])


def page() -> tuple[bytes, str]:
    """What Prometheus reads, and its content type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
