"""Where the shop delivers to, how, and at what price; amounts are in minor units."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from checkout.errors import AreaTaken, ShippingMethodCodeTaken, ShippingZoneCodeTaken
from core.db.constraints import register
from core.money import MAX_AMOUNT, format_money
from pricing.domain import PricedBy

# A year: nobody promises a later delivery.
MAX_DAYS = 365


def _names(what: str) -> ArrayField[Any, Any]:
    return ArrayField(
        models.CharField(max_length=200),
        default=list,
        db_default=[],
        blank=True,
        help_text=f"It is free when the cart has any of these {what}.",
    )


class ShippingZone(models.Model):
    """A part of the world that the same shipping methods deliver to."""

    code = models.SlugField(primary_key=True, max_length=50)
    title = models.CharField(max_length=100)

    class Meta:
        ordering = ["title", "code"]

    def __str__(self) -> str:
        return self.title


class ShippingArea(models.Model):
    """A country, or a region of it, in a zone; neither is everywhere that no other area is."""

    zone = models.ForeignKey(ShippingZone, on_delete=models.CASCADE, related_name="areas")
    country = models.CharField(max_length=2, blank=True, help_text="An ISO 3166-1 code.")
    region = models.CharField(
        max_length=100, blank=True, help_text="As addresses have it; empty for all regions."
    )

    class Meta:
        ordering = ["country", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "region"], name="checkout_one_zone_per_area"
            ),
            models.CheckConstraint(
                condition=Q(region="") | Q(country__regex="^[A-Z]{2}$"),
                name="checkout_region_of_a_country",
            ),
        ]

    def __str__(self) -> str:
        return "-".join(filter(None, [self.country, self.region])) or "everywhere else"


class ShippingMethod(models.Model):
    """A way to deliver, at a flat price per currency or by bands."""

    code = models.SlugField(primary_key=True, max_length=50)
    title = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    priced_by = models.CharField(
        max_length=10,
        choices=[(by.value, by.value.capitalize()) for by in PricedBy],
        default=PricedBy.FLAT.value,
        db_default=PricedBy.FLAT.value,
    )
    min_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="It arrives no earlier than so many days after the order."
    )
    max_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="It arrives no later than so many days after the order."
    )
    pickup = models.BooleanField(
        default=False, db_default=False, help_text="The buyer comes for it: no address is needed."
    )
    pickup_location = models.TextField(
        max_length=500, blank=True, default="", db_default="", help_text="Where and when."
    )
    free_with_skus = _names("SKUs")
    free_with_products = _names("products (slugs)")
    free_with_categories = _names("categories (slugs)")

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(min_days__lte=F("max_days")) | Q(min_days=None) | Q(max_days=None),
                name="checkout_delivery_window_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ShippingMethodZone(models.Model):
    """A zone that a method delivers to; one without any delivers everywhere."""

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="zones")
    zone = models.ForeignKey(ShippingZone, on_delete=models.PROTECT, related_name="methods")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["method", "zone"], name="checkout_method_once_per_zone"
            ),
        ]

    def __str__(self) -> str:
        return self.zone_id


class ShippingPrice(models.Model):
    """What a shipping method costs in one currency, in minor units."""

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["method", "currency"], name="checkout_one_shipping_price_per_currency"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="checkout_shipping_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(amount__lte=MAX_AMOUNT), name="checkout_shipping_price_not_too_high"
            ),
        ]

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)


class ShippingBand(models.Model):
    """What a method that is not flat costs from `minimum` on, until its next band begins.

    `minimum` is in what the method is priced by: grams, minor units or units. Without an amount
    it does not deliver from there on.
    """

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="bands")
    currency = models.CharField(max_length=3)
    minimum = models.BigIntegerField()
    amount = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["currency", "minimum"]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "currency", "minimum"], name="checkout_bands_begin_apart"
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=0, minimum__lte=MAX_AMOUNT),
                name="checkout_band_begins_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0, amount__lte=MAX_AMOUNT),
                name="checkout_band_amount_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return "–" if self.amount is None else format_money(self.amount, self.currency)


class FreeShippingFrom(models.Model):
    """The subtotal from which on a method costs nothing, in one currency."""

    method = models.ForeignKey(ShippingMethod, on_delete=models.CASCADE, related_name="free_from")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = "free from"
        verbose_name_plural = "free from"
        constraints = [
            models.UniqueConstraint(
                fields=["method", "currency"], name="checkout_one_free_from_per_currency"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=MAX_AMOUNT),
                name="checkout_free_from_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)


register(
    {
        "checkout_shippingmethod_pkey": ShippingMethodCodeTaken,
        "checkout_shippingzone_pkey": ShippingZoneCodeTaken,
        "checkout_one_zone_per_area": AreaTaken,
    }
)
