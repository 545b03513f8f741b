"""The parts of the OpenAPI document that operations refer to."""

from __future__ import annotations

from typing import Any

from core.http.pagination import DEFAULT_LIMIT, MAX_LIMIT

_KEY_PATTERN = "^[!-~]([ -~]*[!-~])?$"


def _header(description: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **schema}}


def _parameter(name: str, where: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "description": description,
        "schema": {"type": "string", **schema},
    }


def parameter(name: str) -> dict[str, str]:
    """Refer to one of `PARAMETERS`."""
    return {"$ref": f"#/components/parameters/{name}"}


def headers(*names: str) -> dict[str, dict[str, str]]:
    """Refer to some of `HEADERS`."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


PARAMETERS = {
    "RequestId": _parameter(
        "X-Request-ID",
        "header",
        "An id of yours for this request, up to 64 of `A-Z a-z 0-9 . _ -`; it is replaced when it "
        "is anything else.",
    ),
    "IdempotencyKey": _parameter(
        "Idempotency-Key",
        "header",
        "Makes a retry safe: the same key and body within 24 hours get the first response. Use a "
        "random UUID for each operation you mean.",
        minLength=1,
        maxLength=255,
        pattern=_KEY_PATTERN,
    ),
    "IfMatch": _parameter(
        "If-Match",
        "header",
        "The `ETag` that you have seen. If it is no longer current nothing is changed and the "
        "response is 412.",
    ),
    "IfNoneMatch": _parameter(
        "If-None-Match",
        "header",
        "The `ETag` that you hold. If it is still current the response is 304 without a body.",
    ),
    "Limit": _parameter(
        "limit",
        "query",
        "How many results a page has at most.",
        type="integer",
        minimum=1,
        maximum=MAX_LIMIT,
        default=DEFAULT_LIMIT,
    ),
    "Cursor": _parameter(
        "cursor",
        "query",
        "Where a page begins: opaque, taken from the `next` or `previous` of another page.",
        pattern="^[A-Za-z0-9_-]*$",
    ),
}

HEADERS = {
    "X-Request-ID": _header("The id of this request, as in every problem and log line about it."),
    "ETag": _header('The version of what was returned, such as `"3"`.'),
    "Location": _header("Where what was made can be read.", format="uri-reference"),
    "Idempotent-Replayed": _header(
        "Present when this is the stored response to an earlier request with the same key.",
        enum=["true"],
    ),
    "Retry-After": _header("How many seconds to wait before asking again.", pattern="^[0-9]+$"),
    "RateLimit": _header("What is left of the quota, as in the IETF draft of RateLimit headers."),
    "RateLimit-Policy": _header("The quota that applies and the seconds it is for."),
    "WWW-Authenticate": _header("How to authenticate."),
}

SECURITY_SCHEMES = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `access` token of `POST /auth/token`, good for ten minutes.",
    },
    "cartToken": {
        "type": "apiKey",
        "in": "header",
        "name": "Cart-Token",
        "description": "The `token` that a guest's new cart was returned with. It proves the cart, "
        "and the checkout and the order that grow out of it.",
    },
    "orderToken": {
        "type": "apiKey",
        "in": "header",
        "name": "Order-Token",
        "description": "The `token` of a link that was mailed about an order (`POST "
        "/orders/lookup`). It proves this order for some days, and nothing else.",
    },
}

SCHEMAS = {
    "Problem": {
        "type": "object",
        "description": "Why a request was refused (RFC 9457). Some codes add members of their own.",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "description": "A URN that ends in the code."},
            "title": {"type": "string", "description": "The code in words."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {
                "type": "string",
                "description": "For people; the wording may change.",
            },
            "code": {"type": "string", "description": "For programs; it never changes."},
            "request_id": {"type": "string", "description": "Quote it when you ask for help."},
            "errors": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/FieldProblem"},
                "description": "What is wrong with the input, up to 100 entries.",
            },
        },
    },
    "FieldProblem": {
        "type": "object",
        "description": "One invalid value.",
        "required": ["pointer", "code", "detail"],
        "properties": {
            "pointer": {
                "type": "string",
                "description": "Which one: a JSON pointer (RFC 6901) into the body, or a slash "
                "and the name of a query parameter.",
            },
            "code": {"type": "string", "description": "For programs; it never changes."},
            "detail": {
                "type": "string",
                "description": "For people; the wording may change.",
            },
        },
    },
}

COMPONENTS = {
    "parameters": PARAMETERS,
    "headers": HEADERS,
    "securitySchemes": SECURITY_SCHEMES,
    "schemas": SCHEMAS,
}
