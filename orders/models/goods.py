"""What was sent of an order, and what comes back."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import uuid7
from orders.domain import ReturnKind, ReturnStatus, ShipmentStatus
from orders.models.orders import Order, OrderLine


class Fulfillment(models.Model):
    """Units of an order that were sent together."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fulfillments")
    status = models.CharField(
        max_length=10,
        choices=[(status, status.label) for status in ShipmentStatus],
        default=ShipmentStatus.SHIPPED,
    )
    carrier = models.CharField(max_length=100, blank=True)
    tracking_number = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    delivered_at = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="delivered", delivered_at__isnull=False, canceled_at=None)
                | Q(status="canceled", canceled_at__isnull=False, delivered_at=None)
                | Q(status="shipped", delivered_at=None, canceled_at=None),
                name="orders_fulfillment_times_are_its_status",
            ),
        ]

    def __str__(self) -> str:
        return self.tracking_number or str(self.id)


class FulfillmentItem(models.Model):
    """Units of one line in a fulfillment."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    fulfillment = models.ForeignKey(Fulfillment, on_delete=models.PROTECT, related_name="items")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fulfillment", "line"], name="orders_one_fulfillment_item_per_line"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="orders_fulfillment_item_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line_id}"


class ReturnQuerySet(models.QuerySet["Return"]):
    """Scopes of returns."""

    def to_decide(self) -> Self:
        """Narrow to those that wait to be approved or rejected."""
        return self.filter(status=ReturnStatus.REQUESTED.value)


class Return(models.Model):
    """Units of an order that come back: asked for by the buyer, decided by the shop."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    status = models.CharField(
        max_length=10,
        choices=[(status, status.label) for status in ReturnStatus],
        default=ReturnStatus.REQUESTED,
    )
    kind = models.CharField(
        max_length=10,
        choices=[(kind, kind.label) for kind in ReturnKind],
        default=ReturnKind.RETURN,
        db_default=ReturnKind.RETURN.value,
        help_text="A withdrawal is the buyer's right: the shop cannot refuse it.",
    )
    reason = models.CharField(max_length=255, blank=True)
    restocked = models.BooleanField(
        default=False, help_text="Whether the units were put back into stock."
    )
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ReturnQuerySet] = ReturnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="requested", decided_at=None, received_at=None)
                | Q(status__in=["approved", "rejected"], decided_at__isnull=False, received_at=None)
                | Q(status="received", decided_at__isnull=False, received_at__isnull=False),
                name="orders_return_times_are_its_status",
            ),
            models.CheckConstraint(
                condition=Q(restocked=False) | Q(status="received"),
                name="orders_only_received_returns_are_restocked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["order"], condition=Q(status="requested"), name="orders_returns_to_decide"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ReturnItem(models.Model):
    """Units of one line in a return."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="items")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["of_return", "line"], name="orders_one_return_item_per_line"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="orders_return_item_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line_id}"
