"""The shipping methods that a shop offers, and the zones that they deliver to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from carts.domain import CurrencyMismatch, UnknownSku
from checkout.errors import (
    AreaTaken,
    InvalidShippingMethod,
    ShippingMethodCodeTaken,
    ShippingMethodNotFound,
    ShippingZoneCodeTaken,
    ShippingZoneInUse,
    ShippingZoneNotFound,
    UnknownShippingZone,
)
from checkout.models import (
    FreeShippingFrom,
    ShippingArea,
    ShippingBand,
    ShippingMethod,
    ShippingMethodZone,
    ShippingPrice,
    ShippingZone,
)
from checkout.selectors import ShippingQuote, shipping_quote
from core.address import Place
from core.db.transactions import transaction_required, use_case
from core.errors import FieldError
from core.items import ItemRequest
from core.money import Money
from pricing.domain import Band, Destination, PricedBy, rate_problems, steps_of, window_problems

QUOTE_SHIPPING_ERRORS = (UnknownSku, CurrencyMismatch)
CREATE_SHIPPING_METHOD_ERRORS = (
    InvalidShippingMethod,
    ShippingMethodCodeTaken,
    UnknownShippingZone,
)
UPDATE_SHIPPING_METHOD_ERRORS = (ShippingMethodNotFound, InvalidShippingMethod, UnknownShippingZone)
CREATE_SHIPPING_ZONE_ERRORS = (ShippingZoneCodeTaken, AreaTaken)
UPDATE_SHIPPING_ZONE_ERRORS = (ShippingZoneNotFound, AreaTaken)
DELETE_SHIPPING_ZONE_ERRORS = (ShippingZoneNotFound, ShippingZoneInUse)


class ShippingMethodChanges(TypedDict, total=False):
    """What a method is to be; what is left out stays. `zones` are codes, none is everywhere."""

    title: str
    position: int
    active: bool
    priced_by: PricedBy
    zones: Sequence[str]
    prices: Sequence[Money]
    bands: Sequence[Band]
    free_from: Sequence[Money]
    free_with_skus: Sequence[str]
    free_with_products: Sequence[str]
    free_with_categories: Sequence[str]
    min_days: int | None
    max_days: int | None
    pickup: bool
    pickup_location: str


@use_case
def ensure_shipping_method(
    *, code: str, title: str, prices: Mapping[str, int], position: int = 0
) -> None:
    """Add a method with its flat prices (minor units by currency) unless its code is taken."""
    method, new = ShippingMethod.objects.get_or_create(
        code=code, defaults={"title": title, "position": position}
    )
    if new:
        ShippingPrice.objects.bulk_create(
            ShippingPrice(method=method, currency=currency, amount=amount)
            for currency, amount in prices.items()
        )


@use_case
def quote_shipping(
    *, requested: Sequence[ItemRequest], currency: str, destination: Destination, now: datetime
) -> ShippingQuote:
    """Return what it costs to deliver items, which changes nothing.

    A use case all the same, so that a request that is repeated with its key gets the same quote.
    Raises `QUOTE_SHIPPING_ERRORS`.
    """
    return shipping_quote(requested=requested, currency=currency, destination=destination, now=now)


@use_case
def create_shipping_method(*, code: str, changes: ShippingMethodChanges) -> str:
    """Add a shipping method; return its code. Raises `CREATE_SHIPPING_METHOD_ERRORS`."""
    _lock_zones(changes.get("zones", ()))
    method = ShippingMethod(code=code)
    _set(method, changes)
    method.save(force_insert=True)
    _write_parts(method, changes)
    return code


@use_case
def update_shipping_method(*, code: str, changes: ShippingMethodChanges) -> str:
    """Change a shipping method; return its code. Raises `UPDATE_SHIPPING_METHOD_ERRORS`.

    Checkouts keep what they were offered until they are changed.
    """
    _lock_zones(changes.get("zones", ()))
    method = _locked_method(code)
    _set(method, changes)
    method.save()
    _write_parts(method, changes)
    return code


@use_case
def delete_shipping_method(*, code: str) -> None:
    """Delete a shipping method. Raises `ShippingMethodNotFound`.

    A checkout that has chosen it keeps it until it is changed, an order for good.
    """
    _locked_method(code).delete()


@use_case
def create_shipping_zone(*, code: str, title: str, areas: Sequence[Place]) -> str:
    """Add a zone of normalized areas; return its code. Raises `CREATE_SHIPPING_ZONE_ERRORS`.

    An area without a country is everywhere that no other area is.
    """
    zone = ShippingZone.objects.create(code=code, title=title)
    write_areas(zone, areas)
    return code


@use_case
def update_shipping_zone(
    *, code: str, title: str | None = None, areas: Sequence[Place] | None = None
) -> str:
    """Change a zone; return its code. Raises `UPDATE_SHIPPING_ZONE_ERRORS`."""
    zone = ShippingZone.objects.select_for_update(no_key=True).filter(code=code).first()
    if zone is None:
        raise ShippingZoneNotFound
    if title is not None:
        zone.title = title
        zone.save(update_fields=["title"])
    if areas is not None:
        write_areas(zone, areas)
    return code


@use_case
def delete_shipping_zone(*, code: str) -> None:
    """Delete a zone that no method delivers to. Raises `DELETE_SHIPPING_ZONE_ERRORS`."""
    # Locked against a method that is given the zone meanwhile, too.
    zone = ShippingZone.objects.select_for_update().filter(code=code).first()
    if zone is None:
        raise ShippingZoneNotFound
    if methods := sorted(zone.methods.values_list("method_id", flat=True)):
        raise ShippingZoneInUse(methods=methods)
    zone.delete()


def _locked_method(code: str) -> ShippingMethod:
    method = ShippingMethod.objects.select_for_update().filter(code=code).first()
    if method is None:
        raise ShippingMethodNotFound
    return method


_PARTS = frozenset({"zones", "prices", "bands", "free_from"})


def _set(method: ShippingMethod, changes: ShippingMethodChanges) -> None:
    """Set the columns that `changes` names, in memory. Raises `InvalidShippingMethod`."""
    for name, value in changes.items():
        if name not in _PARTS:
            setattr(method, name, value)
    if problems := window_problems(method.min_days, method.max_days):
        raise InvalidShippingMethod(errors=problems)


@transaction_required
def _write_parts(method: ShippingMethod, changes: ShippingMethodChanges) -> None:
    """Replace the zones and rates that `changes` names.

    Raises `InvalidShippingMethod` when the method would then not be complete.
    """
    if "zones" in changes:
        method.zones.all().delete()
        ShippingMethodZone.objects.bulk_create(
            ShippingMethodZone(method=method, zone_id=code) for code in set(changes["zones"])
        )
    if "prices" in changes:
        method.prices.all().delete()
        ShippingPrice.objects.bulk_create(
            ShippingPrice(method=method, currency=money.currency, amount=money.amount)
            for money in changes["prices"]
        )
    if "free_from" in changes:
        method.free_from.all().delete()
        FreeShippingFrom.objects.bulk_create(
            FreeShippingFrom(method=method, currency=money.currency, amount=money.amount)
            for money in changes["free_from"]
        )
    if "bands" in changes:
        method.bands.all().delete()
        ShippingBand.objects.bulk_create(
            ShippingBand(
                method=method, currency=step.currency, minimum=step.begins, amount=step.amount
            )
            for step in steps_of(changes["bands"])
        )
    problems = rate_problems(
        PricedBy(method.priced_by),
        prices=list(method.prices.values_list("currency", flat=True)),
        bands=list(method.bands.values_list("currency", flat=True)),
        free_from=list(method.free_from.values_list("currency", flat=True)),
    )
    if problems:
        raise InvalidShippingMethod(errors=problems)


def _lock_zones(codes: Sequence[str]) -> None:
    """Lock zones against being deleted, before anything of the rules is written.

    Raises `UnknownShippingZone`.
    """
    locked = ShippingZone.objects.select_for_update(no_key=True).order_by("code")
    known = set(locked.filter(code__in=codes).values_list("code", flat=True))
    problems = [
        FieldError(
            f"/zones/{position}", UnknownShippingZone.code, UnknownShippingZone.__doc__ or ""
        )
        for position, code in enumerate(codes)
        if code not in known
    ]
    if problems:
        raise UnknownShippingZone(errors=problems)


@transaction_required
def write_areas(zone: ShippingZone, areas: Sequence[Place]) -> None:
    """Replace the areas of a zone. Raises `AreaTaken`, naming those that other zones have."""
    wanted = {(area.country_code, area.region) for area in areas}
    countries = {country for country, _ in wanted}
    others = ShippingArea.objects.exclude(zone=zone).filter(country__in=countries)
    if taken := [str(area) for area in others if (area.country, area.region) in wanted]:
        raise AreaTaken(f"Another zone has: {', '.join(taken)}.", areas=taken)
    zone.areas.all().delete()
    ShippingArea.objects.bulk_create(
        ShippingArea(zone=zone, country=country, region=region)
        for country, region in sorted(wanted)
    )
