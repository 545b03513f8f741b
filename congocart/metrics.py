"""Prometheus metrics, added up over the server's processes.

Costs a few microseconds a request: the counters of a (method, route, status) are
looked up in a dictionary, and live in memory-mapped files that the process that
serves `/metrics` reads.
"""

from __future__ import annotations

import os
from functools import cache

from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from core.http.error_pages import read_only

_requests = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
_seconds = Histogram(
    "http_request_duration_seconds",
    "Time to response, in seconds.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
# An invented method must not make a new time series.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one finished request; `route` is a template such as `api/v1/carts/<uuid:id>`."""
    counted, timed = _series(method if method in _METHODS else "OTHER", route, status)
    counted.inc()
    timed.observe(seconds)


@cache
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return _requests.labels(method, route, status), _seconds.labels(method, route)


@read_only
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics of all processes, or of this one without PROMETHEUS_MULTIPROC_DIR."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
