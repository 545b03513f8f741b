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
    "accounts.view_customergroup",
    "carts.view_cart", "carts.view_cartline",
    "catalog.view_category", "catalog.view_product", "catalog.view_variant", "catalog.view_price",
    "catalog.view_listprice", "catalog.view_pricechange", "catalog.view_image",
    "checkout.view_checkout", "checkout.view_checkoutline",
    "checkout.view_shippingmethod", "checkout.view_shippingprice", "checkout.view_shippingband",
    "checkout.view_shippingmethodzone", "checkout.view_freeshippingfrom",
    "checkout.view_shippingzone", "checkout.view_shippingarea",
    "events.view_event",
    "inventory.view_stock", "inventory.view_movement", "inventory.view_reservation",
    "invoices.view_invoice",
    "orders.view_order", "orders.view_orderline",
    "pricing.view_promotion", "pricing.view_promotioncode",
    "payments.view_payment", "payments.view_ledgerentry", "payments.view_operation",
    "payments.view_webhookevent",
    "pricing.view_taxrate", "pricing.view_vatcheck", "pricing.view_pricelist",
})  # fmt: skip
_EXPORT = frozenset({"orders.export_order", "invoices.export_invoice"})
_STOCK = frozenset({"inventory.change_stock"})
_CATALOG = _changes("catalog", "category", "product", "variant", "price", "image")
_SHIPPING = _changes(
    "checkout", "shippingmethod", "shippingprice", "shippingband", "shippingmethodzone",
    "freeshippingfrom", "shippingzone", "shippingarea",
)  # fmt: skip
_PRICING = (
    _changes("pricing", "taxrate", "pricelist", "promotion", "promotioncode")
    | _changes("catalog", "listprice")
    | _changes("accounts", "customergroup")
    | {"pricing.preview_price"}
)
_JOBS = frozenset({
    "api.view_idempotencykey",
    "procrastinate.view_procrastinatejob", "procrastinate.view_procrastinateevent",
    "procrastinate.change_procrastinatejob",
})  # fmt: skip
_DRAFTS = frozenset({
    "checkout.view_draftorder", "checkout.add_draftorder", "checkout.change_draftorder",
})  # fmt: skip
_API_KEYS = frozenset({"staff.view_apikey", "staff.add_apikey", "staff.delete_apikey"})
_MANAGER = _API_KEYS | _DRAFTS | _READ | _EXPORT | _STOCK | _CATALOG | _PRICING | _SHIPPING | _JOBS
_PEOPLE = frozenset({
    "accounts.change_user", "staff.view_personaldataaccess",
    "accounts.view_staffinvitation", "accounts.add_staffinvitation",
    "accounts.delete_staffinvitation",
})  # fmt: skip

PERMISSIONS: Mapping[Role, frozenset[str]] = {
    Role.CUSTOMER: frozenset(),
    Role.SUPPORT: _READ | _DRAFTS,
    Role.FULFILLMENT: _READ | _STOCK,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _MANAGER | _PEOPLE,
}
