"""Calls to other servers: to addresses that may be called, in bounded time, of bounded size.

A URL that a user sets leads to public addresses and none of the shop's own network. Every call
of such a URL has to go through `require_public_url`.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import orjson

from core.errors import Invalid

MAX_URL_LENGTH = 2_000
_NAT64 = IPv6Network("64:ff9b::/96")
_PORTS = {"https": 443, "http": 80}


class ForbiddenUrl(Invalid):
    """The address cannot be called: it has to be https, public, and without credentials."""

    code = "forbidden_url"


class CallFailed(Exception):
    """There is no usable response: not in time, too large, no JSON, or not a success."""


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


def post_json(
    target: Target,
    body: object,
    *,
    headers: Mapping[str, str] | None = None,
    seconds: float,
    max_bytes: int = 1_000_000,
) -> Any:
    """Send JSON to a target and return the JSON of its response.

    All of it takes `seconds` at most, however slowly the server sends; redirects are not
    followed. Raises `CallFailed`, which says nothing of what was sent.
    """
    sent = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
    parts = urlsplit(target.url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        with _connection(target, seconds) as connection:
            connection.request("POST", path, orjson.dumps(body), sent)
            response = connection.getresponse()
            content = response.read(max_bytes + 1)
    except (OSError, HTTPException, ValueError) as error:
        raise CallFailed(f"The call failed ({type(error).__name__}).") from None
    if response.status != 200:
        raise CallFailed(f"The response has status {response.status}.")
    if len(content) > max_bytes:
        raise CallFailed("The response is too large.")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise CallFailed("The response is not JSON.") from None


@contextmanager
def _connection(target: Target, seconds: float) -> Iterator[HTTPConnection]:
    """Connect to the first address, which was checked; hang up when the time is over.

    A time-out of the socket alone would begin anew with each byte.
    """
    connection = HTTPConnection(target.host, target.port)
    watch = Timer(seconds, _hang_up, [connection])
    watch.daemon = True
    watch.start()
    try:
        connection.sock = socket.create_connection(
            (target.addresses[0], target.port), timeout=seconds
        )
        if urlsplit(target.url).scheme == "https":
            connection.default_port = _PORTS["https"]
            secure = ssl.create_default_context().wrap_socket(
                connection.sock, server_hostname=target.host, do_handshake_on_connect=False
            )
            connection.sock = secure  # before the handshake, which can be hung up on, too
            secure.do_handshake()
        yield connection
    finally:
        watch.cancel()
        connection.close()


def _hang_up(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
