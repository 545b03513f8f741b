"""What the pages of everything priced line by line share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.backoffice.base import ReadOnlyInline
from core.backoffice.columns import money, text


class PricedLineInline(ReadOnlyInline):
    """Lines at the prices that were settled with them; `priced_with` names what has them."""

    fields = ["article", "title", "quantity", "price", "off", "taxed", "sum"]
    priced_with: str

    article = text("sku", label="SKU")
    price = money("unit_price")
    off = money("discount")
    taxed = money("tax", label="Tax")
    sum = money("total")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(self.priced_with)
