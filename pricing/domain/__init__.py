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
from pricing.domain.codes import (
    MAX_CODE_LENGTH,
    MAX_CODES,
    KnownCode,
    clean_code,
    code_key,
    customer_key,
    joined_codes,
    with_code,
    without_code,
)
from pricing.domain.explanation_bodies import coupon_bodies, promotions_body
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
    taxes_by_rate,
)
from pricing.domain.price_lists import (
    DatesReversed,
    Offering,
    PriceList,
    PriceListCodeTaken,
    PriceListNotFound,
    Tiers,
    UnknownCustomerGroup,
    offering,
    unit_prices,
)
from pricing.domain.promotions import (
    Promotion,
)
from pricing.domain.quote import (
    Rules,
    price,
)
from pricing.domain.reductions import (
    ListHistory,
    PriceHistory,
    RegularPrice,
    Shown,
    lowest_before_reduction,
)
from pricing.domain.shares import (
    Charge,
    shares_of,
)
from pricing.domain.shipping import (
    PricedBy,
    ShippingMethod,
    ShippingOffer,
    ShippingRate,
    ShippingRules,
    offers_for,
)
from pricing.domain.tax_rates import (
    UNTAXED_CLASSES,
    DatedRate,
    TaxRate,
    TaxTable,
    rates_at,
    tax_table,
)
from pricing.domain.taxes import (
    ShippingTax,
    TaxBasis,
    TaxRounding,
    TaxRules,
)
from pricing.domain.terms import (
    Terms,
)
from pricing.domain.vat import (
    EU_COUNTRIES,
    vat_number_of,
)

__all__ = [
    "EU_COUNTRIES",
    "MAX_CODES",
    "MAX_CODE_LENGTH",
    "STANDARD_TAX_CLASS",
    "UNTAXED_CLASSES",
    "AppliedPromotion",
    "Band",
    "Basket",
    "Buyer",
    "Charge",
    "DatedRate",
    "DatesReversed",
    "Destination",
    "EnteredCode",
    "Entry",
    "Explanation",
    "Item",
    "Kind",
    "KnownCode",
    "ListHistory",
    "Offering",
    "PriceHistory",
    "PriceList",
    "PriceListCodeTaken",
    "PriceListNotFound",
    "PricedBy",
    "PricedLine",
    "Promotion",
    "Quote",
    "Reason",
    "RegularPrice",
    "RejectedPromotion",
    "Rules",
    "ShippingChoice",
    "ShippingMethod",
    "ShippingOffer",
    "ShippingRate",
    "ShippingRules",
    "ShippingTax",
    "Shown",
    "Step",
    "TaxBasis",
    "TaxRate",
    "TaxRounding",
    "TaxRules",
    "TaxTable",
    "Terms",
    "Tiers",
    "Totals",
    "UnknownCustomerGroup",
    "bands_of",
    "clean_code",
    "code_key",
    "coupon_bodies",
    "customer_key",
    "joined_codes",
    "lowest_before_reduction",
    "offering",
    "offers_for",
    "price",
    "problems_of",
    "promotions_body",
    "rate_problems",
    "rates_at",
    "shares_of",
    "steps_of",
    "tax_table",
    "taxes_by_rate",
    "unit_prices",
    "vat_number_of",
    "window_problems",
    "with_code",
    "without_code",
]
