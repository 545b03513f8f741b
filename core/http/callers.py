"""The `Caller` of a request."""

from __future__ import annotations

import contextlib
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from core.caller import Caller
from core.http.order_tokens import order_proved_by
from core.ids import hash_secret

MAX_TOKEN_LENGTH = 100


class AccessUser(Protocol):
    """The user of an authenticated request: as much as the access token says."""

    pk: UUID
    roles: frozenset[str]


def caller_of(request: Request) -> Caller:
    """Make the `Caller` from the access token and what guests prove, without the database."""
    user = cast("AccessUser | None", request.user)
    token = request.headers.get("Cart-Token", "")
    return Caller(
        user_id=user.pk if user else None,
        roles=user.roles if user else frozenset(),
        guest_hash=hash_secret(token) if 0 < len(token) <= MAX_TOKEN_LENGTH else None,
        order_id=order_proved_by(request.headers.get("Order-Token", "")),
    )


def client_address(request: HttpRequest | Request) -> str | None:
    """Return the client's IP address; of an IPv6 one its /64, because one client has all of it.

    `TRUSTED_PROXIES` says how many proxies of ours are in front and append to
    X-Forwarded-For. What is further left in it was written by the client.
    """
    proxies = settings.TRUSTED_PROXIES
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if proxies else []
    given = hops[-proxies].strip() if len(hops) >= proxies > 0 else ""
    for candidate in (given, request.META.get("REMOTE_ADDR", "")):
        with contextlib.suppress(ValueError):
            return _network(ip_address(candidate))
    return None


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False).network_address)
