"""The whole document: its shared parts, and an example in every body."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import orjson
import yaml
from drf_spectacular.generators import SchemaGenerator

from core.http.openapi.components import COMPONENTS
from core.http.openapi.examples import EXAMPLES, example_of

CSV_EXAMPLE = "number,currency,total\r\n7KQ2M-4XWPA,GBP,43.93\r\n"
_generating = threading.Lock()


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add what does not belong to one operation; called by drf-spectacular."""
    components = result["components"]
    for kind, parts in COMPONENTS.items():
        components[kind] = {**components.get(kind, {}), **parts}
    operations = [operation for path in result["paths"].values() for operation in path.values()]
    for operation in operations:
        for body in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media_type, content in body.get("content", {}).items():
                if media_type == "text/csv":
                    content["example"] = CSV_EXAMPLE
                elif "examples" in content:
                    content["examples"] = _shared(content["examples"], components)
                else:
                    content["example"] = example_of(content["schema"], components["schemas"])
    for schema in components["schemas"].values():
        schema.pop(EXAMPLES, None)
    return result


def _shared(examples: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Replace the examples that other operations have, too, by references to one of them."""
    known: dict[str, Any] = components.setdefault("examples", {})
    return {
        name: {"$ref": f"#/components/examples/{name}"}
        if known.setdefault(name, example) == example
        else example
        for name, example in examples.items()
    }


@cache
def document() -> dict[str, Any]:
    """Generate the document, once for each process, because the code does not change."""
    with _generating:
        schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return schema


@cache
def as_json() -> bytes:
    """Return the document in JSON."""
    return orjson.dumps(document())


@cache
def as_yaml() -> bytes:
    """Return the document in YAML."""
    return yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=100).encode()
