from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from core.http.request_bodies import with_length


def received(**environ: Any) -> tuple[str | None, bytes]:
    """What the application behind sees: the length and as much of the body."""
    seen = []

    def application(environ, start_response):
        length = environ.get("CONTENT_LENGTH")
        seen.append((length, environ["wsgi.input"].read(int(length or 0))))
        return []

    request = {"REQUEST_METHOD": "POST", "wsgi.input_terminated": True, **environ}
    with_length(application, limit=10)(request, None)
    return seen[0]


def test_a_body_without_a_length_gets_one():
    assert received(**{"wsgi.input": BytesIO(b"12345")}) == ("5", b"12345")


def test_no_body_has_no_length():
    assert received(**{"wsgi.input": BytesIO()}) == ("0", b"")


def test_the_body_of_a_get_is_not_waited_for():
    stream = BytesIO(b"12345")

    assert received(REQUEST_METHOD="GET", **{"wsgi.input": stream}) == (None, b"")
    assert stream.tell() == 0


def test_one_byte_more_than_the_limit_is_read_of_an_endless_body():
    stream = BytesIO(b"x" * 100)

    assert received(**{"wsgi.input": stream})[0] == "11"
    assert stream.tell() == 11


@pytest.mark.parametrize("ended", [False, True])
def test_a_known_length_and_a_stream_that_may_block_are_left_alone(ended):
    stream = BytesIO(b"12345")
    environ = {"wsgi.input": stream, "wsgi.input_terminated": ended}
    if ended:
        environ["CONTENT_LENGTH"] = "3"

    assert received(**environ) == (("3", b"123") if ended else (None, b""))


@pytest.mark.parametrize(("length", "left"), [("5", b""), ("11", b"12345"), ("", b"12345")])
def test_what_nobody_read_of_a_body_is_read_before_the_answer_unless_it_is_too_large(length, left):
    stream = BytesIO(b"12345")
    environ = {"REQUEST_METHOD": "POST", "wsgi.input": stream, "wsgi.input_terminated": True}

    response = with_length(lambda *_: [b"401"], limit=10)(
        environ | {"CONTENT_LENGTH": length}, None
    )

    assert (response, stream.read()) == ([b"401"], left)
