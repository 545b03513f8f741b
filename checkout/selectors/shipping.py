"""Reads of the ways to deliver: the rules once for each version, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from django.db.models import QuerySet

from carts.domain import require_for_sale
from catalog.selectors import offers, priced_items
from checkout.errors import ShippingMethodNotFound, ShippingZoneNotFound
from checkout.models import ShippingArea, ShippingMethod, ShippingZone
from core.items import ItemRequest, units_by_sku
from pricing.domain import (
    Basket,
    Destination,
    PricedBy,
    ShippingOffer,
    ShippingRate,
    ShippingRules,
    offers_for,
)
from pricing.domain import ShippingMethod as Method
from pricing.selectors import terms_for


@dataclass(frozen=True, slots=True)
class ShippingQuote:
    """The ways to deliver some items, whose price before any discount is `subtotal`."""

    currency: str
    subtotal: int
    offers: Sequence[ShippingOffer]
    requires_shipping: bool


class _Latest:
    """What this process has read last, replaced as a whole."""

    read: tuple[UUID | None, ShippingRules] = (None, ShippingRules())


def shipping_rules(version: UUID | None) -> ShippingRules:
    """Return how the shop delivers; no statement unless `version`, of the rules, is a new one."""
    known, rules = _Latest.read
    if version is None or version != known:
        areas = ShippingArea.objects.values_list("country", "region", "zone_id")
        methods = tuple(map(_method, shipping_methods().filter(active=True)))
        zones = {(country, region): zone for country, region, zone in areas}
        rules = ShippingRules(methods, zones)
        _Latest.read = (version, rules)
    return rules


def shipping_quote(
    *, requested: Sequence[ItemRequest], currency: str, destination: Destination, now: datetime
) -> ShippingQuote:
    """Return what it costs to deliver items, at what everyone pays for them; reserve nothing.

    Two statements, and one each where price lists or categories matter. Raises `UnknownSku` or
    `CurrencyMismatch`.
    """
    terms = terms_for(customer_id=None, currency=currency, now=now)
    rules = shipping_rules(terms.rules.version)
    units = units_by_sku(requested)
    found = offers(currency=currency, skus=units.keys(), terms=terms)
    by_sku = require_for_sale(requested, found)
    lines = (
        (by_sku[sku], count, by_sku[sku].price_for(count) or 0) for sku, count in units.items()
    )
    items = priced_items(lines, terms.rules, with_categories=rules.mention_categories)
    basket = Basket(currency, items, destination=destination)
    return ShippingQuote(
        currency=currency,
        subtotal=sum(item.subtotal for item in items),
        offers=offers_for(rules, basket),
        requires_shipping=any(item.ships for item in items),
    )


def shipping_methods() -> QuerySet[ShippingMethod]:
    """Select all methods with what belongs to them, in the shop's order."""
    related = ("zones", "prices", "bands", "free_from")
    return ShippingMethod.objects.order_by("position", "code").prefetch_related(*related)


def shipping_method(code: str) -> ShippingMethod:
    """Return the method with this code. Raises `ShippingMethodNotFound`."""
    method = shipping_methods().filter(code=code).first()
    if method is None:
        raise ShippingMethodNotFound
    return method


def shipping_zones() -> QuerySet[ShippingZone]:
    """Select all zones with their areas, in the order of their titles."""
    return ShippingZone.objects.order_by("title", "code").prefetch_related("areas")


def shipping_zone(code: str) -> ShippingZone:
    """Return the zone with this code. Raises `ShippingZoneNotFound`."""
    zone = shipping_zones().filter(code=code).first()
    if zone is None:
        raise ShippingZoneNotFound
    return zone


def _method(row: ShippingMethod) -> Method:
    return Method(
        code=row.code,
        title=row.title,
        rates=dict(_rates(row)),
        priced_by=PricedBy(row.priced_by),
        zones=frozenset(link.zone_id for link in row.zones.all()),
        free_with_skus=frozenset(row.free_with_skus),
        free_with_products=frozenset(row.free_with_products),
        free_with_categories=frozenset(row.free_with_categories),
        min_days=row.min_days,
        max_days=row.max_days,
        pickup=row.pickup,
        pickup_location=row.pickup_location,
    )


def _rates(row: ShippingMethod) -> Iterator[tuple[str, ShippingRate]]:
    """Yield what a method costs by currency; only one that is not flat has bands."""
    bands: defaultdict[str, list[tuple[int, int | None]]] = defaultdict(list)
    if row.priced_by == PricedBy.FLAT:
        for price in row.prices.all():
            bands[price.currency].append((0, price.amount))
    else:
        for band in row.bands.all():
            bands[band.currency].append((band.minimum, band.amount))
    free_from = {each.currency: each.amount for each in row.free_from.all()}
    for currency, found in bands.items():
        ascending = tuple(sorted(found, key=itemgetter(0)))
        yield currency, ShippingRate(ascending, free_from.get(currency))
