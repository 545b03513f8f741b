"""The OpenAPI document: complete, valid, true to the code, and readable in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource

from core.http.openapi.document import document

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.yaml"
METHODS = ("get", "put", "post", "delete", "patch")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, method, operation in operations()
]
each_operation = pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)


def responses_of(operation: dict[str, Any], *, refusals: bool) -> dict[str, dict[str, Any]]:
    return {
        status: response
        for status, response in operation["responses"].items()
        if (int(status) >= 400) is refusals
    }


@cache
def registry() -> Registry:
    contents = {**document(), "$schema": Draft202012Validator.META_SCHEMA["$schema"]}
    return Registry().with_resource("urn:document", Resource.from_contents(contents))


def validator_of(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        _absolute(schema),
        registry=registry(),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def _absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: f"urn:document{value}" if key == "$ref" else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(part) for part in schema] if isinstance(schema, list) else schema


def test_it_is_generated_without_a_warning():
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(public=True)

    assert not GENERATOR_STATS, GENERATOR_STATS.emit_summary()


def test_it_is_valid_openapi_3_1():
    assert document()["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_the_committed_document_is_that_of_the_code():
    committed = yaml.safe_load(COMMITTED.read_text())

    assert committed == document(), "Run `make openapi` and look at what has changed."


def test_every_operation_of_the_urls_is_in_it():
    documented = {(path, method) for path, method, _ in operations()}

    assert set(routes()) == documented


def routes() -> Iterator[tuple[str, str]]:
    """What the URLs of the API dispatch to: path template and method."""
    for path, view in patterns(get_resolver().url_patterns, "/"):
        if not path.startswith(("/api/v1", "/.well-known")):
            continue
        bound = getattr(view, "actions", None) or {
            method: method for method in METHODS if hasattr(view.view_class, method)
        }
        for method in bound:
            if method != "head":
                yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path), method


def patterns(entries: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in entries:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def test_operation_ids_are_unique_and_in_camel_case():
    ids = [operation["operationId"] for _, _, operation in operations()]

    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z][a-zA-Z]+", name)] == []


def test_every_tag_is_described():
    described = {tag["name"] for tag in document()["tags"] if tag["description"]}

    assert {tag for _, _, operation in operations() for tag in operation["tags"]} == described


@each_operation
def test_an_operation_says_what_it_is_for_and_who_may_call_it(path, method, operation):
    assert operation["summary"]
    assert not operation["summary"].endswith(".")
    assert len(operation["tags"]) == 1
    schemes = set(document()["components"]["securitySchemes"])
    assert operation["security"]
    assert {scheme for together in operation["security"] for scheme in together} <= schemes


@each_operation
def test_every_body_has_an_example_that_fits_its_schema(path, method, operation):
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    contents = [content for body in bodies for content in body.get("content", {}).values()]

    assert contents
    for content in contents:
        values = examples_in(content)
        assert values
        for value in values:
            validator_of(content["schema"]).validate(value)


def examples_in(content: dict[str, Any]) -> list[Any]:
    if "example" in content:
        return [content["example"]]
    shared = document()["components"]["examples"]
    return [
        shared[example["$ref"].rsplit("/", 1)[1]]["value"]
        if "$ref" in example
        else example["value"]
        for example in content["examples"].values()
    ]


@each_operation
def test_every_refusal_is_a_problem_document_with_its_codes(path, method, operation):
    for status, response in responses_of(operation, refusals=True).items():
        assert list(response["content"]) == ["application/problem+json"]
        content = response["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        examples = dict(zip(content["examples"], examples_in(content), strict=True))
        for code, example in examples.items():
            assert example["code"] == code
            assert example["status"] == int(status)
            assert f"`{code}`" in response["description"]


@each_operation
def test_the_refusals_of_its_kind_are_declared(path, method, operation):
    expected = {"400", "429", "500", "503"}
    if method != "get":
        expected |= {"409", "413", "415", "422"}
    if "{" in path:
        expected.add("404")
    if any(operation["security"]):
        expected.add("401")
    if "Needs the role" in operation.get("description", ""):
        expected.add("403")

    assert expected <= set(operation["responses"])


@each_operation
def test_its_headers_are_documented(path, method, operation):
    parameters = {p.get("name") or p["$ref"].rsplit("/", 1)[1] for p in operation["parameters"]}
    versioned = bool(parameters & {"IfMatch", "IfNoneMatch"})

    assert "RequestId" in parameters
    assert ("IdempotencyKey" in parameters) is (method != "get")
    assert ("304" in operation["responses"]) is (versioned and method == "get")
    for status, response in responses_of(operation, refusals=False).items():
        assert "X-Request-ID" in response["headers"]
        assert ("ETag" in response["headers"]) is versioned
        assert ("Idempotent-Replayed" in response["headers"]) is (method != "get")
        assert response["description"], status


@each_operation
def test_a_request_body_takes_no_unknown_property(path, method, operation):
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for schema in reachable(content["schema"]):
            if schema.get("type") == "object" and "properties" in schema:
                assert schema["additionalProperties"] is False


def reachable(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, list):
        for part in schema:
            yield from reachable(part)
    elif isinstance(schema, dict):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            yield from reachable(document()["components"]["schemas"][name])
        yield schema
        for part in schema.values():
            yield from reachable(part)


@each_operation
def test_a_list_is_paged(path, method, operation):
    parameters = {p.get("$ref", "").rsplit("/", 1)[-1] for p in operation["parameters"]}
    paged = {"Limit", "Cursor"} & parameters
    if not paged:
        return
    [content] = operation["responses"]["200"]["content"].values()
    name = content["schema"]["$ref"].rsplit("/", 1)[1]

    assert paged == {"Limit", "Cursor"}
    page = document()["components"]["schemas"][name]
    assert set(page["required"]) == {"next", "previous", "results"}


# ---- served -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        ("", "*/*", "application/json"),
        ("", "application/json", "application/json"),
        ("", "application/yaml", "application/yaml"),
        ("", "application/vnd.oai.openapi", "application/yaml"),
        ("", "text/html", "application/json"),
        ("?format=yaml", "application/json", "application/yaml"),
        ("?format=json", "application/yaml", "application/json"),
    ],
)
def test_the_document_is_served_in_json_and_yaml(client, query, accept, content_type):
    response = client.get(f"/api/schema{query}", headers={"Accept": accept})

    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    assert yaml.safe_load(response.content) == document()
    again = client.get(
        f"/api/schema{query}", headers={"Accept": accept, "If-None-Match": response["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_the_document_is_generated_once(client):
    client.get("/api/schema")
    generated = document.cache_info().misses
    for _ in range(3):
        client.get("/api/schema?format=yaml")

    assert document.cache_info().misses == generated


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs", "/api/redoc"])
def test_the_reference_cannot_be_written(client, path):
    response = client.post(path)

    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert "GET" in response["Allow"]


@pytest.mark.parametrize(
    ("path", "other"), [("/api/docs", "/api/redoc"), ("/api/redoc", "/api/docs")]
)
def test_a_page_runs_only_scripts_of_its_own_files(client, path, other):
    response = client.get(path)
    page = response.content.decode()

    assert response.status_code == 200
    assert f'href="{other}"' in page
    assert 'href="/api/schema?format=yaml"' in page
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
    assert "script-src 'self';" in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc"])
def test_the_files_of_a_page_exist(client, path):
    page = client.get(path).content.decode()
    files = re.findall(r'(?:src|href)="/static/([^"]+)"', page)

    assert len(files) >= 3
    assert [name for name in files if finders.find(name) is None] == []
