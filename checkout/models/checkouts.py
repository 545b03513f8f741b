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
from pricing.models import AbstractLine, AbstractTotals, totals_add_up


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
    shipping_offers = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="The ways to deliver that could be chosen when it was priced.",
    )
    unavailable_shipping_title = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="The method that was chosen until it was not offered any more.",
    )
    requires_shipping = models.BooleanField(
        default=True, db_default=True, help_text="Whether any of its lines is to be delivered."
    )
    buyer = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="Name and phone number, as they gave it."
    )
    consents = models.JSONField(
        default=list, db_default=[], blank=True, help_text="What they agreed to, and when."
    )
    language = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text="That e-mails are written in; empty: the shop's first.",
    )
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

    @property
    def chosen_shipping(self) -> dict[str, Any]:
        """Return the chosen one of the `shipping_offers`; empty without one."""
        offers: list[dict[str, Any]] = self.shipping_offers
        return next((offer for offer in offers if offer["code"] == self.shipping_method), {})


class CheckoutLine(AbstractLine):
    """A line as it will be ordered."""

    checkout = models.ForeignKey(Checkout, on_delete=models.CASCADE, related_name="lines")
    price_breaks = models.JSONField(
        default=list,
        db_default=[],
        help_text="What a unit costs from a number of units on, when the line was made.",
    )
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
