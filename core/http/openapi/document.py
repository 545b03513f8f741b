"""The whole document: its shared parts, and an example in every body."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
import yaml
from drf_spectacular.generators import SchemaGenerator

from core.http.openapi.components import COMPONENTS
from core.http.openapi.examples import EXAMPLES, example_of

_generating = threading.Lock()


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's hook: adds what does not belong to one operation."""
    components = result["components"]
    for kind, parts in COMPONENTS.items():
        components[kind] = {**components.get(kind, {}), **parts}
    for operation in _operations(result):
        for content in _contents(operation):
            if "examples" in content:
                content["examples"] = _hoisted(content["examples"], components)
            else:
                content["example"] = example_of(content["schema"], components["schemas"])
    for schema in components["schemas"].values():
        schema.pop(EXAMPLES, None)
    return result


def _hoisted(examples: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """References instead of the examples that other operations have too."""
    shared: dict[str, Any] = components.setdefault("examples", {})
    return {
        name: {"$ref": f"#/components/examples/{name}"}
        if shared.setdefault(name, example) == example
        else example
        for name, example in examples.items()
    }


def _operations(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in result["paths"].values():
        yield from path.values()


def _contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        yield from body.get("content", {}).values()


@cache
def document() -> dict[str, Any]:
    """The document of this process: generated once, because the code does not change."""
    with _generating:
        schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return schema


@cache
def as_json() -> bytes:
    """The document in JSON."""
    return orjson.dumps(document())


@cache
def as_yaml() -> bytes:
    """The document in YAML."""
    return yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=100).encode()
