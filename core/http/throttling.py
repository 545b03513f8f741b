"""Rate limits: how often a caller may do what, and the headers that say so.

Windows are fixed. The headers are those of draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.errors import CongoCartError, TooManyRequests
from core.http.callers import client_address
from core.http.counters import count

if TYPE_CHECKING:  # DRF's views import this module, which their settings name.
    from rest_framework.views import APIView

_USAGE = "congocart.rate_limit"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` hits in a window of `seconds`; `exact` ones are counted across processes."""

    name: str
    limit: int
    seconds: int
    exact: bool = False

    @property
    def policy(self) -> str:
        """The RateLimit-Policy header."""
        return f'"{self.name}";q={self.limit};w={self.seconds}'


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a rate's window a caller has used; `reset` is the seconds that are left of it."""

    rate: Rate
    hits: int
    reset: int

    @property
    def within_limit(self) -> bool:
        """Whether this hit is within the limit."""
        return self.hits <= self.rate.limit

    def headers(self) -> dict[str, str]:
        """Return the headers of the response, whichever it is."""
        remaining = max(0, self.rate.limit - self.hits)
        return {
            "RateLimit-Policy": self.rate.policy,
            "RateLimit": f'"{self.rate.name}";r={remaining};t={self.reset}',
        }


def rate(name: str) -> Rate:
    """Return the rate that the settings give a group of operations."""
    limit, _, seconds = settings.RATES[name].partition("/")
    return Rate(name, int(limit), int(seconds), exact=name in settings.EXACT_RATES)


def count_hit(given: Rate, identity: str) -> Usage:
    """Count one hit; tell whether it is within the rate."""
    now = int(time.time())
    window, elapsed = divmod(now, given.seconds)
    digest = hashlib.sha256(f"{given.name}\n{identity}\n{window}".encode()).hexdigest()
    hits = count(digest, given.seconds, exact=given.exact)
    return Usage(given, hits, given.seconds - elapsed)


def require_quota(name: str, identity: str) -> None:
    """Count one hit of something beside the request itself, such as e-mails to one address.

    Raises `TooManyRequests`.
    """
    if not settings.RATE_LIMITS:
        return
    usage = count_hit(rate(name), identity)
    if not usage.within_limit:
        raise TooManyRequests(retry_after=usage.reset)


class GroupThrottle(BaseThrottle):
    """One limit for each request: that of the view's `rate_group`, else of reads or writes."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request. Raises `TooManyRequests` past the limit."""
        if not settings.RATE_LIMITS:
            return True
        group = getattr(request.user, "rate_group", None) or _group_of(request, view)
        usage = count_hit(rate(group), _identity(request))
        request.META[_USAGE] = usage
        if not usage.within_limit:
            raise TooManyRequests(retry_after=usage.reset)
        return True


def counted_refusal(refusal: CongoCartError, request: Request, view: APIView) -> CongoCartError:
    """Return `refusal`, or `TooManyRequests` past the limit of the address that it came from.

    Counts what was refused before `GroupThrottle` was asked: DRF checks credentials and
    permissions first, and guessing credentials must not be unlimited.
    """
    if not settings.RATE_LIMITS or _USAGE in request.META:
        return refusal
    usage = count_hit(rate(_group_of(request, view)), str(client_address(request)))
    request.META[_USAGE] = usage
    return refusal if usage.within_limit else TooManyRequests(retry_after=usage.reset)


class RateLimitMiddleware:
    """Put the headers of the rate limit on the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        usage: Usage | None = request.META.get(_USAGE)
        if usage is not None:
            for name, value in usage.headers().items():
                response[name] = value
        return response


def _group_of(request: Request, view: APIView) -> str:
    own: str | None = getattr(view, "rate_group", None)
    return own or ("read" if request.method in ("GET", "HEAD", "OPTIONS") else "write")


def _identity(request: Request) -> str:
    if not request.user:
        return str(client_address(request))
    return getattr(request.user, "rate_identity", None) or str(request.user.pk)
