"""Price lists, and what each of them said at any moment."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.db.constraints import register
from core.ids import uuid7
from pricing import domain
from pricing.domain import DatesReversed, PriceListCodeTaken


class AbstractPriceList(models.Model):
    """Whom a price list is for, and when."""

    customer_group = models.CharField(
        max_length=50, blank=True, help_text="The code of the customers it is for; empty: everyone."
    )
    tax_included = models.BooleanField(
        null=True, blank=True, help_text="Whether its prices include tax; empty: as the shop's do."
    )
    priority = models.SmallIntegerField(
        default=0, help_text="Of two lists with a price the one with the higher number counts."
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        abstract = True


class PriceList(AbstractPriceList):
    """Prices beside the regular ones. A deleted list is kept for what its prices were."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(max_length=50, db_index=False, allow_unicode=True)
    title = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(deleted_at=None),
                name="pricing_price_list_code_unique",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="pricing_price_list_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PriceListChange(AbstractPriceList):
    """What a price list said from `at` on, written by a trigger; the table only grows.

    Without it, moving the dates of a list would change what prices are said to have been.
    """

    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.price_list_id} {self.at}"

    def as_price_list(self) -> domain.PriceList:
        """Return the list as it was; the list itself has to be read with it."""
        return domain.PriceList(
            id=self.price_list_id,
            code=self.price_list.code,
            currency=self.price_list.currency,
            customer_group=self.customer_group,
            tax_included=self.tax_included,
            priority=self.priority,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )


register(
    {
        "pricing_price_list_code_unique": PriceListCodeTaken,
        "pricing_price_list_ends_after_start": DatesReversed,
    }
)
