"""What a promotion is: whom it is for, what it takes off, and with which others it combines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.money import Money


class Target(StrEnum):
    """What a discount is taken off."""

    ORDER = "order"  # once, its parts spread over the items in proportion to their price
    LINES = "lines"  # each of the items on its own
    SHIPPING = "shipping"


@dataclass(frozen=True, slots=True)
class Percent:
    """A share of the price: 10 is ten percent, at most 100."""

    percent: Decimal
    target: Target = Target.ORDER


@dataclass(frozen=True, slots=True)
class AmountOff:
    """An amount: once off the order or its shipping, or off each unit of the lines."""

    amount: Money
    target: Target = Target.ORDER


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """Each unit costs `amount`, unless it costs less anyway."""

    amount: Money


@dataclass(frozen=True, slots=True)
class FreeShipping:
    """Shipping costs nothing."""


@dataclass(frozen=True, slots=True)
class BuyXGetY:
    """Of every `buy` + `get` units, the `get` cheapest cost `percent` less; 100 is free."""

    buy: int
    get: int
    percent: Decimal = Decimal(100)


@dataclass(frozen=True, slots=True)
class Tier:
    """From `min_subtotal` on, a share or an amount off; one of the two is given."""

    min_subtotal: Money
    percent: Decimal | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Tiered:
    """More off the order the more is spent: the highest tier that is reached holds."""

    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """From `min_quantity` units of a line on, a share off each, or a price of each."""

    min_quantity: int
    percent: Decimal | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class QuantityBreaks:
    """More off a line the more units it has: the highest break that is reached holds."""

    breaks: tuple[Break, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """These units by SKU together cost `amount`, as often as the basket has all of them."""

    units: Mapping[str, int]
    amount: Money


Action = (
    Percent | AmountOff | FixedPrice | FreeShipping | BuyXGetY | Tiered | QuantityBreaks | Bundle
)


class PromotionClass(StrEnum):
    """What kinds of promotions may be told to combine."""

    PRODUCT = "product"
    ORDER = "order"
    SHIPPING = "shipping"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold; what is left out holds. `weekdays` are ISO 8601's, 1 is Monday, in UTC.

    `skus`, `products` and `categories` say which items count and are discounted: those that any
    of the three names, all where none is given. `min_subtotal` and `min_quantity` are of them.
    """

    min_subtotal: Money | None = None
    min_quantity: int | None = None
    skus: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    customer_groups: frozenset[str] = frozenset()
    first_order: bool = False
    weekdays: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Promotion:
    """A way to pay less, by a code or `automatic`.

    Of promotions that do not combine, the one of higher `priority` applies, then the older one.
    An `exclusive` one applies alone. Others apply together where each names the class of the
    other in `combines_with`. It holds from `starts_at` on and ends before `ends_at`. The limits
    are how often it can be used, and how often by one customer; whether it still can be is in
    `Basket.used_up`.
    """

    id: str
    title: str
    action: Action
    conditions: Conditions = field(default_factory=Conditions)
    automatic: bool = True
    priority: int = 0
    exclusive: bool = False
    combines_with: frozenset[PromotionClass] = frozenset(PromotionClass)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    usage_limit: int | None = None
    per_customer_limit: int | None = None
