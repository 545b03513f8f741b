"""What is to be priced: items, where they go, who buys, and the codes that were entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STANDARD_TAX_CLASS = "standard"


@dataclass(frozen=True, slots=True)
class Item:
    """Units of one variant at `unit_price` minor units each; a basket has each SKU once.

    `categories` are slugs, those above the product's own included. `weight` is in grams a unit.
    `ships` unless there is nothing to deliver, as of a download.
    """

    sku: str
    unit_price: int
    quantity: int
    product: str = ""
    categories: frozenset[str] = frozenset()
    tax_class: str = STANDARD_TAX_CLASS
    weight: int = 0
    ships: bool = True

    @property
    def subtotal(self) -> int:
        """Its price before any discount, in minor units."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the goods go: an ISO 3166-1 code, the region as `core.address` stores it."""

    country: str
    region: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: groups by code; `first_order` None while it cannot be known.

    `vat_number` is one that was found valid, with its country's prefix; empty without one.
    """

    groups: frozenset[str] = frozenset()
    first_order: bool | None = None
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class ShippingChoice:
    """The way to deliver that was chosen, and its price in minor units before any discount."""

    code: str
    title: str
    price: int


@dataclass(frozen=True, slots=True)
class EnteredCode:
    """A code as the buyer entered it, and the id of its promotion; None of an unknown code."""

    code: str
    promotion_id: str | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    """Everything about one purchase that its price depends on; the rest are `Rules`.

    `used_up` tells of promotions by id, and of codes, why this buyer cannot use them any more:
    `exhausted` or `customer_limit_reached`. Without a destination, or a shipping choice,
    nothing is known of it yet.
    """

    currency: str
    items: tuple[Item, ...]
    codes: tuple[EnteredCode, ...] = ()
    used_up: Mapping[str, str] = field(default_factory=dict)
    buyer: Buyer = field(default_factory=Buyer)
    destination: Destination | None = None
    shipping: ShippingChoice | None = None
