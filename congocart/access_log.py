"""One log line and one measurement for each request."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from congocart.metrics import observe

log = structlog.get_logger("access")


class AccessMiddleware:
    """Logs and measures each request under the template of its route.

    A path may hold ids: personal data, and a time series for each.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        match = request.resolver_match
        route = match.route if match else "unmatched"
        method = request.method or ""
        observe(method, route, response.status_code, seconds)
        if settings.ACCESS_LOG:
            log.info(
                "request",
                method=method,
                route=route,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
            )
        return response
