"""Changes of what prices depend on, and of how often it has been used."""

from __future__ import annotations

from pricing.services.promotions import (
    CHANGE_PROMOTION_ERRORS,
    CREATE_PROMOTION_ERRORS,
    GENERATE_CODES_ERRORS,
    PromotionValues,
    change_promotion,
    check_promotion,
    create_promotion,
    delete_promotion,
    generate_codes,
    lock_promotion,
    write_promotion,
)
from pricing.services.provided_taxes import (
    forget_provided_taxes,
    with_provided_taxes,
)
from pricing.services.redemptions import (
    hold_redemptions,
    release_redemptions,
    retake_redemptions,
    return_redemptions,
    take_redemptions,
)
from pricing.services.tax_rates import (
    CREATE_TAX_RATE_ERRORS,
    Imported,
    create_tax_rate,
    delete_tax_rate,
    import_tax_rates,
)
from pricing.services.vat_numbers import (
    check_vat_number,
)

__all__ = [
    "CHANGE_PROMOTION_ERRORS",
    "CREATE_PROMOTION_ERRORS",
    "CREATE_TAX_RATE_ERRORS",
    "GENERATE_CODES_ERRORS",
    "Imported",
    "PromotionValues",
    "change_promotion",
    "check_promotion",
    "check_vat_number",
    "create_promotion",
    "create_tax_rate",
    "delete_promotion",
    "delete_tax_rate",
    "forget_provided_taxes",
    "generate_codes",
    "hold_redemptions",
    "import_tax_rates",
    "lock_promotion",
    "release_redemptions",
    "retake_redemptions",
    "return_redemptions",
    "take_redemptions",
    "with_provided_taxes",
    "write_promotion",
]
