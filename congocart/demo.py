"""The logins of the demo shop. Anybody can read them here: for demonstrations only."""

from __future__ import annotations

PASSWORD = "congocart-demo"  # noqa: S105
# The role of each login.
LOGINS = {
    "customer@example.com": "customer",
    "support@example.com": "support",
    "fulfillment@example.com": "fulfillment",
    "manager@example.com": "manager",
    "admin@example.com": "admin",
}
# Bought by the purchase in the introduction of `up`.
SKU = "MUG-BLUE"
