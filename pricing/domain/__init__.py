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
)
from pricing.domain.promotions import Promotion
from pricing.domain.quote import Rules, price
from pricing.domain.tax_rates import (
    UNTAXED_CLASSES,
    DatedRate,
    TaxRate,
    TaxTable,
    rates_at,
    tax_table,
)
from pricing.domain.taxes import ShippingTax, TaxBasis, TaxRounding, TaxRules
from pricing.domain.vat import EU_COUNTRIES, vat_number_of

__all__ = [
    "EU_COUNTRIES",
    "STANDARD_TAX_CLASS",
    "UNTAXED_CLASSES",
    "AppliedPromotion",
    "Basket",
    "Buyer",
    "DatedRate",
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
    "ShippingTax",
    "TaxBasis",
    "TaxRate",
    "TaxRounding",
    "TaxRules",
    "TaxTable",
    "Totals",
    "price",
    "rates_at",
    "tax_table",
    "vat_number_of",
]
