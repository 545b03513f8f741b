from __future__ import annotations

import socket

import pytest

from core.outbound import ForbiddenUrl, require_public_url


@pytest.fixture
def resolves(monkeypatch):
    """Stands at the wire to DNS."""

    def to(*addresses: str) -> None:
        response = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: response)

    return to


def test_a_public_https_url_is_resolved_once_and_pinned(resolves):
    resolves("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946")
    target = require_public_url("https://hooks.example.com:8443/in?x=1")
    assert (target.host, target.port) == ("hooks.example.com", 8443)
    assert target.addresses == ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:7f00:1",
    ],
)
def test_a_name_that_leads_inside_is_refused(resolves, address):
    resolves("93.184.216.34", address)
    with pytest.raises(ForbiddenUrl):
        require_public_url("https://innocent.example.com/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "https://user:secret@example.com/",
        "https://example.com@127.0.0.1/",
        "https:///path",
        "https://example.com:99999/",
        "https://example.com\\@127.0.0.1/",
        "https://exa mple.com/",
        "https://example.com/\n",
        "https://ex\u0430mple.com/",
        "//example.com/",
        "example.com",
        "",
        "https://example.com/" + "x" * 2_000,
    ],
)
def test_a_url_of_another_form_is_refused_before_it_is_looked_up(url, monkeypatch):
    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("looked up")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    with pytest.raises(ForbiddenUrl):
        require_public_url(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost"])
def test_an_inside_address_is_refused_however_it_is_written(host):
    with pytest.raises(ForbiddenUrl):
        require_public_url(f"https://{host}/")


def test_an_unknown_name_is_refused():
    with pytest.raises(ForbiddenUrl, match="not known"):
        require_public_url("https://nothing.invalid/")


def test_development_may_call_itself():
    assert require_public_url("http://127.0.0.1:9000/", insecure=True).port == 9000
