"""The admin's one search: orders, products, variants and people by any part of their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from core.backoffice.columns import name_of

SHOWN = 8
# Model -> its icon in the menu, and what stands beside its name.
SEARCHED: dict[str, tuple[str, Callable[[Any], str]]] = {
    "orders.order": (
        "receipt_long",
        lambda order: f"Order, {name_of(order.shipping_address) or order.email}",
    ),
    "catalog.variant": ("style", lambda variant: f"Variant of {variant.product.title}"),
    "catalog.product": ("sell", lambda _: "Product"),
    "accounts.user": (
        "group",
        lambda user: f"Person, {user.first_name} {user.last_name}".rstrip(", "),
    ),
}


def search_everything(request: HttpRequest, term: str) -> list[SearchResult]:
    """Return the newest few of each kind that the user may see, found as in its own list.

    One statement for each kind. Names that are shown are recorded as personal data.
    """
    found = []
    for model, page in admin.site._registry.items():  # noqa: SLF001 - documented API
        label = model._meta.label_lower  # noqa: SLF001 - documented API
        if label not in SEARCHED or not page.has_view_permission(request):
            continue
        rows, may_repeat = page.get_search_results(request, page.get_queryset(request), term)
        if may_repeat:
            rows = page.get_queryset(request).filter(pk__in=rows.order_by().values("pk"))
        related = page.list_select_related
        if not isinstance(related, bool):
            rows = rows.select_related(*related)
        rows = rows.order_by("-pk")[:SHOWN]
        found += [_result(label, row) for row in rows]
        if getattr(page, "shows_personal_data", False) and rows:
            request.shows_personal_data = True  # type: ignore[attr-defined]
    order = list(SEARCHED)
    return [result for _, result in sorted(found, key=lambda pair: order.index(pair[0]))]


def _result(label: str, row: Model) -> tuple[str, SearchResult]:
    icon, describe = SEARCHED[label]
    url = reverse(f"admin:{label.replace('.', '_')}_change", args=[row.pk])
    return label, SearchResult(title=str(row), description=describe(row), link=url, icon=icon)
