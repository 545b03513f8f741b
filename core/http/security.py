"""Security headers on every response, and CORS for storefronts: those named, or developed here."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

# Nothing that an API returns is a page.
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
# The admin's theme evaluates the expressions in its attributes (Alpine) and writes styles.
ADMIN_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": (
        "Authorization, Cart-Token, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
        "Order-Token, X-Request-ID"
    ),
    "Access-Control-Max-Age": "7200",
}
CREDENTIALS = frozenset({"HTTP_AUTHORIZATION", "HTTP_CART_TOKEN", "HTTP_ORDER_TOKEN"})
EXPOSED_HEADERS = (
    "ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, "
    "WWW-Authenticate, X-Request-ID"
)


# A storefront that is being developed on the machine of its visitor.
_LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")


class SecurityHeadersMiddleware:
    """Add the security headers that the view has not set itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        # Pictures may be read from another server than this one.
        where = urlsplit(settings.MEDIA.url)
        elsewhere = f" {where.scheme}://{where.netloc}" if where.netloc else ""
        self.admin_policy = ADMIN_POLICY.replace("img-src 'self'", f"img-src 'self'{elsewhere}")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        admin = request.path_info.startswith("/admin/")
        response.setdefault("Content-Security-Policy", self.admin_policy if admin else API_POLICY)
        if not CREDENTIALS.isdisjoint(request.META):
            # A client may store what carries a version, and has to revalidate it.
            kept = "private, no-cache" if response.has_header("ETag") else "no-store"
            response.setdefault("Cache-Control", kept)
        return response


class CorsMiddleware:
    """Let browsers call from the origins in `CORS_ORIGINS`, and from no others.

    Outside of production those of the visitor's own machine need not be named.
    Cookies are never allowed: callers prove themselves by headers, so a foreign
    page cannot use the login of its visitor.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        allows_none = settings.PRODUCTION and not settings.CORS_ORIGINS
        if allows_none or not request.path_info.startswith("/api/"):
            return self.get_response(request)
        origin = request.META.get("HTTP_ORIGIN", "")
        named = origin in settings.CORS_ORIGINS or (
            not settings.PRODUCTION and _LOOPBACK.fullmatch(origin) is not None
        )
        asks_first = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META
        if named and asks_first and request.method == "OPTIONS":
            response: HttpResponseBase = HttpResponse(status=204, headers=PREFLIGHT_HEADERS)
        else:
            response = self.get_response(request)
        if named:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        # On every response: a cache must not serve the one without an origin to a request with one.
        patch_vary_headers(response, ["Origin"])
        return response
