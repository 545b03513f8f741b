"""What it costs, on plain values: `price` is the one function that says so.

No database, no clock, no locale: what a price depends on comes in as `Basket`, `Rules` and `now`.
"""

from __future__ import annotations

from pricing.domain.bands import (
    Band,
    Step,
    bands_of,
    problems_of,
    rate_problems,
    steps_of,
    window_problems,
)
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
)
from pricing.domain.promotions import Promotion
from pricing.domain.quote import Rules, price
from pricing.domain.shipping import (
    PricedBy,
    ShippingMethod,
    ShippingOffer,
    ShippingRate,
    ShippingRules,
    offers_for,
)
from pricing.domain.taxes import TaxRate, TaxRounding, TaxRules

__all__ = [
    "STANDARD_TAX_CLASS",
    "AppliedPromotion",
    "Band",
    "Basket",
    "Buyer",
    "Destination",
    "EnteredCode",
    "Entry",
    "Explanation",
    "Item",
    "Kind",
    "PricedBy",
    "PricedLine",
    "Promotion",
    "Quote",
    "RejectedPromotion",
    "Rules",
    "ShippingChoice",
    "ShippingMethod",
    "ShippingOffer",
    "ShippingRate",
    "ShippingRules",
    "Step",
    "TaxRate",
    "TaxRounding",
    "TaxRules",
    "Totals",
    "bands_of",
    "offers_for",
    "price",
    "problems_of",
    "rate_problems",
    "steps_of",
    "window_problems",
]
