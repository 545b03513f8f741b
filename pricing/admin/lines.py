"""The inline of priced lines, shared by the pages of checkouts and orders."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.backoffice.base import ReadOnlyInline
from core.backoffice.columns import money, text


class PricedLineInline(ReadOnlyInline):
    """Priced lines; `priced_with` is the field that names what they belong to."""

    fields = [
        "sku_text",
        "title",
        "quantity",
        "unit_price_money",
        "discount_money",
        "tax_money",
        "total_money",
    ]
    priced_with: str

    sku_text = text("sku", label="SKU")
    unit_price_money = money("unit_price")
    discount_money = money("discount")
    tax_money = money("tax")
    total_money = money("total")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(self.priced_with)
