"""What variants cost and whether they can be bought."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Q,
    UUIDField,
)
from django.db.models.expressions import Combinable

from catalog.domain import Offer, full_title
from catalog.models import Variant
from core.db.statements import IsAnyOf, Parameter, Statement
from inventory.domain import units_available
from inventory.selectors import units_held


def offers(
    *, currency: str, skus: Collection[str] = (), variant_ids: Collection[UUID] = ()
) -> list[Offer]:
    """Return the offers of variants named by SKU or by id, archived ones included.

    One statement, whatever their number; in no particular order; unknown names are left out.
    """
    rows = _offer_statement().rows(
        currency=currency, skus=list(skus), variant_ids=list(variant_ids)
    )
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
            category_id=category_id,
            tax_class=tax_class,
            weight=weight,
            ships=ships,
        )
        for (
            variant_id, sku, title, deleted_at, product_title, product_deleted_at, unit_price,
            on_hand, reserved, tracked, backorder, product, category_id, tax_class, weight, ships,
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
            "requires_shipping",
        )
    )  # fmt: skip
