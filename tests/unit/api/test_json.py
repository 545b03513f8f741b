from __future__ import annotations

import gzip
import io
import time
from datetime import UTC, datetime

import pytest
from rest_framework.exceptions import ParseError

from core.errors import Invalid, UnsupportedMediaType
from core.http.json import MAX_DEPTH, MAX_VALUES, BodyTooComplex, JSONParser, dumps


def parse(body: bytes):
    return JSONParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": 1} x',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b'{"a": "\x00"}',
        b"{'a': 1}",
        b"[" * 10_000,
        b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2),
    ],
)
def test_what_is_not_json_or_too_deep_is_refused(body):
    with pytest.raises(ParseError) as refusal:
        parse(body)

    assert len(str(refusal.value.detail)) < 200


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        ('{"a": 1}'.encode("utf-16"), "utf-16"),
        ('{"a": 1}'.encode("utf-16-le"), "utf-16"),
        ('{"a": 1}'.encode("utf-16-be"), "utf-16"),
        ('{"a": 1}'.encode("utf-32"), "utf-32"),
        (gzip.compress(b'{"a": 1}', mtime=0), "gzip"),
    ],
)
def test_what_begins_as_in_another_encoding_is_said_to_be(body, encoding):
    with pytest.raises(UnsupportedMediaType, match=f"not in {encoding}"):
        parse(body)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (rb'{"items": [{"sku": "a\u0000"}]}', "/items/0/sku"),
        (rb'{"a/b": "\u0000"}', "/a~1b"),
        (rb'["\u0000"]', "/0"),
        (rb'"\u0000"', ""),
        (rb'{"\u0000": 1}', ""),
    ],
)
def test_nul_is_refused_where_it_is(body, pointer):
    with pytest.raises(Invalid) as refusal:
        parse(body)

    assert [(e.pointer, e.code) for e in refusal.value.errors] == [
        (pointer, "null_characters_not_allowed")
    ]


def test_a_backslash_before_u0000_is_only_text():
    assert parse(rb'"\\u0000"') == r"\u0000"


def test_ordinary_depth_and_breadth_are_read():
    body = b'{"items": [' + b",".join([b'{"sku": "A", "tags": [[]]}'] * 1_000) + b"]}"

    assert len(parse(body)["items"]) == 1_000
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


@pytest.mark.usefixtures("frozen_heap")
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b"[" + b"[]," * 300_000 + b"[]]",
        b"[" + b'{"a":0},' * MAX_VALUES + b"0]",
        b"[" + b"0," * MAX_VALUES + b"0]",
        b"{" + b",".join(b'"%x":0' % number for number in range(MAX_VALUES + 1)) + b"}",
        b"[" + b"[0]," * (MAX_VALUES // 2) + b"0]",
    ],
    ids=["open", "arrays", "objects", "members", "names", "both"],
)
def test_more_values_than_any_operation_takes_are_refused_before_any_is_made(body):
    started = time.thread_time()
    with pytest.raises(BodyTooComplex):
        parse(body)

    assert time.thread_time() - started < 0.05


@pytest.mark.parametrize("text", ["[" * 50_000, r"[\"[{\\" * 20_000, "a" * 900_000])
def test_brackets_in_a_text_are_only_text(text):
    assert parse(f'{{"a": "{text}", "b": []}}'.encode())["b"] == []


def test_as_many_values_as_allowed_are_read():
    assert len(parse(b"[" + b"0," * (MAX_VALUES - 1) + b"0]")) == MAX_VALUES


def test_times_are_written_in_utc_with_a_z():
    assert (
        dumps({"at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}) == b'{"at":"2026-01-02T03:04:05Z"}'
    )
