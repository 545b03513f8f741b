from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from checkout.domain import CheckoutStatus
from core.db.constraints import register
from core.db.owned import OwnedQuerySet
from core.db.transactions import RunAgain
from core.ids import uuid7
from core.money import MAX_AMOUNT, format_money
from pricing.models import AbstractLine, AbstractTotals, totals_add_up


class ShippingMethod(models.Model):
    """A way to deliver, at a flat price per currency."""

    code = models.SlugField(primary_key=True, max_length=50)
    title = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.title


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


class Checkout(AbstractTotals):
    """A cart's lines at frozen prices on their way to becoming an order."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cart = models.ForeignKey("carts.Cart", on_delete=models.PROTECT, related_name="+")
    cart_version = models.PositiveIntegerField(
        help_text="The version of the cart whose lines these are."
    )
    customer = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    token_hash = models.CharField(max_length=64, null=True, blank=True, db_index=True)
    status = models.CharField(
        max_length=16,
        choices=[(status, status.label) for status in CheckoutStatus],
        default=CheckoutStatus.INCOMPLETE,
    )
    version = models.PositiveIntegerField(default=1)
    version_before_payment = models.PositiveIntegerField(
        null=True, blank=True, help_text="The version that the buyer completed."
    )
    email = models.EmailField(max_length=254, blank=True)
    ip_hash = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="HMAC of the IP address of a guest without an e-mail address, while it is open.",
    )
    shipping_address = models.JSONField(null=True, blank=True)
    billing_address = models.JSONField(null=True, blank=True)
    shipping_method = models.CharField(max_length=50, blank=True, help_text="Its code.")
    shipping_title = models.CharField(max_length=100, blank=True)
    codes: ArrayField[Any, Any] = ArrayField(
        models.CharField(max_length=64),
        default=list,
        db_default=[],
        blank=True,
        help_text="The promotion codes that were entered.",
    )
    reservation_expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[OwnedQuerySet[Checkout]] = OwnedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=totals_add_up(),
                name="checkout_totals_add_up",
            ),
            models.UniqueConstraint(
                fields=["cart"],
                condition=Q(status__in=["incomplete", "ready", "completing", "requires_action"]),
                name="checkout_one_live_per_cart",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="checkout_by_customer"),
            models.Index(
                fields=["reservation_expires_at"],
                condition=Q(status__in=["incomplete", "ready"]),
                name="checkout_live_by_expiry",
            ),
            models.Index(
                fields=["updated_at"],
                condition=~Q(vat_number=""),
                name="checkout_by_vat_number",
            ),
            models.Index(
                fields=["ip_hash"], condition=~Q(ip_hash=""), name="checkout_open_by_ip_hash"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CheckoutLine(AbstractLine):
    """A line as it will be ordered."""

    checkout = models.ForeignKey(Checkout, on_delete=models.CASCADE, related_name="lines")
    # What `lines_of` reads of the catalog; of a line just made, nothing is withdrawn.
    is_withdrawn: bool = False
    withdrawn_from: datetime | None = None

    class Meta(AbstractLine.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["checkout", "variant"], name="checkout_one_line_per_variant"
            ),
            models.CheckConstraint(
                condition=Q(total=F("unit_price") * F("quantity") - F("discount")),
                name="checkout_line_adds_up",
            ),
        ]

    @property
    def currency(self) -> str:
        """Return the currency of the checkout."""
        return self.checkout.currency


# Two tabs began a checkout of one cart: the second runs again and supersedes the first.
register({"checkout_one_live_per_cart": RunAgain})
