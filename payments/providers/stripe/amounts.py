"""Stripe's smallest units. They are ours for most currencies, and not for all of them."""

from __future__ import annotations

from core.money import minor_digits
from payments.domain import OutcomeMismatch

# Stripe's documentation, "Supported currencies". Every other currency has two digits,
# also where ISO 4217 gives it none (ISK, UGX).
_WITHOUT_DIGITS = frozenset({
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA",
    "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip
_WITH_THREE_DIGITS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units as Stripe's. Raises `OutcomeMismatch` for what Stripe cannot express."""
    return _scaled(amount, _digits(currency) - minor_digits(currency))


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's smallest units as ours. Raises `OutcomeMismatch` for what we cannot express."""
    return _scaled(amount, minor_digits(currency) - _digits(currency))


def step_of(currency: str) -> int:
    """Stripe takes multiples of this many of our minor units.

    Of a currency with three digits it wants the last to be 0, for the card networks' sake.
    """
    if currency in _WITH_THREE_DIGITS:
        return 10
    return int(10 ** max(0, minor_digits(currency) - _digits(currency)))


def _digits(currency: str) -> int:
    if currency in _WITHOUT_DIGITS:
        return 0
    return 3 if currency in _WITH_THREE_DIGITS else 2


def _scaled(amount: int, digits: int) -> int:
    if digits >= 0:
        return int(amount * 10**digits)
    whole, rest = divmod(amount, 10**-digits)
    if rest:
        raise OutcomeMismatch("This amount has digits that its currency does not.")
    return int(whole)
