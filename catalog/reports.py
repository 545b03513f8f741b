"""What runs low, for the start page of the admin."""

from __future__ import annotations

from django.db.models import F, QuerySet

from catalog.models import Variant
from inventory.domain import LOW_STOCK


def low_stock() -> QuerySet[Variant]:
    """Return variants of whose tracked stock at most `LOW_STOCK` units are left, fewest first."""
    low = Variant.objects.filter(
        deleted_at=None,
        product__deleted_at=None,
        stock__tracked=True,
        stock__backorder=False,
        stock__on_hand__lte=F("stock__reserved") + LOW_STOCK,
    )
    left = F("stock__on_hand") - F("stock__reserved")
    return low.select_related("product", "stock").order_by(left, "pk")
