"""Pages of development: for a browser on this machine, and for no other."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port

from core.http.callers import client_address

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]

# This machine's own. A name of elsewhere that leads here (DNS rebinding) is not among them, and
# of an address of IPv6 the network is told.
HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
ADDRESSES = frozenset({"127.0.0.1", "::"})
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def local_page(view: Page[P]) -> Page[P]:
    """Show a page to a browser on this machine alone, kept by no cache; others find none."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        host, _ = split_domain_port(request.get_host())
        if host not in HOSTS or client_address(request) not in ADDRESSES:
            raise Http404
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = POLICY
        response["Cache-Control"] = "no-store"
        return response

    return guarded
