"""The rules of what is sold, on plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from catalog.domain.statuses import ProductStatus
from core.money import Money
from pricing.domain import STANDARD_TAX_CLASS, Item

# What follows a SKU in paths of the API, where a SKU may have slashes of its own.
RESERVED_ENDINGS = ("/stock", "/stock-adjustments")
# Grams a unit: a thousand tons, more than anything that is sold by the piece weighs.
MAX_WEIGHT = 1_000_000_000
RESERVED = "A SKU cannot end in /stock or /stock-adjustments."


@dataclass(frozen=True, slots=True)
class Offer:
    """What a variant is sold for in one currency at one moment.

    `title` is the product's and, where there is one, the variant's. `unit_price` is that of one
    unit in minor units, None without a price in that currency; `breaks` are (units, price) from
    which on another price holds, in order of units. `available` is how many units can
    be ordered. A deleted variant, or one of an unpublished product, has `is_for_sale` False.
    `product` is a slug, `weight` in grams; one that does not ship needs no address. Lines keep
    and show `product_body` and the variant's `options`, by which they lead back to the product.
    """

    variant_id: UUID
    sku: str
    title: str
    unit_price: int | None
    currency: str
    available: int
    is_for_sale: bool
    product: str = ""
    product_body: Mapping[str, str] = field(default_factory=dict, hash=False)
    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    category_id: UUID | None = None
    tax_class: str = STANDARD_TAX_CLASS
    weight: int = 0
    ships: bool = True
    breaks: tuple[tuple[int, int | None], ...] = ()

    def price_for(self, quantity: int) -> int | None:
        """Return what each of so many units costs, None where that has no price."""
        reached = [price for units, price in self.breaks if units <= quantity]
        return reached[-1] if reached else self.unit_price

    def line_columns(self) -> dict[str, Any]:
        """Return what a line of a checkout or an order keeps of it, but for its price."""
        return {
            "variant_id": self.variant_id,
            "sku": self.sku,
            "title": self.title,
            "product": self.product_body,
            "options": self.options,
        }

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
    status: ProductStatus = ProductStatus.PUBLISHED


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
