"""Calls of other servers end in time, whatever the server does."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from core.outbound import CallFailed, post_json, require_public_url
from tests.tax_services import Service, serving_taxes


@pytest.fixture
def service() -> Iterator[Service]:
    with serving_taxes() as found:
        yield found


def call(service: Service, url: str = "", **options: float) -> object:
    target = require_public_url(url or service.url, insecure=True)
    return post_json(target, {"a": "ü"}, **{"seconds": 0.5, **options})  # type: ignore[arg-type]


def test_json_goes_there_and_comes_back(service: Service) -> None:
    service.answer = {"b": 1}
    assert call(service) == {"b": 1}
    assert service.asked == [{"a": "ü"}]
    assert service.headers[0]["Host"] == service.url.split("/")[2]


@pytest.mark.parametrize("drips", [False, True])
def test_all_of_it_takes_no_longer_than_it_may(service: Service, drips: bool) -> None:
    service.drips, service.seconds = drips, 0.1 if drips else 20
    began = time.monotonic()
    with pytest.raises(CallFailed):
        call(service)
    assert time.monotonic() - began < 2


def test_what_is_too_large_is_not_read(service: Service) -> None:
    service.answer = b'"%b"' % (b"x" * 998)
    assert call(service, max_bytes=1_000) == "x" * 998
    with pytest.raises(CallFailed, match="too large"):
        call(service, max_bytes=999)


@pytest.mark.parametrize("status", [201, 204, 301, 400, 500])
def test_another_status_is_a_failure_and_redirects_are_not_followed(
    service: Service, status: int
) -> None:
    service.status = status
    with pytest.raises(CallFailed):
        call(service)
    assert len(service.asked) == 1


@pytest.mark.parametrize("answer", [b"", b"{", b"NaN", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_a_failure(service: Service, answer: bytes) -> None:
    service.answer = answer
    with pytest.raises(CallFailed, match="not JSON"):
        call(service)


def test_who_does_not_listen_is_a_failure(service: Service) -> None:
    with pytest.raises(CallFailed):
        call(service, "http://127.0.0.1:1/")
    with pytest.raises(CallFailed):  # no TLS there
        call(service, service.url.replace("http:", "https:"))
