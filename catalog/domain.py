"""The rules of what is sold, on plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from core.errors import Conflict, Invalid, NotFound
from core.money import Money
from pricing.domain import STANDARD_TAX_CLASS, Item

MAX_SLUG_LENGTH = 200
# What follows a SKU in paths of the API, where a SKU may have slashes of its own.
RESERVED_ENDINGS = ("/stock", "/stock-adjustments")
# Grams a unit: a thousand tons, more than anything that is sold by the piece weighs.
MAX_WEIGHT = 1_000_000_000
RESERVED = "A SKU cannot end in /stock or /stock-adjustments."
# PostgreSQL indexes up to a megabyte of distinct words. Of 100,000 characters, and the 20,000 of
# a description, no more than that can be made, even of the rarest letters.
MAX_KEYWORDS = 100_000


class ProductNotFound(NotFound):
    """There is no such product."""


class VariantNotFound(NotFound):
    """There is no variant with this SKU."""


class UnknownCategory(Invalid):
    """There is no category with this slug."""

    code = "unknown_category"


class SkuTaken(Conflict):
    """Another variant has this SKU."""

    code = "sku_taken"


class SlugTaken(Conflict):
    """Another product has this slug."""

    code = "slug_taken"


class CategoryNotFound(NotFound):
    """There is no such category."""


class CategorySlugTaken(Conflict):
    """Another category has this slug."""

    code = "slug_taken"


class CategoryCycle(Conflict):
    """A category cannot be below itself."""

    code = "category_cycle"


class ListPriceTaken(Conflict):
    """The list has a price of this variant for as many units from this moment on."""

    code = "price_taken"


class ListPriceNotFound(NotFound):
    """There is no such price in this list."""


class ListPriceInForce(Conflict):
    """This price has begun: it is not deleted, but followed by another one."""

    code = "price_in_force"


class UnknownSkus(Invalid):
    """There are no variants with these SKUs."""

    code = "unknown_sku"


class ListCurrencyMismatch(Invalid):
    """A price list has prices in its own currency only."""

    code = "currency_mismatch"


class PriceMissing(Invalid):
    """The variant has no price in this currency to compare."""

    code = "price_missing"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a variant is sold for in one currency at one moment.

    `title` is the product's and, where there is one, the variant's. `unit_price` is that of one
    unit in minor units, None without a price in that currency; `breaks` are (units, price) from
    which on another price holds, in order of units. `available` is how many units can
    be ordered. A deleted variant, or one of a deleted product, has `is_for_sale` False.
    `product` is a slug, `weight` in grams; one that does not ship needs no address.
    """

    variant_id: UUID
    sku: str
    title: str
    unit_price: int | None
    currency: str
    available: int
    is_for_sale: bool
    product: str = ""
    category_id: UUID | None = None
    tax_class: str = STANDARD_TAX_CLASS
    weight: int = 0
    ships: bool = True
    breaks: tuple[tuple[int, int | None], ...] = ()

    def price_for(self, quantity: int) -> int | None:
        """Return what each of so many units costs, None where that has no price."""
        reached = [price for units, price in self.breaks if units <= quantity]
        return reached[-1] if reached else self.unit_price

    def at_prices(self, prices: Mapping[int, int | None]) -> Offer:
        """Return it at other prices of a unit, by the number of units from which each holds."""
        breaks = tuple((units, price) for units, price in prices.items() if units > 1)
        return replace(self, unit_price=prices[1], breaks=breaks)

    def item(
        self, quantity: int, unit_price: int, categories: frozenset[str] = frozenset()
    ) -> Item:
        """Return units of it at a price in minor units, as they are priced.

        `categories` are the slugs of its category and of those above it, where they matter.
        """
        return Item(
            sku=self.sku,
            unit_price=unit_price,
            quantity=quantity,
            product=self.product,
            categories=categories,
            tax_class=self.tax_class,
            weight=self.weight,
            ships=self.ships,
        )


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Which products a list shows; prices in minor units of `currency`, both ends included."""

    currency: str
    search: str = ""
    category: str | None = None
    in_stock: bool | None = None
    price_min: int | None = None
    price_max: int | None = None


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A variant to be created: prices in any number of currencies, and units at hand.

    `compare_at` is what the price in its currency is a reduction of. `weight` is in grams a
    unit; what does not require shipping, such as a download, has no delivery.
    """

    sku: str
    title: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    prices: tuple[Money, ...] = ()
    compare_at: Money | None = None
    stock: int = 0
    weight: int = 0
    requires_shipping: bool = True


@dataclass(frozen=True, slots=True)
class NewListPrice:
    """A price for a list, of each of at least `min_quantity` units; `price` None ends one.

    `starts_at` None is the moment of writing. `position` is where the request has it.
    """

    sku: str
    price: Money | None
    min_quantity: int = 1
    starts_at: datetime | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """What the variants of a product differ in, with its values in the order of display."""

    name: str
    values: tuple[str, ...]

    def as_dict(self) -> dict[str, str | list[str]]:
        """As it is stored and returned."""
        return {"name": self.name, "values": list(self.values)}


class ProductChanges(TypedDict, total=False):
    """What may be changed of a product; what is left out stays. `category` is a slug or None."""

    title: str
    slug: str
    description: str
    category: str | None
    tax_class: str
    options: tuple[Option, ...]


class VariantChanges(TypedDict, total=False):
    """What may be changed of a variant; prices replace those in the same currencies.

    `compare_at` None is for all currencies.
    """

    title: str
    options: Mapping[str, str]
    prices: tuple[Money, ...]
    compare_at: Money | None
    weight: int
    requires_shipping: bool


def full_title(product_title: str, variant_title: str) -> str:
    """How a line of a cart or an order names a variant."""
    return f"{product_title} – {variant_title}" if variant_title else product_title


def options_with(given: Iterable[Option], used: Iterable[Mapping[str, str]]) -> tuple[Option, ...]:
    """Return the `given` options and values, then what else variants use, in that order."""
    values: dict[str, dict[str, None]] = {
        option.name: dict.fromkeys(option.values) for option in given
    }
    for options in used:
        for name, value in options.items():
            values.setdefault(name, {})[value] = None
    return tuple(Option(name, tuple(seen)) for name, seen in values.items())


def stored_options(stored: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    """Options as `Option.as_dict` has stored them."""
    return tuple(Option(option["name"], tuple(option["values"])) for option in stored)


def keywords_of(variants: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    """Return the distinct titles and option values of variants, for search.

    What is beyond `MAX_KEYWORDS` characters is left out, so that PostgreSQL can always index it.
    """
    texts = [
        text
        for title, options in variants
        for text in (title, *(value for _, value in sorted(options.items())))
        if text
    ]
    keywords = " ".join(dict.fromkeys(texts))
    if len(keywords) <= MAX_KEYWORDS:
        return keywords
    cut = keywords.rfind(" ", 0, MAX_KEYWORDS + 1)
    return keywords[: cut if cut > 0 else MAX_KEYWORDS]


def slug_of(title: str) -> str:
    """Make a slug from a title: ASCII where the title allows it, else its own letters.

    Empty when the title has neither letters nor digits.
    """
    decomposed = unicodedata.normalize("NFKD", title)
    has_ascii_form = all(c.isascii() for c in decomposed if c.isalnum())
    text = decomposed.encode("ascii", "ignore").decode() if has_ascii_form else title
    normal = unicodedata.normalize("NFKC", text).lower().replace("'", "").replace("’", "")
    return re.sub(r"[\W_]+", "-", normal).strip("-")[:MAX_SLUG_LENGTH].strip("-")


def folded(text: str) -> str:
    """`text` without case, blanks and punctuation between letters; the rest tells texts apart.

    So `T-Shirt` is `t shirt`, but `C++` is not `C`, and `1/2` is not `1-2`.
    """
    normal = unicodedata.normalize("NFKC", text).lower()
    joined = _APOSTROPHE.sub("", normal.strip(_ENCLOSING))
    return _BETWEEN.sub(_separator, joined)


_ENCLOSING = " .,;:()[]{}"
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")
_BETWEEN = re.compile(r"(?<=[^\W_])[\W_]+(?=[^\W_])")


def _separator(found: re.Match[str]) -> str:
    before, after = found.string[found.start() - 1], found.string[found.end()]
    if before.isdecimal() and after.isdecimal():
        return found[0]
    says_nothing = all(unicodedata.category(c)[0] in "PZ" or c.isspace() for c in found[0])
    return "-" if says_nothing else found[0]
