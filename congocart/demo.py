"""The logins of the demo shop. Known to everybody who reads this: for demonstrations only."""

from __future__ import annotations

PASSWORD = "congocart-demo"  # noqa: S105
# Who has which role.
LOGINS = {
    "customer@example.com": "customer",
    "support@example.com": "support",
    "fulfillment@example.com": "fulfillment",
    "manager@example.com": "manager",
    "admin@example.com": "admin",
}
# What the purchase in the introduction buys.
SKU = "MUG-BLUE"
