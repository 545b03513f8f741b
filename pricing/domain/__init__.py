"""What it costs, on plain values: `price` is the one function that says so.

No database, no clock, no locale: what a price depends on comes in as `Basket`, `Rules` and `now`.
"""

from __future__ import annotations

from pricing.domain.basket import (
    STANDARD_TAX_CLASS,
    Basket,
    Buyer,
    Destination,
    EnteredCode,
    Item,
    ShippingChoice,
)
from pricing.domain.ledger import (
    AppliedPromotion,
    Entry,
    Explanation,
    Kind,
    PricedLine,
    Quote,
    RejectedPromotion,
    Totals,
    taxes_by_rate,
)
from pricing.domain.promotions import Promotion
from pricing.domain.quote import Rules, price
from pricing.domain.shares import Charge, shares_of
from pricing.domain.taxes import TaxRate, TaxRounding, TaxRules

__all__ = [
    "STANDARD_TAX_CLASS",
    "AppliedPromotion",
    "Basket",
    "Buyer",
    "Charge",
    "Destination",
    "EnteredCode",
    "Entry",
    "Explanation",
    "Item",
    "Kind",
    "PricedLine",
    "Promotion",
    "Quote",
    "RejectedPromotion",
    "Rules",
    "ShippingChoice",
    "TaxRate",
    "TaxRounding",
    "TaxRules",
    "Totals",
    "price",
    "shares_of",
    "taxes_by_rate",
]
