from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.caller import Caller
from core.db.containing import Trigrams
from core.db.owned import OwnedQuerySet
from core.ids import new_order_number, uuid7
from orders.domain import (
    FULFILLABLE_PAYMENTS,
    UNSENT,
    FulfillmentStatus,
    OrderStatus,
    ShipmentStatus,
)
from payments.domain import PaymentStatus
from pricing.models import AbstractLine, AbstractTotals, totals_add_up


class OrderQuerySet(OwnedQuerySet["Order"]):
    """Scopes of orders."""

    def for_caller(self, caller: Caller) -> Self:
        """Narrow to what the caller may see: all for staff, else their own or the token's."""
        return self if caller.is_staff else super().for_caller(caller)

    def to_fulfill(self) -> Self:
        """Narrow to open orders that are paid for, authorized included, and not sent whole."""
        return self.filter(TO_FULFILL)

    def to_pay(self) -> Self:
        """Narrow to open orders whose payment is still due."""
        return self.filter(status=OrderStatus.OPEN, payment_status=PaymentStatus.PENDING)


TO_FULFILL = Q(
    status=OrderStatus.OPEN.value,
    fulfillment_status__in=UNSENT,
    payment_status__in=FULFILLABLE_PAYMENTS,
)


class Order(AbstractTotals):
    """What was bought: a snapshot that no later change of the catalog touches."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=20, unique=True, default=new_order_number, editable=False)
    checkout = models.OneToOneField(
        "checkout.Checkout", on_delete=models.PROTECT, related_name="order"
    )
    customer = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    token_hash = models.CharField(max_length=64, null=True, blank=True, db_index=True)
    status = models.CharField(
        max_length=10,
        choices=[(status, status.label) for status in OrderStatus],
        default=OrderStatus.OPEN,
    )
    fulfillment_status = models.CharField(
        max_length=20,
        choices=[(status, status.label) for status in FulfillmentStatus],
        default=FulfillmentStatus.UNFULFILLED,
    )
    payment_status = models.CharField(
        max_length=20,
        choices=[(status, status.label) for status in PaymentStatus],
        default=PaymentStatus.PAID,
        db_default=PaymentStatus.PAID.value,
        editable=False,
        help_text="That of the latest payment; the database keeps it so.",
    )
    email = models.EmailField(max_length=254)
    shipping_address = models.JSONField()
    billing_address = models.JSONField()
    shipping_method = models.CharField(max_length=50)
    shipping_title = models.CharField(max_length=100)
    placed_at = models.DateTimeField(default=timezone.now, editable=False)
    canceled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=255, blank=True)
    # The previous release still searches in it. Not read any more; dropped in the next release.
    search_vector = models.GeneratedField(
        expression=SearchVector("number", "email", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: ClassVar[OrderQuerySet] = OrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = [("export_order", "Can take orders out of the shop")]
        constraints = [
            models.CheckConstraint(
                condition=totals_add_up(),
                name="orders_totals_add_up",
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="orders_total_not_negative"),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="orders_by_customer"),
            models.Index(fields=["status", "-id"], name="orders_by_status"),
            models.Index(fields=["payment_status", "-id"], name="orders_by_payment_status"),
            models.Index(fields=["fulfillment_status", "-id"], name="orders_by_fulfillment_status"),
            models.Index(fields=["-id"], condition=TO_FULFILL, name="orders_to_fulfill"),
            models.Index(fields=["email", "-id"], name="orders_by_email"),
            models.Index(fields=["-placed_at", "-id"], name="orders_by_placed_at"),
        ]

    def __str__(self) -> str:
        return self.number


class SearchText(models.Model):
    """What an order is found by: its number, e-mail address, names, companies, cities and SKUs.

    Written by triggers (migration 0010), so that it follows every change of an order.
    """

    order = models.OneToOneField(
        Order, primary_key=True, on_delete=models.CASCADE, related_name="search_text"
    )
    text = models.TextField()

    class Meta:
        indexes = [GinIndex(Trigrams("text"), name="orders_searchtext_trigrams")]

    def __str__(self) -> str:
        return str(self.order_id)


class OrderLine(AbstractLine):
    """A line as it was ordered."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    fulfilled = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Units that have been sent."
    )

    class Meta(AbstractLine.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["order", "variant"], name="orders_one_line_per_variant"
            ),
            models.CheckConstraint(
                condition=Q(total=F("unit_price") * F("quantity") - F("discount")),
                name="orders_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(fulfilled__lte=F("quantity")), name="orders_fulfilled_within_ordered"
            ),
        ]

    @property
    def currency(self) -> str:
        """Return the currency of the order."""
        return self.order.currency


class RefundItem(models.Model):
    """Units of a line that a refund gives the money back for; a refund that failed counts not."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refunds")
    operation = models.ForeignKey("payments.Operation", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    amount = models.BigIntegerField(help_text="Minor units, tax included.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "operation"], name="orders_one_refund_item_per_line"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, amount__gte=0), name="orders_refund_item_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line_id}"


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
