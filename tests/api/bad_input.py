"""What clients send that no client should: derived from the OpenAPI document, per operation."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from rest_framework.test import APIClient

from core.http.openapi.document import document
from tests.images import encoded

JSON = "application/json"
FORM = "multipart/form-data"
MEGABYTE = 1024 * 1024
LONG = "x" * 10_000
QUERY_TEXTS = (
    LONG,
    "🫖" * 100,
    "\0",
    "%",
    "\ud800".encode("utf-16", "surrogatepass").hex(),
    "'\";--",
)
WRONG = {
    "null": None,
    "boolean": True,
    "integer": 5,
    "number": 1.5,
    "string": "text",
    "array": [],
    "object": {},
}


LEFT_OUT: dict[str, dict[str, Any]] = {
    "createToken": {"otp": "123456"},
    "updateProduct": {"slug": "teapot", "options": [{"name": "Size", "values": ["S"]}]},
    "completeCheckout": {
        "payment": {"token": "tok_success"},
        "expected_total": {"amount": 4393, "currency": "GBP"},
    },
    "editOrder": {"expected_total": {"amount": 5997, "currency": "GBP"}},
    "refundOrder": {"amount": {"amount": 1999, "currency": "GBP"}},
}


def _merged(given: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    below = {name: _merged(given[name], part) for name, part in more.items() if name in given}
    return {**given, **more, **below}


@dataclass(frozen=True)
class Operation:
    """One operation of the document, as far as it says what may be sent."""

    id: str
    path: str
    method: str
    spec: dict[str, Any] = field(repr=False)

    @property
    def schema(self) -> dict[str, Any] | None:
        content = self.spec.get("requestBody", {}).get("content", {})
        return resolved(content[JSON]["schema"]) if JSON in content else None

    @property
    def takes_file(self) -> bool:
        return FORM in self.spec.get("requestBody", {}).get("content", {})

    @property
    def example(self) -> dict[str, Any]:
        body = self.spec["requestBody"]["content"][JSON]
        return copy.deepcopy(body["example"])

    @property
    def full_example(self) -> dict[str, Any]:
        """With what the documentation leaves out, as another way to say the same or for few."""
        return _merged(self.example, copy.deepcopy(LEFT_OUT.get(self.id, {})))

    @property
    def request(self) -> tuple[bytes, str]:
        """A body that is accepted, and what it is."""
        if self.takes_file:
            return _form((_A_FILE, encoded("PNG"))), _FORM_B
        return json.dumps(self.example if self.schema else {}).encode(), JSON

    @property
    def takes_token(self) -> bool:
        return any("accessToken" in together for together in self.spec["security"])

    @property
    def needs_token(self) -> bool:
        return all("accessToken" in together for together in self.spec["security"])

    @property
    def needs_role(self) -> bool:
        return "Needs the role" in self.spec.get("description", "")


@dataclass(frozen=True)
class Probe:
    """A request that has to be refused, or at least (`expect` 0) to be survived."""

    name: str
    body: bytes | None = None
    content_type: str = JSON
    query: str = ""
    expect: int = 400
    code: str = "invalid_request"
    pointer: str | None = None


@dataclass
class World:
    """Someone with one of everything, a stranger, an admin and a guest."""

    owner: APIClient
    stranger: APIClient
    admin: APIClient
    anonymous: APIClient
    places: dict[str, Any]

    def client_for(self, operation: Operation) -> APIClient:
        return self.admin if operation.needs_role else self.owner

    def path(self, operation: Operation, **others: str) -> str:
        path = operation.path
        for name in re.findall(r"{(\w+)}", path):
            path = path.replace(f"{{{name}}}", str(others.get(name, self.places[name])))
        return path


OPERATIONS = [
    Operation(spec["operationId"], path, method, spec)
    for path, item in document()["paths"].items()
    for method, spec in item.items()
]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, without references and without the alternative of null."""
    for combined in ("oneOf", "anyOf", "allOf"):
        if combined in schema:
            return resolved(schema[combined][0])
    if "$ref" in schema:
        target: dict[str, Any] = document()["components"]["schemas"][schema["$ref"].split("/")[-1]]
        return resolved(target)
    return schema


def probes(operation: Operation) -> Iterator[Probe]:
    """Everything that is wrong with this operation's input, one thing at a time."""
    yield from _queries(operation)
    if operation.method == "get":
        return
    yield Probe("ten megabytes", b" " * 10 * MEGABYTE, expect=413, code="payload_too_large")
    if operation.id == "receivePaymentWebhook":
        yield from (Probe(name, body, code=UNSIGNED) for name, body in NOT_JSON.items())
    elif operation.takes_file:
        yield from _file_probes()
    else:
        yield from _json_probes(operation)


def _json_probes(operation: Operation) -> Iterator[Probe]:
    for name, body in NOT_JSON.items():
        yield Probe(name, body)
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ):
        yield Probe(
            f"as {content_type!r}", b"{}", content_type, expect=415, code="unsupported_media_type"
        )
    if operation.schema is None:
        yield Probe("an unexpected body", b'{"surprise": 1}', pointer="/surprise")
        return
    if operation.schema.get("required") and operation.method != "patch":
        yield Probe("an empty body", b"")
        yield Probe("an empty object", b"{}")
    yield from _values(operation, operation.schema, operation.full_example, [])


# The signature is over the bytes, so it is checked before anybody reads them.
UNSIGNED = "webhook_signature_invalid"
NOT_JSON = {
    "half a document": b'{"a": ',
    "two documents": b"{} {}",
    "single quotes": b"{'a': 1}",
    "not a number": b'{"a": NaN}',
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "a lone surrogate": rb'{"a": "\ud800"}',
    "nested too deep for the parser": b"[" * 10_000,
    "nested too deep for us": b'{"a":' * 40 + b"1" + b"}" * 40,
    "a list": b"[]",
    "a list of things": b"[{}]",
    "a text": b'"text"',
    "a number": b"5",
    "null": b"null",
    "NUL": rb'{"a": "\u0000"}',
    "NUL in a name": rb'{"\u0000": 1}',
}


def _file_probes() -> Iterator[Probe]:
    for name, body in NOT_JSON.items():
        yield Probe(name, body, expect=415, code="unsupported_media_type")
    for name, (body, content_type, pointer) in NOT_A_FILE.items():
        yield Probe(name, body, content_type, pointer=pointer)


def _form(*parts: tuple[str, bytes]) -> bytes:
    """A form of parts: what follows `form-data` in the head of each, and its content."""
    texts = [
        b"--b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (head.encode(), content)
        for head, content in parts
    ]
    return b"".join([*texts, b"--b--\r\n"])


_A_FILE = 'name="file"; filename="a.png"'
_FORM_B = f"{FORM}; boundary=b"
NOT_A_FILE: dict[str, tuple[bytes, str, str | None]] = {
    "no form": (b"{}", FORM, None),
    "a form with another boundary": (_form((_A_FILE, b"x")), f"{FORM}; boundary=c", "/file"),
    "an empty form": (_form(), _FORM_B, "/file"),
    "half a form": (_form((_A_FILE, b"x"))[:60], _FORM_B, "/file"),
    "an empty file": (_form((_A_FILE, b"")), _FORM_B, "/file"),
    "a text as the file": (_form(('name="file"', b"x")), _FORM_B, "/file"),
    "an unknown part": (_form((_A_FILE, b"x"), ('name="a"', b"x")), _FORM_B, "/a"),
    "a file too many": (_form((_A_FILE, b"x"), (_A_FILE, b"x")), _FORM_B, None),
    "a text as a file": (
        _form((_A_FILE, b"x"), ('name="alt"; filename="a"', b"x")),
        _FORM_B,
        "/alt",
    ),
    "NUL": (_form((_A_FILE, b"x"), ('name="alt"', b"a\0b")), _FORM_B, "/alt"),
    "not UTF-8": (_form((_A_FILE, b"x"), ('name="alt"', b"\xed\xa0\x80" * 600)), _FORM_B, "/alt"),
    "too long": (_form((_A_FILE, b"x"), ('name="alt"', LONG.encode())), _FORM_B, "/alt"),
}


def _values(
    operation: Operation, schema: dict[str, Any], example: Any, steps: list[str | int]
) -> Iterator[Probe]:
    """Probes for this value and everything below it; `steps` lead there from the body."""
    if schema.get("type") == "object" and "properties" in schema:
        if steps:
            yield _probe(operation, [*steps, "surprise"], 1)
        else:
            yield _probe(operation, ["surprise"], 1)
        for name, part in schema["properties"].items():
            if name in example:
                yield from _wrong_types(operation, part, [*steps, name])
                below = resolved(part)
                yield from _values(operation, below, example[name], [*steps, name])
    elif "array" in _types(schema) and example:
        yield from _wrong_types(operation, schema["items"], [*steps, 0])
        yield from _values(operation, resolved(schema["items"]), example[0], [*steps, 0])
    elif "string" in _types(schema):
        yield from _texts(operation, schema, steps)
    elif "integer" in _types(schema):
        yield from _numbers(operation, schema, steps)


def _wrong_types(
    operation: Operation, schema: dict[str, Any], steps: list[str | int]
) -> Iterator[Probe]:
    allowed = _types(resolved(schema))
    if "enum" in resolved(schema):
        allowed = allowed - {"string"}
    if {"type": "null"} in schema.get("oneOf", []):
        allowed = allowed | {"null"}
    for kind, value in WRONG.items():
        if kind not in allowed:
            yield _probe(operation, steps, value)


def _texts(operation: Operation, schema: dict[str, Any], steps: list[str | int]) -> Iterator[Probe]:
    yield _probe(operation, steps, "a\0b")
    limit = schema.get("maxLength")
    too_long = limit is not None and limit < len(LONG)
    yield _probe(operation, steps, LONG, **({} if too_long else SURVIVED))
    yield _probe(operation, steps, "🫖", **SURVIVED)
    yield _probe(operation, steps, "é\u202e\ufeff", **SURVIVED)
    if schema.get("minLength") or "format" in schema:
        yield _probe(operation, steps, "")
    if schema.get("format") in ("uuid", "email", "date-time"):
        yield _probe(operation, steps, "text")


SURVIVED: dict[str, Any] = {"expect": 0, "code": "", "pointer": None}


def _numbers(
    operation: Operation, schema: dict[str, Any], steps: list[str | int]
) -> Iterator[Probe]:
    yield _probe(operation, steps, "2")
    for number in (0, -1, 10**9, 10**30):
        low, high = schema.get("minimum", number), schema.get("maximum", number)
        outside = not low <= number <= high
        yield _probe(operation, steps, number, **({} if outside else SURVIVED))


def _types(schema: dict[str, Any]) -> set[str]:
    kinds = schema.get("type", list(WRONG))
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    return found | {"integer"} if "number" in found else found


def _probe(operation: Operation, steps: list[str | int], value: Any, **expected: Any) -> Probe:
    """The operation's example with one value replaced."""
    body: Any = operation.full_example
    target = body
    for step in steps[:-1]:
        target = target[step]
    target[steps[-1]] = value
    pointer = "".join(f"/{step}" for step in steps)
    name = f"{pointer} = {json.dumps(value)[:40]}"
    return Probe(name, json.dumps(body).encode(), **{"pointer": pointer, **expected})


def _queries(operation: Operation) -> Iterator[Probe]:
    yield Probe("?surprise=1", query="surprise=1", pointer="/surprise")
    for parameter in _parameters(operation):
        if parameter["in"] != "query":
            continue
        name, schema = parameter["name"], parameter["schema"]
        for text in QUERY_TEXTS:
            refused = "\0" in text
            yield Probe(
                f"?{name}={text[:20]!r}",
                query=f"{name}={quote(text)}",
                **({"pointer": f"/{name}"} if refused else SURVIVED),
            )
        if "integer" in _types(schema) or "enum" in schema or schema.get("format") == "date-time":
            for text in ("abc", "-1", "1e9", "1.5", "١", "null"):
                yield Probe(f"?{name}={text}", query=f"{name}={quote(text)}", pointer=f"/{name}")


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    shared = document()["components"]["parameters"]
    for parameter in operation.spec["parameters"]:
        yield shared[parameter["$ref"].split("/")[-1]] if "$ref" in parameter else parameter
