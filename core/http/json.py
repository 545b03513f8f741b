"""JSON in and out of DRF, by orjson: strict on the way in, fast on the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import orjson
from django.http.request import HttpRequest
from rest_framework.exceptions import ParseError
from rest_framework.metadata import BaseMetadata
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from core.errors import Invalid, UnsupportedMediaType, json_pointer, nul_error

MAX_DEPTH = 32
# Objects, arrays and what is in them. A product of 1,000 variants with two options and prices in
# two currencies has 14,000.
MAX_VALUES = 16_000
_CONTAINERS = (dict, list)
_FORM = "multipart/form-data"


class BodyTooComplex(Invalid):
    """The body holds more values than any operation takes."""

    code = "body_too_complex"


class JSONParser(BaseParser):
    """Reads one JSON document.

    NaN, lone surrogates and trailing data are refused by orjson, a body over
    `DATA_UPLOAD_MAX_MEMORY_SIZE` by Django, more than `MAX_VALUES` values, nesting deeper
    than `MAX_DEPTH` and NUL characters (which PostgreSQL cannot store) here, before
    anything looks at a single value; `UnsupportedMediaType` is raised for what is
    compressed or not in UTF-8 (RFC 8259, section 8.1).
    """

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        # Through `body`, so that it can be read again; Django refuses more than the limit.
        body = stream.body if isinstance(stream, HttpRequest) else stream.read()
        if encoding := foreign_encoding(body, (parser_context or {}).get("request")):
            raise UnsupportedMediaType(
                f"Send the body in UTF-8, not compressed; not in {encoding}."
            )
        if _containers_in(body) > MAX_VALUES:
            raise BodyTooComplex
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            problem = "it is not in UTF-8." if "UTF-8" in str(error) else str(error)
            raise ParseError(f"The body is not valid JSON: {problem}") from None
        _require_bounded(document)
        if b"\\u0000" in body:
            found = [nul_error(pointer) for pointer in islice(_pointers_to_nul(document, ""), 100)]
            if found:
                raise Invalid(errors=found)
        return document


# What a body in another encoding begins with (RFC 1952; the byte order marks of Unicode, 23.8).
_SIGNATURES = {
    b"\x1f\x8b": "gzip",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def foreign_encoding(body: bytes, request: HttpRequest | None) -> str | None:
    """Return what a body is encoded in, if that is declared, or begins, as other than UTF-8.

    Without a mark, the first character of a document in UTF-16 has a NUL beside it.
    """
    if request is not None:
        coding = request.headers.get("Content-Encoding", "").strip().lower()
        charset = (request.content_params or {}).get("charset", "").strip().lower()
        if coding not in ("", "identity"):
            return coding[:40]
        if charset not in ("", "utf-8", "utf8", "us-ascii"):
            return charset[:40]
    for signature, encoding in _SIGNATURES.items():
        if body.startswith(signature):
            return encoding
    return "utf-16" if len(body) > 1 and 0 in body[:2] else None


def _containers_in(body: bytes) -> int:
    """Count the objects and arrays of a document, without making any.

    Making 500,000 takes a quarter of a second. Brackets in strings are told apart only
    when there are many.
    """
    found = body.count(b"[") + body.count(b"{")
    if found > MAX_VALUES:
        unescaped = body.replace(rb"\\", b"").replace(rb"\"", b"")
        outside = b"".join(unescaped.split(b'"')[::2])
        found = outside.count(b"[") + outside.count(b"{")
    return found


def _require_bounded(document: Any) -> None:
    """Raise `BodyTooComplex`, or `ParseError` when it is nested too deep."""
    level = [document] if isinstance(document, _CONTAINERS) else []
    values = 0
    for _ in range(MAX_DEPTH + 1):
        values += sum(map(len, level))
        if values > MAX_VALUES:
            raise BodyTooComplex
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, _CONTAINERS)
        ]
        if not level:
            return
    raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _pointers_to_nul(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, str):
        if "\0" in value:
            yield pointer
    elif isinstance(value, dict):
        for key, child in value.items():
            if "\0" in key:
                yield pointer
            yield from _pointers_to_nul(child, json_pointer(pointer, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _pointers_to_nul(child, json_pointer(pointer, index))


class JSONRenderer(BaseRenderer):
    """Writes UUIDs as text, datetimes as RFC 3339 in UTC with a `Z`."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else dumps(data)


def dumps(data: Any) -> bytes:
    """Encode `data` as it goes over the wire; the keys of its dictionaries are text."""
    return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


class AlwaysJson(BaseContentNegotiation):
    """Respond in JSON, whatever a client says it accepts."""

    def select_parser(
        self, request: HttpRequest, parsers: Iterable[BaseParser]
    ) -> BaseParser | None:
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        is_form = media_type == _FORM
        if not is_form and media_type not in ("application/json", "application/merge-patch+json"):
            return None
        return next((each for each in parsers if (each.media_type == _FORM) == is_form), None)

    def select_renderer(
        self,
        request: HttpRequest,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class NoMetadata(BaseMetadata):
    """Respond to OPTIONS with `Allow` alone; DRF's own metadata would disclose names of classes."""

    def determine_metadata(self, request: Any, view: Any) -> None:
        return None
