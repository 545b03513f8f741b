"""How Django REST Framework is set up, and the introduction of the API reference."""

from __future__ import annotations

from typing import Any

TAGS = [
    {"name": "Shop", "description": "What a storefront needs to know before anything else."},
    {"name": "Accounts", "description": "Registration, login and one's own account."},
    {
        "name": "Customer groups",
        "description": "Customers with prices and promotions of their own.",
    },
    {
        "name": "Price lists",
        "description": "Prices over the regular ones, by time, group and units.",
    },
    {"name": "Draft orders", "description": "Orders that staff make for a buyer."},
    {"name": "Staff", "description": "Inviting people to work in the shop."},
    {"name": "API keys", "description": "Access for integrations, limited by scopes."},
    {"name": "Catalog", "description": "Categories, products, variants and their stock."},
    {"name": "Promotions", "description": "Ways to pay less, by themselves or by code."},
    {"name": "Carts", "description": "What a guest or a customer is about to buy."},
    {"name": "Pricing", "description": "What things cost, and why."},
    {"name": "Checkout", "description": "From a cart to an order: address, shipping, payment."},
    {"name": "Shipping", "description": "Where the shop delivers to, how, and at what price."},
    {"name": "Orders", "description": "Orders, from placing to the last refund."},
]

DESCRIPTION = """\
A shop without a storefront: products, carts, checkout, orders and accounts.

The same document as [Swagger UI](/api/docs), as [ReDoc](/api/redoc), and as a file in
[JSON](/api/schema?format=json) and [YAML](/api/schema?format=yaml).

**A whole purchase takes three requests**: `POST /api/v1/carts` with items, `POST
/api/v1/checkouts` with the address, e-mail and shipping method, and `POST
/api/v1/checkouts/{checkout_id}/complete` with a payment.

- **Money** is an integer in the minor unit of its currency: `{"amount": 1999, "currency": "GBP"}`
  is £19.99, `{"amount": 1999, "currency": "JPY"}` is ¥1,999.
- **Errors** are problem documents (RFC 9457) with a stable `code`. Fields that an operation does
  not know are refused.
- **Lists** are read page by page: follow `next` until it is null.
- **Retries** are safe with an `Idempotency-Key` on any POST, PUT, PATCH or DELETE.
- **Versions**: carts and checkouts carry an `ETag`; send it back as `If-Match` to change only what
  you have seen.
- **Callers** are customers and staff with an access token, or guests with the `Cart-Token` of
  their cart. What a caller may not see is 404.
"""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "staff.authentication.ApiKeyAuthentication",
        "accounts.authentication.AccessTokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.http.permissions.DeclaredAccess"],
    "DEFAULT_THROTTLE_CLASSES": ["core.http.throttling.GroupThrottle"],
    "DEFAULT_PARSER_CLASSES": ["core.http.json.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["core.http.json.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.http.json.AlwaysJson",
    "DEFAULT_SCHEMA_CLASS": "core.http.openapi.autoschema.OperationSchema",
    "EXCEPTION_HANDLER": "core.http.problems.exception_handler",
    "DEFAULT_METADATA_CLASS": "core.http.json.NoMetadata",
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "CongoCart",
    "VERSION": "1",
    "DESCRIPTION": DESCRIPTION,
    "TAGS": TAGS,
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "POSTPROCESSING_HOOKS": ["core.http.openapi.document.complete"],
}
