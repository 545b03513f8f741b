"""Why a promotion does not apply, in a sentence for the buyer."""

from __future__ import annotations

from core.money import format_money
from pricing.domain.ledger import Reason, RejectedPromotion

_SENTENCES = {
    Reason.UNKNOWN_CODE: "There is no code {code}.",
    Reason.NOT_ACTIVE: "{name} is not available any more.",
    Reason.EXHAUSTED: "{name} has been used as often as it can be.",
    Reason.CUSTOMER_LIMIT_REACHED: "You have used {name} as often as you can.",
    Reason.NOT_STARTED: "{name} has not started yet.",
    Reason.EXPIRED: "{name} has ended.",
    Reason.WEEKDAY_NOT_ELIGIBLE: "{name} does not apply on this day of the week.",
    Reason.CUSTOMER_NOT_ELIGIBLE: "{name} is for other customers.",
    Reason.NOT_FIRST_ORDER: "{name} is for a first order.",
    Reason.COUNTRY_UNKNOWN: "Enter your address to see whether you can get {name}.",
    Reason.COUNTRY_NOT_ELIGIBLE: "{name} is not available in your country.",
    Reason.CURRENCY_MISMATCH: "{name} is not available in {currency}.",
    Reason.NO_MATCHING_ITEMS: "{name} is for other items than those in your cart.",
    Reason.MINIMUM_NOT_MET: "Spend {amount} more to get {name}.",
    Reason.QUANTITY_NOT_MET: "Add {units} to get {name}.",
    Reason.SHIPPING_NOT_CHOSEN: "Choose a shipping method to get {name}.",
    Reason.NOT_COMBINABLE: "{name} cannot be combined with another promotion in your cart.",
    Reason.NO_EFFECT: "{name} would not lower the price of your cart.",
}


def detail_of(rejected: RejectedPromotion, currency: str) -> str:
    """Return the sentence, which names what is missing in the basket's currency."""
    missing = rejected.missing or 0
    return _SENTENCES[rejected.reason].format(
        code=rejected.code,
        name=f"“{rejected.title or rejected.code}”",
        currency=currency,
        amount=format_money(missing, currency),
        units="1 more item" if missing == 1 else f"{missing} more items",
    )
