"""Rates of tax as the shop holds them, and what tax services and tax offices have answered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from core.db.constraints import register
from core.ids import uuid7
from pricing.domain import STANDARD_TAX_CLASS, DatedRate
from pricing.domain import TaxRate as AppliedRate
from pricing.errors import TaxRateDates, TaxRateOutOfRange, TaxRateOverlaps, TaxRateUntitled


class TaxRate(models.Model):
    """A rate of tax in a country, or a region of it, from a day on, to a day if there is one.

    Two of one place and class hold on no day together, unless they are `added` and have
    different titles; an exclusion constraint in the migration says so.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    country = models.CharField(max_length=2, help_text="Its ISO 3166-1 code, such as GB.")
    region = models.CharField(
        max_length=100, blank=True, help_text="As addresses have it, such as QC; empty for all."
    )
    tax_class = models.SlugField(
        max_length=50,
        default=STANDARD_TAX_CLASS,
        db_index=False,
        help_text="Which products it is of, such as standard or reduced.",
    )
    title = models.CharField(max_length=100, blank=True, help_text="What buyers see, such as VAT.")
    rate = models.DecimalField(max_digits=7, decimal_places=6)
    added = models.BooleanField(
        default=False, help_text="Charged beside the country's own rate, not in place of it."
    )
    valid_from = models.DateField(help_text="The first day on which it holds.")
    valid_to = models.DateField(
        null=True, blank=True, help_text="The last day; empty until it is known."
    )
    source = models.CharField(max_length=500, blank=True, help_text="Where the figure is from.")

    class Meta:
        ordering = ["country", "region", "tax_class", "title", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lte=1), name="pricing_tax_rate_within_range"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="pricing_tax_rate_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(added=False) | ~Q(title=""), name="pricing_added_tax_rate_has_a_title"
            ),
            models.CheckConstraint(
                condition=Q(country__regex="^[A-Z]{2}$"), name="pricing_tax_rate_has_a_country"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.tax_class} {format_percent(self.rate)}"

    @property
    def place(self) -> str:
        """Return the country, and the region if it is of one: CA-QC."""
        return f"{self.country}-{self.region}" if self.region else self.country

    def as_dated(self) -> DatedRate:
        """Return it as it is priced with."""
        source = f"table:{self.place}:{self.tax_class}"
        return DatedRate(
            country=self.country,
            region=self.region,
            tax_class=self.tax_class,
            rate=AppliedRate(self.rate.normalize(), self.title, source),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            added=self.added,
        )

    def overlapping(self) -> models.QuerySet[TaxRate]:
        """Return the rates that hold on some of its days and that it cannot stand beside."""
        beside = TaxRate.objects.exclude(pk=self.pk).filter(
            country=self.country, region=self.region, tax_class=self.tax_class, added=self.added
        )
        if self.added:
            beside = beside.filter(title=self.title)
        return beside.filter(
            Q(valid_to=None) | Q(valid_to__gte=self.valid_from),
            valid_from__lte=self.valid_to or date.max,
        )


class ProvidedTaxes(models.Model):
    """What a tax service said of a place, until `expires_at`; without rates it did not answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    classes = models.JSONField(help_text="The tax classes that were asked for.")
    rates = models.JSONField(null=True, help_text="Rates by class, with their titles.")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country", "region", "postal_code"], name="pricing_one_answer_per_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.region} {self.postal_code}"


class VatCheck(models.Model):
    """What VIES answered about a VAT number: evidence, so the table only grows.

    `consultation` is the number by which the European Commission proves that it was asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=20, help_text="With its country's prefix.")
    valid = models.BooleanField()
    name = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=1000, blank=True)
    consultation = models.CharField(max_length=100, blank=True)
    answer = models.JSONField(encoder=DjangoJSONEncoder)
    requested_at = models.DateTimeField()

    class Meta:
        verbose_name = "VAT check"
        indexes = [models.Index(fields=["number", "-requested_at"], name="pricing_vat_by_number")]

    def __str__(self) -> str:
        return f"{self.number} {'valid' if self.valid else 'not valid'}"


def format_percent(rate: Decimal) -> str:
    """Write a fraction as a percentage, with no more decimals than it has."""
    return f"{(rate * 100).normalize():f} %"


register(
    {
        "pricing_tax_rates_do_not_overlap": TaxRateOverlaps,
        "pricing_tax_rate_within_range": TaxRateOutOfRange,
        "pricing_tax_rate_dates_in_order": TaxRateDates,
        "pricing_added_tax_rate_has_a_title": TaxRateUntitled,
    }
)
