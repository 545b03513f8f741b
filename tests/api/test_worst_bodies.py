"""No request costs more than a moment of CPU, however it is filled: limits come before work."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given, target
from hypothesis import settings as configured
from hypothesis import strategies as st

from core.http.json import MAX_VALUES
from tests.api.bad_input import JSON, OPERATIONS, Operation, World

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.usefixtures("frozen_heap"),
]

SECONDS = 0.05
# What is accepted also costs its effect: a checkout of 1,000 lines writes 3,000 rows.
SECONDS_OF_AN_EFFECT = 0.5
LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
WRITES = [o for o in OPERATIONS if o.method != "get"]
# About the limits of lists, of all values, and of bytes.
COUNTS = [1, 100, 999, 1_000, MAX_VALUES // 4, MAX_VALUES // 2, MAX_VALUES - 100, LIMIT]
UNITS = [b"0", b'""', b"{}", b"[]", b"[[]]", b"null", b'"AB"', b'{"a":0}', b"1e9"]
CHARACTERS = [
    "a",
    " ",
    "-",
    "1",
    ".",
    "@",
    "[",
    ",",
    "é",
    "🫖",
    "\ufdfa",
    "\u0130",
    r"\n",
    r"\u0001",
]
PLACE = b'"<place>"'


def repeated(unit: bytes, count: int) -> bytes:
    count = min(count, (LIMIT - 10_000) // (len(unit) + 1))
    return b"[" + b",".join([unit] * count) + b"]"


def wide(value: Any, unit: bytes, count: int) -> bytes:
    """An object with the documented members and `count` more."""
    count = min(count, (LIMIT - 10_000) // (len(unit) + 10))
    known = json.dumps(value).encode()[1:-1] + b"," if isinstance(value, dict) and value else b""
    return b"{" + known + b",".join(b'"%x":%b' % (number, unit) for number in range(count)) + b"}"


def deep(opening: bytes, count: int) -> bytes:
    count = min(count, LIMIT // 10)
    closing = b"]" if opening == b"[" else b"}"
    return opening * count + b"0" + closing * count


def long_text(character: str, count: int) -> bytes:
    encoded = character.encode()
    return b'"' + encoded * min(count, (LIMIT - 10_000) // len(encoded)) + b'"'


def places_in(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield steps
    if isinstance(value, list):
        value = dict(enumerate(value[:1]))
    if isinstance(value, dict):
        for name, member in value.items():
            yield from places_in(member, (*steps, name))


@st.composite
def bodies(draw: Callable[..., Any], operation: Operation) -> bytes:
    """The documented body, with one value that is as much as a body may hold."""
    example: Any = {"body": operation.full_example if operation.schema else {}}
    place = draw(st.sampled_from(list(places_in(example))[1:]))
    parent = example
    for step in place[:-1]:
        parent = parent[step]
    value, parent[place[-1]] = parent[place[-1]], PLACE[1:-1].decode()
    count = draw(st.sampled_from(COUNTS))
    own = json.dumps(value[0] if isinstance(value, list) and value else value).encode()
    filler = draw(
        st.one_of(
            st.sampled_from([*UNITS, own]).map(lambda unit: repeated(unit, count)),
            st.sampled_from(UNITS).map(lambda unit: wide(value, unit, count)),
            st.sampled_from(UNITS).map(lambda unit: repeated(wide(value, unit, 15), count)),
            st.sampled_from([b"[", b'{"a":']).map(lambda opening: deep(opening, count)),
            st.sampled_from(CHARACTERS).map(lambda character: long_text(character, count)),
            st.just(b"1" * min(count, LIMIT - 10_000)),
        )
    )
    return json.dumps(example["body"]).encode().replace(PLACE, filler)


def cost_of(send: Callable[[], Any], bound: float) -> tuple[float, int]:
    """The CPU of this thread for one request and its status; the least of three when too much."""
    seconds, status = float("inf"), 0
    for _ in range(3):
        place = transaction.savepoint()
        started = time.thread_time()
        response = send()
        seconds = min(seconds, time.thread_time() - started)
        transaction.savepoint_rollback(place)
        status = response.status_code
        if seconds < bound:
            break
    return seconds, status


@pytest.mark.parametrize("operation", [pytest.param(o, id=o.id) for o in WRITES])
@configured(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_no_body_costs_more_than_a_moment(world: World, operation: Operation, data: Any) -> None:
    client, path = world.client_for(operation), world.path(operation)
    client.raise_request_exception = False
    body = data.draw(bodies(operation).filter(lambda body: len(body) <= LIMIT))

    seconds, status = cost_of(
        lambda: client.generic(operation.method.upper(), path, body, content_type=JSON), SECONDS
    )

    target(seconds)
    assert status < 500
    assert seconds < (SECONDS if status >= 400 else SECONDS_OF_AN_EFFECT), (status, body[:100])


PART = b'--x\r\nContent-Disposition: form-data; name="a"'
FORMS = {
    "fields": (b"&".join(b"%x=1" % number for number in range(1_000)), ""),
    "too many fields": (b"a&" * (LIMIT // 2), ""),
    "escapes": (b"username=" + b"%ff" * (LIMIT // 3 - 100), ""),
    "a long address": (b"username=a@" + b"a." * (LIMIT // 2 - 100) + b"&password=x", ""),
    "a long password": (b"username=a@b.example&password=" + b"\xc3\xa9" * (LIMIT // 2 - 100), ""),
    "parts": (PART + b"\r\n\r\n\r\n" + (PART + b"\r\n\r\n\r\n") * 998 + b"--x--", "x"),
    "too many parts": ((PART + b"\r\n\r\n\r\n") * (LIMIT // 60) + b"--x--", "x"),
    "headers": (b"--x\r\n" + b"A: b\r\n" * (LIMIT // 7), "x"),
    "boundaries": (b"\r\n--" * (LIMIT // 5), "x"),
    "a file in base64": (
        PART
        + b'; filename="f"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + b" a" * (LIMIT // 3),
        "x",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_no_form_costs_more_than_a_moment(client: Any, name: str) -> None:
    body, boundary = FORMS[name]
    kind = f"multipart/form-data; boundary={boundary}" if boundary else URLENCODED

    seconds, status = cost_of(
        lambda: client.generic("POST", "/admin/login/", body, content_type=kind), SECONDS
    )

    assert status in (200, 400)
    assert seconds < SECONDS


URLENCODED = "application/x-www-form-urlencoded"
HEADS: dict[str, tuple[str, dict[str, str]]] = {
    "parameters": ("/api/v1/products?" + "&".join(f"{n:x}" for n in range(1_000)), {}),
    "too many parameters": ("/api/v1/products?" + "a&" * 30_000, {}),
    "a long name": ("/api/v1/products?" + "a" * 60_000, {}),
    "a long search": ("/api/v1/products?search=" + "\ufdfa" * 7_000, {}),
    "words": ("/api/v1/products?search=" + "ab+" * 66, {}),
    "cookies": ("/livez", {"Cookie": "a;" * 30_000}),
    "proxies": ("/livez", {"X-Forwarded-For": "1," * 30_000}),
    "a token": ("/api/v1/me", {"Authorization": "Bearer " + "a." * 30_000}),
    "versions": ("/api/v1/products", {"If-None-Match": '"",' * 20_000}),
    "ranges": ("/static/backoffice/favicon.svg", {"Range": "bytes=" + "0-1," * 15_000}),
}


@pytest.mark.parametrize("name", HEADS)
def test_no_head_of_a_request_costs_more_than_a_moment(client: Any, name: str) -> None:
    path, headers = HEADS[name]
    seconds, status = cost_of(lambda: client.get(path, headers=headers), SECONDS)

    assert status < 500
    assert seconds < SECONDS
