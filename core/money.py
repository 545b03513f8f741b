"""Money: integer minor units with a currency, and the only arithmetic allowed on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

# In minor units, of a price as of what an order comes to: far from the end of the 64 bits in
# which both are stored.
MAX_AMOUNT = 10**12


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in the ISO 4217 minor unit of `currency` (pence, cents, whole yen)."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)


def money_body(amount: int, currency: str) -> dict[str, int | str]:
    """Render minor units as clients read and write them, in JSON."""
    return {"amount": amount, "currency": currency}


@cache
def known_currencies() -> frozenset[str]:
    """Return the ISO 4217 codes of money that is legal tender somewhere today, by CLDR.

    Not of former currencies, precious metals, funds, and what is reserved for tests.
    """
    of_territories = get_global("territory_currencies").values()
    return frozenset(
        code
        for uses in of_territories
        for code, _, end, is_tender in uses
        if is_tender and end is None
    )


# CLDR, which is about printing, leaves out digits that nobody pays in any more. Where it
# differs from ISO 4217, which banks and payment providers go by, ISO 4217 counts.
_ISO_DIGITS = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SLL", "SOS", "SYP", "YER"), 2
)


@cache
def minor_digits(currency: str) -> int:
    """Return the digits after the point by ISO 4217: 2 for GBP, 0 for JPY, 3 for KWD."""
    return _ISO_DIGITS.get(currency, int(get_currency_precision(currency)))


def to_minor(value: Decimal, currency: str) -> int:
    """Convert major units (`19.99`) to minor units (`1999`).

    Raises `ValueError` when the value has more digits than the currency does,
    because rounding a price that was typed would be a guess.
    """
    scaled = value.scaleb(minor_digits(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} has more decimals than {currency} allows")
    return int(scaled)


def to_major(amount: int, currency: str) -> Decimal:
    """Convert minor units (`1999`) to major units (`Decimal("19.99")`)."""
    return Decimal(amount).scaleb(-minor_digits(currency))


_BRITISH = Locale("en", "GB")


def format_money(amount: int, currency: str, locale: Locale = _BRITISH) -> str:
    """Format for people: `£19.99`. No digit that counts is rounded away."""
    return str(
        format_currency(
            to_major(amount, currency),
            currency,
            locale=locale,
            currency_digits=currency not in _ISO_DIGITS,
            decimal_quantization=currency not in _ISO_DIGITS,
        )
    )


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` into parts in proportion to `weights` that add up to exactly `amount`.

    Largest-remainder method (Hamilton): each part gets its floor, and the units
    left over go to the largest fractions, the earlier part first on a tie.
    `amount` and `weights` are not negative. Zero weights alone put all on the first part.
    """
    if not weights:
        return []
    total = sum(weights)
    if total == 0:
        return [amount] + [0] * (len(weights) - 1)
    products = [amount * weight for weight in weights]
    parts = [product // total for product in products]
    remainders = [product % total for product in products]
    by_remainder = sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts
