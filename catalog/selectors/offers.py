"""What variants cost and whether they can be bought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Q,
    UUIDField,
)
from django.db.models.expressions import Combinable

from catalog.domain import Offer, full_title
from catalog.models import ListPrice, PriceChange, Variant
from core.db.statements import IsAnyOf, Parameter, Statement
from inventory.domain import units_available
from inventory.selectors import units_held
from pricing.domain import Offering, PriceList, Terms, Tiers, unit_prices


def offers(
    *,
    currency: str,
    skus: Collection[str] = (),
    variant_ids: Collection[UUID] = (),
    terms: Terms | None = None,
    as_of: datetime | None = None,
) -> list[Offer]:
    """Return the offers of variants named by SKU or by id, archived ones included.

    At the prices that a buyer gets by `terms`, the regular ones without, now or `as_of` another
    moment. One statement, one more where price lists apply and one for another moment, whatever
    their number; in no particular order; unknown names are left out.
    """
    rows = _offer_statement().rows(
        currency=currency, skus=list(skus), variant_ids=list(variant_ids)
    )
    found = _at_regular_prices(rows, currency)
    if as_of is not None:
        past = _regular_prices_at(as_of, [offer.variant_id for offer in found], currency)
        found = [replace(offer, unit_price=past.get(offer.variant_id)) for offer in found]
    if terms is None or terms.offering == Offering(tax_included=terms.offering.tax_included):
        return found
    tiers = list_tiers([offer.variant_id for offer in found], terms.offering.lists, at=terms.at)
    return [
        offer.at_prices(
            unit_prices(
                offer.unit_price if terms.offering.regular else None,
                [tiers.get((offer.variant_id, each.id), {}) for each in terms.offering.lists],
            )
        )
        for offer in found
    ]


def _regular_prices_at(
    moment: datetime, variant_ids: Collection[UUID], currency: str
) -> dict[UUID, int | None]:
    """Return what variants regularly cost at a moment: what the last change before it says."""
    changes = PriceChange.objects.filter(
        variant__in=variant_ids, currency=currency, starts_at__lte=moment
    )
    latest = changes.order_by("variant_id", "-starts_at").distinct("variant_id")
    return dict(latest.values_list("variant_id", "amount"))


def list_tiers(
    variant_ids: Collection[UUID], lists: Collection[PriceList], *, at: datetime
) -> dict[tuple[UUID, UUID], Tiers]:
    """Return the tiers of variants in price lists at a moment, by the ids of both.

    One statement, or none without lists.
    """
    tiers: defaultdict[tuple[UUID, UUID], dict[int, int | None]] = defaultdict(dict)
    if lists:
        rows = _tier_statement().rows(
            variant_ids=list(variant_ids), list_ids=[each.id for each in lists], at=at
        )
        for variant_id, list_id, min_quantity, amount in rows:
            tiers[variant_id, list_id][min_quantity] = amount
    return dict(tiers)


def _at_regular_prices(rows: Iterable[tuple[Any, ...]], currency: str) -> list[Offer]:
    return [
        Offer(
            variant_id=variant_id,
            sku=sku,
            title=full_title(product_title, title),
            unit_price=unit_price,
            currency=currency,
            available=units_available(
                on_hand=on_hand, reserved=reserved, tracked=tracked, backorder=backorder
            ),
            is_for_sale=deleted_at is None and product_deleted_at is None,
            product=product,
            product_body={"slug": product, "title": product_title},
            options=options,
            category_id=category_id,
            tax_class=tax_class,
            weight=weight,
            ships=ships,
        )
        for (
            variant_id, sku, title, deleted_at, product_title, product_deleted_at, unit_price,
            on_hand, reserved, tracked, backorder, product, category_id, tax_class, weight, ships,
            options,
        ) in rows
    ]  # fmt: skip


def sale_annotations(variant: str) -> dict[str, Combinable]:
    """Return annotations for rows that refer to a variant by the field `variant`.

    `is_withdrawn` tells that the variant cannot be bought by new checkouts, `withdrawn_from`
    when it was withdrawn from those that were open, if it was.
    """
    deleted = Q(**{f"{variant}__deleted_at__isnull": False})
    product_deleted = Q(**{f"{variant}__product__deleted_at__isnull": False})
    return {
        "is_withdrawn": ExpressionWrapper(deleted | product_deleted, BooleanField()),
        "withdrawn_from": F(f"{variant}__product__checkouts_ended_at"),
    }


@cache
def _tier_statement() -> Statement:
    """Read the newest row that has begun of each variant, list and number of units."""
    begun = ListPrice.objects.filter(
        Q(IsAnyOf("variant_id", Parameter("variant_ids", UUIDField(), "uuid[]")))
        & Q(IsAnyOf("price_list_id", Parameter("list_ids", UUIDField(), "uuid[]"))),
        starts_at__lte=Parameter("at", DateTimeField(), "timestamptz"),
    )
    tier = ("variant_id", "price_list_id", "min_quantity")
    return Statement(
        begun.order_by(*tier, "-starts_at").distinct(*tier).values_list(*tier, "amount")
    )


@cache
def _offer_statement() -> Statement:
    currency = Parameter("currency", CharField(), "varchar")
    price = FilteredRelation("prices", condition=Q(prices__currency=currency))
    return Statement(
        Variant.objects.order_by()
        .alias(price=price)
        .filter(
            Q(IsAnyOf("sku", Parameter("skus", CharField(), "varchar[]")))
            | Q(IsAnyOf("id", Parameter("variant_ids", UUIDField(), "uuid[]")))
        )
        .values_list(
            "id", "sku", "title", "deleted_at", "product__title", "product__deleted_at",
            F("price__amount"),
            "stock__on_hand", units_held("stock__reserved"), "stock__tracked", "stock__backorder",
            "product__slug", "product__category_id", "product__tax_class", "weight",
            "requires_shipping", "options",
        )
    )  # fmt: skip
