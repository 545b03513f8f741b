"""Reads of price lists for those who edit them."""

from __future__ import annotations

from django.db.models import QuerySet

from catalog.models import ListPrice
from pricing.domain import PriceListNotFound
from pricing.models import PriceList


def price_lists() -> QuerySet[PriceList]:
    """Return the price lists that have not been deleted."""
    return PriceList.objects.filter(deleted_at=None)


def price_list(code: str) -> PriceList:
    """Return a price list. Raises `PriceListNotFound`."""
    row = None if "\0" in code else price_lists().filter(code=code).first()
    if row is None:
        raise PriceListNotFound
    return row


def prices_of(row: PriceList) -> QuerySet[ListPrice]:
    """Return all prices that a list has, had or will have."""
    return ListPrice.objects.filter(price_list=row).select_related("variant", "price_list")
