"""Putting the buyer's details and the price of everything on a checkout."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from accounts.domain import normalize_email
from checkout.domain import CheckoutStatus, Details, ShippingOffer, chosen_offer, require_payable
from checkout.models import Checkout, CheckoutLine
from checkout.selectors import messages_of
from pricing.domain import price


def apply_details(checkout: Checkout, details: Details, offers: list[ShippingOffer]) -> None:
    """Changes the fields that `details` names. Raises `UnknownShippingMethod`."""
    if "email" in details:
        checkout.email = normalize_email(details["email"] or "")
    if "shipping_address" in details:
        address = details["shipping_address"]
        checkout.shipping_address = address.as_dict() if address else None
    if "billing_address" in details:
        address = details["billing_address"]
        checkout.billing_address = address.as_dict() if address else None
    if "shipping_method" in details:
        _choose_shipping(checkout, details["shipping_method"], offers)
    checkout.status = CheckoutStatus.INCOMPLETE if messages_of(checkout) else CheckoutStatus.READY


def _choose_shipping(checkout: Checkout, code: str | None, offers: list[ShippingOffer]) -> None:
    if code is None:
        checkout.shipping_method, checkout.shipping_title, checkout.shipping = "", "", 0
        return
    offer = chosen_offer(code, offers)
    checkout.shipping_method, checkout.shipping_title = offer.code, offer.title
    checkout.shipping = offer.price


def apply_prices(checkout: Checkout, lines: Sequence[CheckoutLine]) -> bool:
    """Prices the checkout and its lines; tells whether a line has changed.

    Raises `TotalTooHigh`.
    """
    quote = price(
        [(line.unit_price, line.quantity) for line in lines],
        shipping=checkout.shipping,
        tax_rate=settings.TAX_RATE,
    )
    totals = quote.totals
    require_payable(totals.total)
    checkout.subtotal, checkout.discount = totals.subtotal, totals.discount
    checkout.tax, checkout.total = totals.tax, totals.total
    changed = False
    for line, priced in zip(lines, quote.lines, strict=True):
        before = (line.discount, line.tax, line.total)
        line.discount, line.tax, line.total = priced.discount, priced.tax, priced.total
        changed = changed or before != (line.discount, line.tax, line.total)
    return changed
