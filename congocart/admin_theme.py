"""The appearance of the admin: its name, colors and menu, for django-unfold."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _item(title: str, icon: str, model: str) -> dict[str, Any]:
    app, name = model.split(".")

    def may_view(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{name}")

    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": may_view,
    }


def _section(title: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "items": list(items)}


NAVIGATION = [
    {
        "items": [
            {"title": "Home", "icon": "space_dashboard", "link": reverse_lazy("admin:index")},
        ]
    },
    _section(
        "Sales",
        _item("Orders", "receipt_long", "orders.order"),
        _item("Draft orders", "edit_note", "checkout.draftorder"),
        _item("Payments", "payments", "payments.payment"),
        _item("Invoices", "request_quote", "invoices.invoice"),
        _item("Checkouts", "shopping_cart_checkout", "checkout.checkout"),
        _item("Carts", "shopping_cart", "carts.cart"),
    ),
    _section(
        "Catalog",
        _item("Products", "sell", "catalog.product"),
        _item("Variants", "style", "catalog.variant"),
        _item("Categories", "account_tree", "catalog.category"),
    ),
    _section(
        "Pricing",
        _item("Price lists", "price_change", "pricing.pricelist"),
        _item("Promotions", "sell", "pricing.promotion"),
        _item("Tax rates", "percent", "pricing.taxrate"),
        _item("VAT checks", "verified", "pricing.vatcheck"),
        {
            "title": "Try it on a basket",
            "icon": "shopping_basket",
            "link": reverse_lazy("try_a_basket"),
            "permission": lambda request: request.user.has_perm("pricing.preview_price"),
        },
    ),
    _section(
        "Inventory",
        _item("Stock", "inventory_2", "inventory.stock"),
        _item("Movements", "swap_vert", "inventory.movement"),
        _item("Reservations", "hourglass_top", "inventory.reservation"),
    ),
    _section(
        "Shipping",
        _item("Shipping methods", "local_shipping", "checkout.shippingmethod"),
        _item("Shipping zones", "public", "checkout.shippingzone"),
    ),
    _section(
        "People",
        _item("Users", "group", "accounts.user"),
        _item("Staff invitations", "person_add", "accounts.staffinvitation"),
        _item("Customer groups", "groups", "accounts.customergroup"),
        _item("Personal data access log", "visibility", "staff.personaldataaccess"),
    ),
    _section(
        "System",
        _item("Events", "timeline", "events.event"),
        _item("Background jobs", "conveyor_belt", "procrastinate.procrastinatejob"),
        _item("API keys", "vpn_key", "staff.apikey"),
        _item("Idempotency keys", "key", "api.idempotencykey"),
    ),
]


ACCOUNT_LINKS = [
    {"title": "Change password", "link": reverse_lazy("admin:password_change")},
    {"title": "Two-factor authentication", "link": reverse_lazy("admin:mfa")},
]


def unfold_settings(*, shop_name: str, time_zone: str) -> dict[str, Any]:
    """Return the value of the setting `UNFOLD`."""
    return {
        "SITE_TITLE": shop_name,
        "SITE_HEADER": shop_name,
        "SITE_SUBHEADER": f"Admin, in {time_zone} time",
        "SITE_SYMBOL": "sailing",
        "LOGIN": {"form": "staff.admin_site.forms.StaffLoginForm"},
        "ACCOUNT": {"navigation": ACCOUNT_LINKS},
        "SITE_URL": None,
        "SITE_FAVICONS": [
            {
                "rel": "icon",
                "type": "image/svg+xml",
                "href": lambda _: static("backoffice/favicon.svg"),
            }
        ],
        "SHOW_VIEW_ON_SITE": False,
        "SHOW_HISTORY": True,
        "BORDER_RADIUS": "6px",
        "DASHBOARD_CALLBACK": "congocart.dashboard.start_page",
        "COMMAND": {"search_callback": "congocart.command_search.search_everything"},
        "COLORS": {"primary": _TEAL, "font": {"subtle-light": "var(--color-base-600)"}},
        "SIDEBAR": {
            "show_search": True,
            "command_search": True,
            "show_all_applications": False,
            "navigation": NAVIGATION,
        },
    }


# Text and buttons use 600; on white it has the contrast of 4.5:1 that WCAG 2 asks for. So has the
# subtle text above on gray, which the theme's own 500 has not.
_TEAL = {
    "50": "oklch(98.4% .014 180.7)",
    "100": "oklch(95.3% .051 180.8)",
    "200": "oklch(91% .096 180.4)",
    "300": "oklch(85.5% .138 181.1)",
    "400": "oklch(77.7% .152 181.9)",
    "500": "oklch(70.4% .14 182.5)",
    "600": "oklch(51.1% .096 186.4)",
    "700": "oklch(43.7% .078 188.2)",
    "800": "oklch(38.6% .063 188.4)",
    "900": "oklch(33% .055 190)",
    "950": "oklch(27.7% .046 192.5)",
}
