from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from carts.domain import CartStatus
from core.db.owned import OwnedQuerySet
from core.ids import uuid7
from core.items import MAX_QUANTITY


class Cart(models.Model):
    """A shopping cart: a customer's or a guest's, never both."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    currency = models.CharField(max_length=3)
    status = models.CharField(
        max_length=10,
        choices=[(status, status.capitalize()) for status in CartStatus],
        default=CartStatus.OPEN,
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    codes: ArrayField[Any, Any] = ArrayField(
        models.CharField(max_length=64),
        default=list,
        db_default=[],
        blank=True,
        help_text="The promotion codes that were entered.",
    )
    version = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[OwnedQuerySet[Cart]] = OwnedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(customer=None) | Q(token_hash=None), name="carts_one_owner"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-updated_at"], name="carts_current"),
            models.Index(
                fields=["expires_at"], condition=Q(status="open"), name="carts_open_by_expiry"
            ),
            # In place of the usual index, which every write of every cart would pay for.
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="carts_merged",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CartLine(models.Model):
    """Units of one variant, with the price that the buyer was shown when it was last written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    seen_price = models.BigIntegerField(help_text="Minor units of the cart's currency.")
    seen_quantity = models.PositiveIntegerField(
        default=1, db_default=1, help_text="How many units the price was shown for."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="carts_one_line_per_variant"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY),
                name="carts_quantity_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"
