"""URLs that a user sets and the shop calls: to public addresses, and none of its own network.

Nothing calls such a URL yet. Webhooks and pictures by URL will, and every call has to
go through `require_public_url`.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from core.errors import Invalid

MAX_URL_LENGTH = 2_000
_NAT64 = IPv6Network("64:ff9b::/96")
_PORTS = {"https": 443, "http": 80}


class ForbiddenUrl(Invalid):
    """The address cannot be called: it has to be https, public, and without credentials."""

    code = "forbidden_url"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads at this moment.

    Connect to one of `addresses`, with `host` for the Host header and the certificate.
    Looking the name up again could give another address (DNS rebinding).
    """

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]


def require_public_url(url: str, *, insecure: bool = False) -> Target:
    """Resolve a URL that a user has set. Raises `ForbiddenUrl`.

    Every address that the name stands for has to be public. `insecure` admits http and
    any address, for development. Call it when the URL is stored and again before each
    call, and do not follow redirects.
    """
    host, port = _host_and_port(url, insecure=insecure)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ForbiddenUrl("This host name is not known.") from None
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not insecure and not all(_is_public(address) for address in addresses):
        raise ForbiddenUrl
    return Target(url, host, port, tuple(str(address) for address in addresses))


def _host_and_port(url: str, *, insecure: bool) -> tuple[str, int]:
    if len(url) > MAX_URL_LENGTH or not url.isascii() or any(c.isspace() for c in url):
        raise ForbiddenUrl
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ForbiddenUrl from None
    allowed = ("https", "http") if insecure else ("https",)
    if parts.scheme not in allowed or not parts.hostname or "@" in parts.netloc:
        raise ForbiddenUrl
    if "\\" in url:  # Browsers and libraries disagree on what it means.
        raise ForbiddenUrl
    return parts.hostname, port or _PORTS[parts.scheme]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is public; `is_global` alone admits multicast and wrapped IPv4."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None or address.teredo is not None:
            return False
        if address in _NAT64 or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
