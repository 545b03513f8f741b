from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.ids import uuid7
from inventory.domain import MovementKind


class Stock(models.Model):
    """How many units of a variant there are, and how many of them checkouts hold."""

    variant = models.OneToOneField(
        "catalog.Variant", primary_key=True, on_delete=models.PROTECT, related_name="stock"
    )
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    tracked = models.BooleanField(default=True, help_text="Off: always available.")
    backorder = models.BooleanField(default=False, help_text="May be sold below zero.")

    class Meta:
        verbose_name_plural = "stock"
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved__gte=0), name="inventory_reserved_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(reserved__lte=F("on_hand")) | Q(backorder=True) | Q(tracked=False),
                name="inventory_reserved_within_on_hand",
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0) | Q(backorder=True) | Q(tracked=False),
                name="inventory_on_hand_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return str(self.variant.sku)


class Reservation(models.Model):
    """Units of a variant that a checkout holds until `expires_at`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    checkout = models.ForeignKey(
        "checkout.Checkout", on_delete=models.PROTECT, related_name="reservations"
    )
    stock = models.ForeignKey(
        Stock, on_delete=models.PROTECT, related_name="reservations", db_index=False
    )
    quantity = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkout", "stock"], name="inventory_one_reservation_per_variant"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1), name="inventory_reservation_holds_units"
            ),
        ]
        indexes = [
            models.Index(
                fields=["stock", "expires_at"],
                include=["quantity"],
                name="inventory_reservation_lapses",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.stock}"


class Movement(models.Model):
    """One change of `on_hand`: append-only, and their sum is the stock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="movements")
    delta = models.IntegerField()
    kind = models.CharField(max_length=20, choices=[(kind, kind.label) for kind in MovementKind])
    reason = models.CharField(max_length=255, blank=True)
    order = models.ForeignKey(
        "orders.Order", null=True, blank=True, on_delete=models.PROTECT, related_name="movements"
    )
    actor = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(delta=0), name="inventory_movement_moves"),
        ]
        indexes = [models.Index(fields=["stock", "created_at"], name="inventory_movement_history")]

    def __str__(self) -> str:
        return f"{self.delta:+d} × {self.stock}"
