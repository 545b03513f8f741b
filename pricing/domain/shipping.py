"""Which ways to deliver a basket there are, and what each costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pricing.domain.basket import Basket, Destination, Item


class PricedBy(StrEnum):
    """What the price of a shipping method depends on; of goods that ship, before any discount."""

    FLAT = "flat"
    WEIGHT = "weight"  # grams
    SUBTOTAL = "subtotal"  # minor units
    QUANTITY = "quantity"  # units

    def measure(self, items: Collection[Item]) -> int:
        """Return how much of it `items` are; nothing depends on it where the price is flat."""
        match self:
            case PricedBy.FLAT:
                return 0
            case PricedBy.WEIGHT:
                return sum(item.weight * item.quantity for item in items)
            case PricedBy.SUBTOTAL:
                return sum(item.subtotal for item in items)
            case PricedBy.QUANTITY:
                return sum(item.quantity for item in items)


@dataclass(frozen=True, slots=True)
class ShippingRate:
    """What a shipping method costs in one currency, in its minor units.

    `bands` are where each begins and its price, ascending: a band ends where the next begins,
    so that there are neither gaps nor overlaps. A price of None is of what is not delivered, as
    is anything below the first. From a subtotal of `free_from` on it costs nothing.
    """

    bands: tuple[tuple[int, int | None], ...]
    free_from: int | None = None

    def price_of(self, measure: int, *, subtotal: int) -> int | None:
        """Return the price, or None where this much is not delivered."""
        found = None
        for begins, price in self.bands:
            if begins > measure:
                break
            found = price
        is_free = self.free_from is not None and subtotal >= self.free_from
        return 0 if found is not None and is_free else found


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A way to deliver: to the zones that it names, everywhere if none; `rates` by currency.

    It is free when the basket has any of `free_with_skus`, products or categories (slugs).
    Days are those between order and delivery; to `pickup` the buyer comes to `pickup_location`.
    """

    code: str
    title: str
    rates: Mapping[str, ShippingRate]
    priced_by: PricedBy = PricedBy.FLAT
    zones: frozenset[str] = frozenset()
    free_with_skus: frozenset[str] = frozenset()
    free_with_products: frozenset[str] = frozenset()
    free_with_categories: frozenset[str] = frozenset()
    min_days: int | None = None
    max_days: int | None = None
    pickup: bool = False
    pickup_location: str = ""


@dataclass(frozen=True, slots=True)
class ShippingRules:
    """How the shop delivers: methods in its order, and the code of the zone of each area.

    An area is a country and a region, all regions without one, or ("", "") for everywhere that
    no other area is.
    """

    methods: tuple[ShippingMethod, ...] = ()
    zones: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def mention_categories(self) -> bool:
        """Whether it makes a difference of which categories the items are."""
        return any(method.free_with_categories for method in self.methods)

    def zone_of(self, destination: Destination) -> str | None:
        """Return the zone of the most specific area, if there is any: a region, then a country."""
        country, region = destination.country, destination.region
        for area in ((country, region), (country, ""), ("", "")):
            if zone := self.zones.get(area):
                return zone
        return None

    def reached_of(self, countries: Iterable[str]) -> list[str]:
        """Return those of the countries to which, or to a region of which, anything is delivered.

        What the buyer comes for is not delivered.
        """
        delivering = [method for method in self.methods if not method.pickup]
        if any(not method.zones for method in delivering):
            return list(countries)
        zones = frozenset[str]().union(*(method.zones for method in delivering))
        named = {country for (country, _), zone in self.zones.items() if zone in zones}
        elsewhere = self.zones.get(("", "")) in zones
        return [
            country
            for country in countries
            if country in named or (elsewhere and (country, "") not in self.zones)
        ]


@dataclass(frozen=True, slots=True)
class ShippingOffer:
    """A way to deliver a basket that can be chosen by its code, and its price in minor units."""

    code: str
    title: str
    price: int
    min_days: int | None = None
    max_days: int | None = None
    pickup: bool = False
    pickup_location: str = ""


def offers_for(rules: ShippingRules, basket: Basket) -> list[ShippingOffer]:
    """Return the ways to deliver a basket, in the shop's order; none if nothing of it ships.

    Without a destination they are all those that some destination may have. Prices depend on
    what ships, before any discount: a code that is entered neither adds a way nor takes one.
    """
    items = [item for item in basket.items if item.ships]
    if not items:
        return []
    zone = rules.zone_of(basket.destination) if basket.destination else None
    measures = {by: by.measure(items) for by in PricedBy}
    skus = {item.sku for item in basket.items}
    products = {item.product for item in basket.items}
    categories = frozenset[str]().union(*(item.categories for item in basket.items))
    offers = []
    for method in rules.methods:
        rate = method.rates.get(basket.currency)
        if rate is None or (basket.destination and method.zones and zone not in method.zones):
            continue
        price = rate.price_of(measures[method.priced_by], subtotal=measures[PricedBy.SUBTOTAL])
        if price is None:
            continue
        is_free = not (
            method.free_with_skus.isdisjoint(skus)
            and method.free_with_products.isdisjoint(products)
            and method.free_with_categories.isdisjoint(categories)
        )
        offers.append(_offer(method, 0 if is_free else price))
    return offers


def _offer(method: ShippingMethod, price: int) -> ShippingOffer:
    return ShippingOffer(
        code=method.code,
        title=method.title,
        price=price,
        min_days=method.min_days,
        max_days=method.max_days,
        pickup=method.pickup,
        pickup_location=method.pickup_location,
    )
