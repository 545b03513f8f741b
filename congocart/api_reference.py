"""The introduction of the API reference, and the groups that its operations are shown in."""

from __future__ import annotations

TAGS = [
    {"name": "Accounts", "description": "Registration, login and one's own account."},
    {"name": "API keys", "description": "Access for integrations, limited by scopes."},
    {"name": "Catalog", "description": "Categories, products, variants and their stock."},
    {"name": "Carts", "description": "What a guest or a customer is about to buy."},
    {"name": "Checkout", "description": "From a cart to an order: address, shipping, payment."},
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
