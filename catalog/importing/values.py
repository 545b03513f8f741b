"""Single values of catalog files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from math import ceil

from catalog.domain import (
    MAX_SLUG_LENGTH,
    MAX_WEIGHT,
    RESERVED,
    RESERVED_ENDINGS,
    ProductStatus,
    slug_of,
)
from catalog.importing.skus import MAX_SKU
from core.money import MAX_AMOUNT, Money, format_money, known_currencies, to_minor

MAX_STOCK = 1_000_000
_SLUG = re.compile(r"[\w-]+\Z")
_TAX_CLASS = re.compile(r"[\w-]{0,50}\Z", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,13}(\.[0-9]{1,8})?\Z", re.ASCII)
# The pound and the ounce by the agreement of 1959: 0.45359237 kg and a sixteenth of that.
_GRAMS = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
_BOOLEANS = {
    "": True,
    "true": True,
    "yes": True,
    "1": True,
    "false": False,
    "no": False,
    "0": False,
}
_STATUSES = {**{str(status): status for status in ProductStatus}, "active": ProductStatus.PUBLISHED}
_WHOLE = re.compile(r"(-?[0-9]{1,9})(\.0+)?\Z", re.ASCII)


class BadValue(Exception):
    """A value that cannot be imported; the message says which and why."""


def text_from(name: str, text: str, longest: int) -> str:
    """`text`, unless it is too long for its column."""
    if len(text) > longest:
        raise BadValue(f"{name} is longer than {longest} characters.")
    return text


def sku_from(text: str) -> str:
    """Return a SKU as it can be stored."""
    if not text.isprintable():
        raise BadValue("the SKU has characters that cannot be printed.")
    if text.endswith(RESERVED_ENDINGS):
        raise BadValue(f"{RESERVED[0].lower()}{RESERVED[1:]}")
    return text_from("the SKU", text, MAX_SKU)


def tax_class_from(text: str) -> str | None:
    """Return a tax class as rates have it, None for a blank one."""
    if not _TAX_CLASS.match(text):
        raise BadValue(f"{text[:50]!r} is not a tax class: letters, digits, hyphens, underscores.")
    return text or None


def status_from(text: str) -> ProductStatus | None:
    """Return a product's status, which Shopify calls active when published; None for a blank."""
    if not text:
        return None
    if text.lower() not in _STATUSES:
        raise BadValue(f"{text[:50]!r} is not a status: use {', '.join(ProductStatus)}.")
    return _STATUSES[text.lower()]


def handle_from(text: str) -> str:
    """Return a handle as a slug."""
    handle = text if _SLUG.match(text) and len(text) <= MAX_SLUG_LENGTH else slug_of(text)
    if not handle:
        raise BadValue("there is no handle.")
    return handle


def parse_price(text: str, currency: str) -> Money:
    """Read a price such as `50`, `9.99` or `9.990`."""
    if currency not in known_currencies():
        raise BadValue(f"{currency!r} is not an ISO 4217 currency code.")
    if not text:
        raise BadValue("there is no price.")
    if not _DECIMAL.match(text):
        raise BadValue(f"{text!r} is not a price.")
    try:
        amount = to_minor(Decimal(text), currency)
    except ValueError:
        raise BadValue(f"{text!r} has more decimals than {currency} allows.") from None
    if amount > MAX_AMOUNT:
        raise BadValue(f"{text!r} is more than {format_money(MAX_AMOUNT, currency)}.")
    return Money(amount, currency)


def stock_from(text: str) -> int:
    """Units at hand; none when it is blank or below zero."""
    if not text:
        return 0
    whole = _WHOLE.match(text)
    if not whole:
        raise BadValue(f"{text!r} is not a number of units.")
    units = int(whole[1])
    if units > MAX_STOCK:
        raise BadValue(f"{text!r} is more than {MAX_STOCK} units.")
    return max(0, units)


def weight_from(text: str | None, unit: str = "g") -> int | None:
    """Return a weight in whole grams, rounded up; None when the file has no column for it."""
    if text is None:
        return None
    if not text:
        return 0
    if unit not in _GRAMS:
        raise BadValue(f"{unit!r} is not a unit of weight: use {', '.join(_GRAMS)}.")
    if not _DECIMAL.match(text):
        raise BadValue(f"{text!r} is not a weight.")
    grams = ceil(Decimal(text) * _GRAMS[unit])
    if grams > MAX_WEIGHT:
        raise BadValue(f"{text!r} {unit} is more than {MAX_WEIGHT:,} g.")
    return grams


def ships_from(text: str | None) -> bool | None:
    """Return whether it is delivered, which it is when blank; None without a column for it."""
    if text is None:
        return None
    if text.lower() not in _BOOLEANS:
        raise BadValue(f"{text!r} is neither true nor false.")
    return _BOOLEANS[text.lower()]


def options_from(pairs: Mapping[str, str]) -> dict[str, str]:
    """Option names to values."""
    for name, value in pairs.items():
        text_from("an option's name", name, 100)
        text_from(f"the option {name}", value, 200)
    return dict(pairs)
