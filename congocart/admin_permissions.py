"""What each role may do in the admin: the table from which `staff.backends` grants permissions.

It names models of every app, so it is above them and is passed down as a setting.
Pages that are read-only stay so for everyone, whatever is granted here.
"""

from __future__ import annotations

from collections.abc import Mapping

from accounts.domain import Role


def _changes(app: str, *models: str) -> frozenset[str]:
    verbs = ("add", "change", "delete")
    return frozenset(f"{app}.{verb}_{model}" for verb in verbs for model in models)


_READ = frozenset({
    "accounts.view_user", "accounts.view_refreshsession", "accounts.view_savedaddress",
    "carts.view_cart", "carts.view_cartline",
    "catalog.view_category", "catalog.view_product", "catalog.view_variant", "catalog.view_price",
    "checkout.view_checkout", "checkout.view_checkoutline",
    "checkout.view_shippingmethod", "checkout.view_shippingprice",
    "events.view_event",
    "inventory.view_stock", "inventory.view_movement", "inventory.view_reservation",
    "orders.view_order", "orders.view_orderline",
    "payments.view_payment", "payments.view_ledgerentry", "payments.view_operation",
    "payments.view_webhookevent",
})  # fmt: skip
_EXPORT = frozenset({"orders.export_order"})
_STOCK = frozenset({"inventory.change_stock"})
_CATALOG = _changes("catalog", "category", "product", "variant", "price")
_SHIPPING = _changes("checkout", "shippingmethod", "shippingprice")
_JOBS = frozenset({
    "api.view_idempotencykey",
    "procrastinate.view_procrastinatejob", "procrastinate.view_procrastinateevent",
    "procrastinate.change_procrastinatejob",
})  # fmt: skip
_MANAGER = _READ | _EXPORT | _STOCK | _CATALOG | _SHIPPING | _JOBS
_PEOPLE = frozenset({
    "accounts.add_user", "accounts.change_user", "staff.view_personaldataaccess",
})  # fmt: skip

PERMISSIONS: Mapping[Role, frozenset[str]] = {
    Role.CUSTOMER: frozenset(),
    Role.SUPPORT: _READ,
    Role.FULFILLMENT: _READ | _STOCK,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _MANAGER | _PEOPLE,
}
