"""An example for every body, made from its schema so that it cannot contradict it.

What a member looks like is declared by the serializer that has it (`examples`); members of a
type that says enough, such as a UUID or a time, need none there. An example shows every
required member, and those optional ones that the serializer has an example for: the others
are another way to say the same, or for few.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# Where the schema of an object carries the examples of its serializer until they are used.
EXAMPLES = "x-examples"
_SCHEMAS = "#/components/schemas/"
_BY_FORMAT: dict[str, Any] = {
    "uuid": "0197f3a1-7b1c-7c3e-9b1a-2f6f0e1d2c3b",
    "date-time": "2026-03-14T15:09:26Z",
    "uri": "https://shop.example/",
    "email": "ada@example.com",
    "binary": "%PDF-1.7",  # how every file of the only kind that we send begins
}
_BY_TYPE: dict[str, Any] = {"number": 1.5, "boolean": True, "null": None}


def example_of(schema: Schema, schemas: dict[str, Schema]) -> Any:
    """Return a value that fits `schema`; `schemas` are the components that it may refer to.

    Raises `LookupError` for a text that neither its serializer nor its format has an example of.
    """
    schema = _resolved(schema, schemas)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        given, required = schema.get(EXAMPLES, {}), schema.get("required", ())
        return {
            name: example_of(part, schemas) if given.get(name, ...) is ... else given[name]
            for name, part in schema.get("properties", {}).items()
            if name in given or name in required
        }
    if kind == "array":
        return [example_of(schema["items"], schemas)]
    if kind == "string":
        return _BY_FORMAT[schema.get("format", "")]
    return schema.get("minimum", 1) if kind == "integer" else _BY_TYPE[kind]


def _resolved(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    for combined in ("oneOf", "anyOf", "allOf"):
        if combined in schema:
            return _resolved(schema[combined][0], schemas)
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].removeprefix(_SCHEMAS)], schemas)
    return schema
