"""The columns that whatever has a price shares; amounts are in minor units of its currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from core.ids import uuid7
from pricing.domain import Explanation, PricedLine, Quote, taxes_by_rate


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
    product = models.JSONField(
        null=True, blank=True, help_text="Its slug and title; empty of lines that are older."
    )
    options = models.JSONField(
        default=dict, db_default={}, blank=True, help_text='Of the variant, such as {"Size": "M"}.'
    )
    quantity = models.PositiveIntegerField()
    unit_price = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    total = models.BigIntegerField()
    discounts = models.JSONField(default=list, db_default=[], help_text="What `discount` sums up.")
    taxes = models.JSONField(default=list, db_default=[], help_text="What `tax` sums up.")

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    def apply(self, priced: PricedLine) -> bool:
        """Take over what a quote says of the line, in memory; tell whether anything changed."""
        priced_as = {
            "discount": priced.discount,
            "tax": priced.tax,
            "total": priced.total,
            "discounts": [entry.as_discount() for entry in priced.discounts],
            "taxes": [entry.as_tax() for entry in priced.taxes],
        }
        changed = any(getattr(self, name) != value for name, value in priced_as.items())
        for name, value in priced_as.items():
            setattr(self, name, value)
        return changed

    def snapshot(self) -> dict[str, Any]:
        """Return the columns that a copy of the line takes over."""
        columns = [field.attname for field in AbstractLine._meta.fields if not field.primary_key]
        return {name: getattr(self, name) for name in columns}


class AbstractTotals(models.Model):
    """What everything costs, and whom: `total` is `subtotal` - `discount` + `shipping` + `tax`.

    Where prices include the tax, it is a part of the others and adds nothing.
    """

    currency = models.CharField(max_length=3)
    subtotal = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0)
    shipping = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    tax_included = models.BooleanField(default=False, db_default=False)
    total = models.BigIntegerField(default=0)
    vat_number = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="Of a business that buys, with its country's prefix.",
    )
    shipping_taxes = models.JSONField(default=list, db_default=[], help_text="The tax on shipping.")
    promotions = models.JSONField(
        default=dict,
        db_default={},
        help_text="Which codes were submitted, what applied, and what did not and why.",
    )

    class Meta:
        abstract = True

    def apply(self, quote: Quote) -> None:
        """Take over the totals of a quote and its explanation, in memory."""
        totals = quote.totals
        self.subtotal, self.discount, self.shipping = (
            totals.subtotal, totals.discount, totals.shipping,
        )  # fmt: skip
        self.tax, self.tax_included, self.total = totals.tax, totals.tax_included, totals.total
        self.shipping_taxes = [entry.as_tax() for entry in quote.shipping_taxes]
        self.promotions = explanation_body(quote.explanation)

    @property
    def applied_promotions(self) -> list[tuple[UUID, str]]:
        """Return the id of each promotion that took something off, and its code or nothing."""
        return [(UUID(each["id"]), each["code"]) for each in self.promotions.get("applied", [])]

    def taxes_with(self, lines: Iterable[AbstractLine]) -> list[dict[str, Any]]:
        """Return the tax of each rate on the lines and on shipping."""
        of_lines = (tax for line in lines for tax in line.taxes)
        return taxes_by_rate([*of_lines, *self.shipping_taxes])

    def amounts(self) -> dict[str, Any]:
        """Return the columns that a copy of the totals takes over."""
        return {field.name: getattr(self, field.name) for field in AbstractTotals._meta.fields}


def explanation_body(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON has it, empty when there is nothing to explain."""
    if explanation == Explanation():
        return {}
    return {
        "submitted": list(explanation.submitted),
        "applied": [
            {
                "id": applied.id,
                "title": applied.title,
                "code": applied.code,
                "amount": applied.amount,
                "allocations": applied.allocations,
            }
            for applied in explanation.applied
        ],
        "rejected": [asdict(refused) for refused in explanation.rejected],
        "near": [asdict(refused) for refused in explanation.near],
    }
