from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.db.constraints import register
from core.ids import uuid7
from core.money import format_money
from payments.domain import (
    Capture,
    LedgerKind,
    OperationInProgress,
    OperationKind,
    OperationStatus,
    OutcomeKind,
    PaymentInProgress,
    PaymentStatus,
    RefundExceedsPaid,
)

# Recovery has asked the provider several times by then.
STUCK_AFTER = timedelta(minutes=15)


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Scopes of payments."""

    def stuck(self, *, now: datetime) -> Self:
        """Narrow to those of which recovery has not learned for `STUCK_AFTER` how they ended.

        That is the payment itself, or a capture, void or refund of it.
        """
        since = {"next_attempt_at__isnull": False, "created_at__lt": now - STUCK_AFTER}
        waiting = Payment.objects.filter(**since).values("pk")
        # A union, because PostgreSQL uses no index for an OR across tables.
        asked = Operation.objects.filter(**since).values("payment_id")
        return self.filter(pk__in=waiting.union(asked))

    def locked(self) -> Self:
        """Lock the rows until the transaction ends; they can still be referenced meanwhile."""
        return self.select_for_update(of=("self",), no_key=True)


class Payment(models.Model):
    """Money that a provider is to collect. Its id is the idempotency key of the first call.

    The amounts are the sums of its ledger, kept here so that constraints can hold them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    checkout = models.ForeignKey(
        "checkout.Checkout", on_delete=models.PROTECT, related_name="payments"
    )
    order = models.ForeignKey(
        "orders.Order", null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    provider = models.CharField(max_length=20)
    capture = models.CharField(max_length=10, choices=[(mode, mode.value) for mode in Capture])
    token = models.CharField(
        max_length=255, blank=True, help_text="A means of payment at the provider; never card data."
    )
    status = models.CharField(
        max_length=20,
        choices=[(status, status.label) for status in PaymentStatus],
        default=PaymentStatus.PENDING,
    )
    step = models.CharField(
        max_length=20,
        choices=[(kind, kind.value) for kind in OutcomeKind],
        null=True,
        blank=True,
        help_text="The furthest step that the provider has reported; empty before it was asked.",
    )
    amount = models.BigIntegerField(help_text="Minor units.")
    currency = models.CharField(max_length=3)
    authorized = models.BigIntegerField(default=0)
    captured = models.BigIntegerField(default=0)
    voided = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    refunding = models.BigIntegerField(default=0, help_text="Requested, not confirmed yet.")
    waived = models.BigIntegerField(
        default=0, db_default=0, help_text="No longer expected, since the order was edited."
    )
    reference = models.CharField(
        max_length=255, null=True, blank=True, help_text="The provider's id."
    )
    action = models.JSONField(null=True, blank=True, help_text="What the buyer still has to do.")
    decline_code = models.CharField(max_length=100, blank=True)
    last_error = models.CharField(max_length=255, blank=True)
    lookup_attempts = models.PositiveSmallIntegerField(default=0, db_column="looks")
    next_attempt_at = models.DateTimeField(
        null=True, blank=True, help_text="When recovery asks the provider; empty when all is known."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[PaymentQuerySet] = PaymentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="payments_not_negative"),
            models.CheckConstraint(
                condition=Q(authorized__gte=0, authorized__lte=F("amount"))
                | Q(
                    capture=Capture.OFFLINE.value,
                    authorized__gte=0,
                    authorized__lte=F("amount") + F("refunded"),
                ),
                name="payments_authorized_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(
                    captured__gte=0, voided__gte=0, authorized__gte=F("captured") + F("voided")
                ),
                name="payments_captured_within_authorized",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")),
                name="payments_refunds_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(refunding__gte=0, refunding__lte=F("captured")),
                name="payments_refunding_within_captured",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["paid", "partially_refunded", "refunded"])
                | Q(captured__gt=0)
                | Q(amount=F("waived")),
                name="payments_paid_means_captured",
            ),
            models.CheckConstraint(
                condition=Q(waived__gte=0, waived__lte=F("amount")),
                name="payments_waived_within_amount",
            ),
            models.UniqueConstraint(
                fields=["provider", "reference"], name="payments_one_per_reference"
            ),
            models.UniqueConstraint(
                fields=["checkout"],
                condition=Q(status="pending", order=None),
                name="payments_one_pending_per_checkout",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="payments_to_recover",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {format_money(self.amount, self.currency)}"


class Operation(models.Model):
    """A capture, void or refund that was requested. Its id is the idempotency key of its call."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=10, choices=[(kind, kind.value) for kind in OperationKind])
    status = models.CharField(
        max_length=10,
        choices=[(status, status.value) for status in OperationStatus],
        default=OperationStatus.PENDING,
    )
    amount = models.BigIntegerField(help_text="Minor units; of a void, what it releases.")
    reason = models.CharField(max_length=255, blank=True)
    reference = models.CharField(
        max_length=255, null=True, blank=True, help_text="The provider's id."
    )
    last_error = models.CharField(max_length=255, blank=True)
    lookup_attempts = models.PositiveSmallIntegerField(default=0, db_column="looks")
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(kind="void", amount=0),
                name="payments_operation_of_something",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", next_attempt_at__isnull=False)
                | (~Q(status="pending") & Q(next_attempt_at=None)),
                name="payments_operation_pending_is_looked_at",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(kind__in=["capture", "void"], status="pending"),
                name="payments_one_capture_or_void_at_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="payments_ops_to_recover",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class LedgerEntry(models.Model):
    """One movement of money, written once and never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=15, choices=[(kind, kind.value) for kind in LedgerKind])
    amount = models.BigIntegerField(help_text="Minor units, always positive.")
    reference = models.CharField(max_length=255, help_text="The provider's id of this movement.")
    operation = models.ForeignKey(
        Operation, null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_entry_moves"),
            models.UniqueConstraint(
                fields=["payment", "kind", "reference"], name="payments_entry_applies_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class WebhookEvent(models.Model):
    """An event of a provider that has been applied."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=100)
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="webhook_events"
    )
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event_id"], name="payments_webhook_applies_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


register(
    {
        "payments_one_pending_per_checkout": PaymentInProgress,
        "payments_refunds_within_captured": RefundExceedsPaid,
        "payments_refunding_within_captured": RefundExceedsPaid,
        "payments_one_capture_or_void_at_once": OperationInProgress,
    }
)
