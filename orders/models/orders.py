from __future__ import annotations

from typing import Any, ClassVar, Self

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
    PAID_PAYMENTS,
    REFUNDED_PAYMENTS,
    SENT,
    UNSENT,
    FulfillmentStatus,
    OrderStatus,
    still_owed,
)
from payments.domain import OperationKind, OperationStatus, PaymentStatus, amount_refundable
from pricing.models import AbstractLine, AbstractTotals, totals_add_up


class OrderQuerySet(OwnedQuerySet["Order"]):
    """Scopes of orders."""

    def for_caller(self, caller: Caller) -> Self:
        """Narrow to what the caller may see: all for staff, else their own or a token's."""
        if caller.is_staff:
            return self
        own = super().for_caller(caller)
        return own if caller.order_id is None else own | self.filter(pk=caller.order_id)

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


# Open, paid for, and either sent or refunded, at least in part: nothing may be left to do.
MAYBE_DONE = Q(
    Q(fulfillment_status__in=SENT) | Q(payment_status__in=REFUNDED_PAYMENTS),
    status=OrderStatus.OPEN.value,
    held_at=None,
    payment_status__in=PAID_PAYMENTS,
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
        help_text="That of the latest payment that is to bring any money; the database keeps it.",
    )
    email = models.EmailField(max_length=254)
    buyer = models.JSONField(default=dict, db_default={}, help_text="Name and phone number.")
    consents = models.JSONField(
        default=list, db_default=[], blank=True, help_text="What the buyer agreed to, and when."
    )
    language = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text="That e-mails are written in; empty: the shop's first.",
    )
    shipping_address = models.JSONField()
    billing_address = models.JSONField()
    shipping_method = models.CharField(max_length=50)
    shipping_title = models.CharField(max_length=100)
    shipping_offer = models.JSONField(
        default=dict,
        db_default={},
        help_text="The way to deliver as it was chosen: its delivery window, where to pick it up.",
    )
    placed_at = models.DateTimeField(default=timezone.now, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=255, blank=True)
    held_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when staff hold it: nothing of it is sent."
    )
    hold_reason = models.CharField(max_length=255, blank=True, default="", db_default="")
    # The previous release still searches in it. Not read any more; dropped in the next release.
    search_vector = models.GeneratedField(
        expression=SearchVector("number", "email", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: ClassVar[OrderQuerySet] = OrderQuerySet.as_manager()  # type: ignore[assignment]
    version: int  # That of the timeline, where `order_for` has read it.

    class Meta:
        permissions = [("export_order", "Can take orders out of the shop")]
        constraints = [
            models.CheckConstraint(
                condition=totals_add_up(),
                name="orders_totals_add_up",
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="orders_total_not_negative"),
            models.CheckConstraint(
                condition=Q(status="completed", completed_at__isnull=False)
                | (~Q(status="completed") & Q(completed_at=None)),
                name="orders_completed_when_it_says_so",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="orders_by_customer"),
            models.Index(fields=["status", "-id"], name="orders_by_status"),
            models.Index(fields=["payment_status", "-id"], name="orders_by_payment_status"),
            models.Index(fields=["fulfillment_status", "-id"], name="orders_by_fulfillment_status"),
            models.Index(fields=["-id"], condition=TO_FULFILL, name="orders_to_fulfill"),
            models.Index(fields=["id"], condition=MAYBE_DONE, name="orders_maybe_done"),
            models.Index(fields=["email", "-id"], name="orders_by_email"),
            models.Index(fields=["-placed_at", "-id"], name="orders_by_placed_at"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def refunds(self) -> list[Any]:
        """Return the refunds that were asked for, oldest first."""
        operations = (each for payment in self.payments.all() for each in payment.operations.all())
        refunds = (each for each in operations if each.kind == OperationKind.REFUND)
        return sorted(refunds, key=lambda refund: refund.id)

    @property
    def due(self) -> int:
        """Return the minor units that the buyer still owes."""
        if self.status == OrderStatus.CANCELED:
            return 0
        given_back = sum(item.amount for item in self.given_back)
        return still_owed(self.total, self.payments.all(), given_back=given_back)

    @property
    def given_back(self) -> list[RefundItem]:
        """Return the shares of what was bought that refunds give back, but those that failed."""
        made = (refund for refund in self.refunds if refund.status != OperationStatus.FAILED)
        return [item for refund in made for item in refund.refund_items.all()]

    @property
    def refundable(self) -> int:
        """Return the minor units that could still be refunded."""
        return sum(max(0, amount_refundable(payment)) for payment in self.payments.all())


class SearchText(models.Model):
    """What an order is found by: its number, e-mail address, names, companies, cities and SKUs.

    Written by triggers (migration 0019), so that it follows every change of an order.
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

    returned = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Sent units that have come back by a return."
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
            models.CheckConstraint(
                condition=Q(returned__lte=F("fulfilled")), name="orders_returned_within_fulfilled"
            ),
        ]

    @property
    def currency(self) -> str:
        """Return the currency of the order."""
        return self.order.currency


class RefundItem(models.Model):
    """What a refund gives back of a line, or of shipping; of a refund that failed, nothing.

    Units, or a part of what was paid that is not for units. `amount` is the sum of its parts,
    minor units as all amounts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    line = models.ForeignKey(
        OrderLine,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="refunds",
        help_text="Empty of shipping.",
    )
    operation = models.ForeignKey(
        "payments.Operation", on_delete=models.PROTECT, related_name="refund_items"
    )
    quantity = models.PositiveIntegerField()
    returned = models.PositiveIntegerField(
        default=0, db_default=0, help_text="How many of them had come back by a return."
    )
    amount = models.BigIntegerField(help_text="Minor units, tax included.")
    price = models.BigIntegerField(
        null=True, blank=True, help_text="Before discounts; empty where only the amount was kept."
    )
    discount = models.BigIntegerField(default=0, db_default=0)
    tax = models.BigIntegerField(default=0, db_default=0)
    discounts = models.JSONField(default=list, db_default=[], help_text="What `discount` sums up.")
    taxes = models.JSONField(default=list, db_default=[], help_text="What `tax` sums up.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "operation"], name="orders_one_refund_item_per_line"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, discount__gte=0, tax__gte=0)
                & (Q(line__isnull=False) | Q(quantity=0))
                & (
                    Q(price=None)
                    | Q(amount=F("price") - F("discount"))
                    | Q(amount=F("price") - F("discount") + F("tax"))
                ),
                name="orders_refund_item_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("quantity")), name="orders_refund_of_returned_units"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line_id}"

    def as_dict(self) -> dict[str, Any]:
        """As it is told to other systems; the SKU is None for shipping."""
        amounts = {name: getattr(self, name) for name in ("price", "discount", "tax", "amount")}
        return {"sku": self.line and self.line.sku, "quantity": self.quantity, **amounts}
