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
from pricing.services.redemptions import (
    hold_redemptions,
    release_redemptions,
    return_redemptions,
    take_redemptions,
)

__all__ = [
    "CHANGE_PROMOTION_ERRORS",
    "CREATE_PROMOTION_ERRORS",
    "GENERATE_CODES_ERRORS",
    "PromotionValues",
    "change_promotion",
    "check_promotion",
    "create_promotion",
    "delete_promotion",
    "generate_codes",
    "hold_redemptions",
    "lock_promotion",
    "release_redemptions",
    "return_redemptions",
    "take_redemptions",
    "write_promotion",
]
