"""The shipping methods that a shop offers."""

from __future__ import annotations

from collections.abc import Mapping

from checkout.models import ShippingMethod, ShippingPrice
from core.db.transactions import use_case


@use_case
def ensure_shipping_method(
    *, code: str, title: str, prices: Mapping[str, int], position: int = 0
) -> None:
    """Add a method with its flat prices (minor units by currency) unless its code is taken."""
    method, new = ShippingMethod.objects.get_or_create(
        code=code, defaults={"title": title, "position": position}
    )
    if new:
        ShippingPrice.objects.bulk_create(
            ShippingPrice(method=method, currency=currency, amount=amount)
            for currency, amount in prices.items()
        )
