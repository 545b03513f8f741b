"""Price lists and their prices, which only ever come on top of those before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.selectors import is_customer_group
from catalog.domain import (
    ListCurrencyMismatch,
    ListPriceInForce,
    ListPriceNotFound,
    ListPriceTaken,
    NewListPrice,
    UnknownSkus,
)
from catalog.models import ListPrice, Variant
from core.db.transactions import transaction_required, use_case
from core.errors import FieldError, Invalid
from pricing.domain import (
    DatesReversed,
    PriceListCodeTaken,
    PriceListNotFound,
    UnknownCustomerGroup,
)
from pricing.models import PriceList

CREATE_PRICE_LIST_ERRORS = (PriceListCodeTaken, DatesReversed, UnknownCustomerGroup)


@use_case
def create_price_list(
    *, code: str, title: str, currency: str, terms: dict[str, Any], now: datetime
) -> PriceList:
    """Create a price list without prices; `terms` are columns of `AbstractPriceList`.

    Raises `CREATE_PRICE_LIST_ERRORS`.
    """
    row = PriceList(code=code, title=title, currency=currency, created_at=now, **terms)
    _require_consistent(row)
    row.save(force_insert=True)
    return row


UPDATE_PRICE_LIST_ERRORS = (PriceListNotFound, DatesReversed, UnknownCustomerGroup)


@use_case
def update_price_list(*, code: str, changes: dict[str, Any]) -> PriceList:
    """Change the title or the terms of a price list; its code and currency stay.

    Raises `UPDATE_PRICE_LIST_ERRORS`.
    """
    row = locked_price_list(code)
    for name, value in changes.items():
        setattr(row, name, value)
    _require_consistent(row)
    row.save(update_fields=list(changes))
    return row


@use_case
def delete_price_list(*, code: str, now: datetime) -> None:
    """End a price list for good. Its prices are kept, as what was asked for once.

    Raises `PriceListNotFound`.
    """
    row = locked_price_list(code)
    row.deleted_at = now
    row.save(update_fields=["deleted_at"])


ADD_LIST_PRICES_ERRORS = (PriceListNotFound, UnknownSkus, ListCurrencyMismatch, ListPriceTaken)


@use_case
def add_list_prices(*, code: str, prices: Sequence[NewListPrice], now: datetime) -> list[ListPrice]:
    """Add prices to a list, all of them or none.

    Two of one variant for as many units from the same moment on are a conflict: the
    second is refused. Raises `ADD_LIST_PRICES_ERRORS`.
    """
    price_list = locked_price_list(code)
    skus = {price.sku for price in prices}
    variants = {row.sku: row for row in Variant.objects.filter(sku__in=skus, deleted_at=None)}
    _refuse(UnknownSkus, "sku", [price for price in prices if price.sku not in variants])
    currency = price_list.currency
    _refuse(
        ListCurrencyMismatch,
        "price/currency",
        [price for price in prices if price.price and price.price.currency != currency],
    )
    rows = [
        ListPrice(
            variant=variants[price.sku],
            price_list=price_list,
            min_quantity=price.min_quantity,
            starts_at=price.starts_at or now,
            amount=price.price.amount if price.price else None,
        )
        for price in prices
    ]
    return ListPrice.objects.bulk_create(rows)


DELETE_LIST_PRICE_ERRORS = (PriceListNotFound, ListPriceNotFound, ListPriceInForce)


@use_case
def delete_list_price(*, code: str, price_id: UUID, now: datetime) -> None:
    """Delete a price that has not begun. Raises `DELETE_LIST_PRICE_ERRORS`."""
    row = locked_price_list(code).prices.filter(pk=price_id).select_for_update().first()
    if row is None:
        raise ListPriceNotFound
    if row.starts_at <= now:
        raise ListPriceInForce
    row.delete()


@transaction_required
def locked_price_list(code: str) -> PriceList:
    """Lock a price list against other writers of it and its prices. Raises `PriceListNotFound`."""
    rows = PriceList.objects.none() if "\0" in code else PriceList.objects.filter(code=code)
    row = rows.filter(deleted_at=None).select_for_update(no_key=True).first()
    if row is None:
        raise PriceListNotFound
    return row


def _require_consistent(row: PriceList) -> None:
    if row.starts_at and row.ends_at and row.ends_at <= row.starts_at:
        raise DatesReversed().at("/ends_at")
    if row.customer_group and not is_customer_group(row.customer_group):
        raise UnknownCustomerGroup().at("/customer_group")


def _refuse(kind: type[Invalid], member: str, refused: Sequence[NewListPrice]) -> None:
    """Raise `kind` for the prices that are refused, if there are any."""
    if refused:
        detail = kind.__doc__ or ""
        errors = [
            FieldError(f"/prices/{price.position}/{member}", kind.code, detail)
            for price in refused[:20]
        ]
        raise kind(errors=errors)
