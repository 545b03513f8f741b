"""Examples for every operation, made from the schemas so that they cannot contradict them.

What a property of a given name looks like stands here once; the rest follows
from its type.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_ID = "0197f3a1-7b1c-7c3e-9b1a-2f6f0e1d2c3b"
_TOKEN = "Wm9yYS1hbmQtQWRhLWdvLXNob3BwaW5nLWZvci10ZWE"  # noqa: S105
_JWT = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
_HASH = "#/components/schemas/"


def _money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "GBP"}


# By the name of a property, or of its parent and itself where that says more.
BY_NAME: dict[str, Any] = {
    "access": _JWT,
    "alg": "ES256",
    "allowed": ["canceled", "completed"],
    "amount": 1999,
    "available": 12,
    "carrier": "Royal Mail",
    "city": "London",
    "code": "standard",
    "company": "Analytical Engines Ltd",
    "country_code": "GB",
    "coupons.code": "WELCOME10",
    "crv": "P-256",
    "currency": "GBP",
    "description": "Holds 350 ml and survives the dishwasher.",
    "detail": "Somebody else bought the last one.",
    "discount": _money(0),
    "email": "ada@example.com",
    "expected_total": _money(4393),
    "first_name": "Ada",
    "items.total": _money(3998),
    "kid": "7d3f0a52",
    "kty": "EC",
    "last_name": "Lovelace",
    "line1": "12 St James's Square",
    "line2": "Second floor",
    "messages.code": "price_changed",
    "next": "https://shop.example/api/v1/orders?cursor=WyJuZXdlc3QiXQ",
    "number": "7KQ2M-4XWPA",
    "order": {"id": _ID, "number": "7KQ2M-4XWPA"},
    "password": "correct horse battery staple",
    "phone": "+44 20 7946 0958",
    "pointer": "/items/0",
    "postal_code": "SW1Y 4LB",
    "previous": None,
    "price": _money(395),
    "provider": "manual",
    "quantity": 2,
    "reason": "Ordered by mistake.",
    "refresh": _JWT,
    "region": "",
    "search": "mug",
    "shipping": _money(395),
    "shipping_method": "standard",
    "sku": "MUG-BLUE",
    "slug": "blue-mug",
    "subtotal": _money(3998),
    "tax": _money(0),
    "title": "Blue mug",
    "token": _TOKEN,
    "total": _money(4393),
    "use": "sig",
    "version": 3,
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
# Alternatives to other properties: an example shows one way to say it.
OMITTED: dict[str, frozenset[str]] = {
    "CheckoutRequest": frozenset({"items", "currency"}),
    "VariantChangesRequest": frozenset({"prices"}),
    "VariantRequest": frozenset({"prices"}),
}
_BY_FORMAT: dict[str, Any] = {
    "uuid": _ID,
    "date-time": "2026-03-14T15:09:26Z",
    "date": "2026-03-14",
    "uri": "https://shop.example/",
    "email": "ada@example.com",
}
_BY_TYPE: dict[str, Any] = {"number": 1.5, "boolean": True, "null": None}


def example_of(schema: Schema, schemas: dict[str, Schema], parent: str = "", name: str = "") -> Any:
    """A value that fits `schema`; `schemas` are the components that it may refer to."""
    omitted = OMITTED.get(schema.get("$ref", "").removeprefix(_HASH), ())
    schema = _resolved(schema, schemas)
    kind = _kind_of(schema)
    if "enum" in schema:
        return schema["enum"][0]
    for known in (f"{parent}.{name}", name):
        if known in BY_NAME and _fits(BY_NAME[known], schema, kind):
            return BY_NAME[known]
    if kind == "object":
        return {
            key: example_of(part, schemas, name, key)
            for key, part in schema.get("properties", {}).items()
            if key not in omitted
        }
    if kind == "array":
        return [example_of(schema.get("items", {}), schemas, parent, name)]
    return _scalar(schema, kind)


def _resolved(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    for combined in ("oneOf", "anyOf", "allOf"):
        if combined in schema:
            return _resolved(schema[combined][0], schemas)
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].removeprefix(_HASH)], schemas)
    return schema


def _kind_of(schema: Schema) -> str:
    kind = schema.get("type", "object")
    return str(kind[0] if isinstance(kind, list) else kind)


def _fits(value: Any, schema: Schema, kind: str) -> bool:
    match value:
        case None:
            return "null" in schema.get("type", ())
        case int():
            low, high = schema.get("minimum", value), schema.get("maximum", value)
            return kind == "integer" and bool(low <= value <= high)
        case str():
            low, high = schema.get("minLength", 0), schema.get("maxLength", len(value))
            free = schema.get("format") not in ("uuid", "date-time")
            return kind == "string" and free and bool(low <= len(value) <= high)
        case dict():
            return kind == "object" and value.keys() == schema.get("properties", {}).keys()
    return kind == "array"


def _scalar(schema: Schema, kind: str) -> Any:
    if kind == "string":
        return _BY_FORMAT.get(schema.get("format", ""), "text"[: schema.get("maxLength", 4)])
    return schema.get("minimum", 1) if kind == "integer" else _BY_TYPE[kind]
