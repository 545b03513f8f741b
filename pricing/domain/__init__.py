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
from pricing.domain.codes import (
    MAX_CODE_LENGTH,
    MAX_CODES,
    KnownCode,
    Terms,
    clean_code,
    code_key,
    customer_key,
    joined_codes,
    with_code,
    without_code,
)
from pricing.domain.ledger import (
    AppliedPromotion,
    Entry,
    Explanation,
    Kind,
    PricedLine,
    Quote,
    Reason,
    RejectedPromotion,
    Totals,
)
from pricing.domain.promotions import Promotion
from pricing.domain.quote import Rules, price
from pricing.domain.taxes import TaxRate, TaxRounding, TaxRules

__all__ = [
    "MAX_CODES",
    "MAX_CODE_LENGTH",
    "STANDARD_TAX_CLASS",
    "AppliedPromotion",
    "Basket",
    "Buyer",
    "Destination",
    "EnteredCode",
    "Entry",
    "Explanation",
    "Item",
    "Kind",
    "KnownCode",
    "PricedLine",
    "Promotion",
    "Quote",
    "Reason",
    "RejectedPromotion",
    "Rules",
    "ShippingChoice",
    "TaxRate",
    "TaxRounding",
    "TaxRules",
    "Terms",
    "Totals",
    "clean_code",
    "code_key",
    "customer_key",
    "joined_codes",
    "price",
    "with_code",
    "without_code",
]
