"""What runs out, for the start page of the admin."""

from __future__ import annotations

from django.db.models import F, QuerySet

from inventory.models import Stock

LOW_STOCK = 5


def low_stock() -> QuerySet[Stock]:
    """Tracked stock of which at most `LOW_STOCK` units can still be bought, fewest first."""
    sold = Stock.objects.filter(
        tracked=True,
        backorder=False,
        variant__deleted_at=None,
        variant__product__deleted_at=None,
        on_hand__lte=F("reserved") + LOW_STOCK,
    )
    return sold.select_related("variant__product").order_by(F("on_hand") - F("reserved"), "pk")
