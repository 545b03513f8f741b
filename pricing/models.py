"""The columns that whatever has a price shares; amounts are in minor units of its currency."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from core.ids import uuid7


def totals_add_up() -> Q:
    """Return the condition that holds for all totals."""
    before_tax = F("subtotal") - F("discount") + F("shipping")
    return Q(tax_included=False, total=before_tax + F("tax")) | Q(
        tax_included=True, total=before_tax, tax__lte=before_tax
    )


class AbstractLine(models.Model):
    """A line with its frozen title and price, and its part of the totals."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.PositiveIntegerField()
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(max_length=100)
    title = models.CharField(max_length=520)
    quantity = models.PositiveIntegerField()
    unit_price = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    total = models.BigIntegerField()

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    def snapshot(self) -> dict[str, Any]:
        """Return the columns that a copy of the line takes over."""
        columns = [field.attname for field in AbstractLine._meta.fields if not field.primary_key]
        return {name: getattr(self, name) for name in columns}


class AbstractTotals(models.Model):
    """What everything costs: `total` is `subtotal` - `discount` + `shipping` + `tax`.

    Where prices include the tax, it is a part of the others and adds nothing.
    """

    currency = models.CharField(max_length=3)
    subtotal = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0)
    shipping = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    tax_included = models.BooleanField(default=False, db_default=False)
    total = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    def amounts(self) -> dict[str, Any]:
        """Return the columns that a copy of the totals takes over."""
        return {field.name: getattr(self, field.name) for field in AbstractTotals._meta.fields}
