from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Concat, Length
from django.utils import timezone

from core.db.constraints import register
from core.db.transactions import RunAgain
from core.ids import uuid7
from core.money import format_money
from invoices.domain import InvoiceKind

DIGITS = 6


def number_of(series: str, year: int, position: int) -> str:
    """Return the number that people read: `INV-2026-000001`, wider from the millionth on."""
    return f"{series}-{year}-{position:0{DIGITS}}"


class Counter(models.Model):
    """The last position that was given in a series and year; locked until it is committed."""

    pk = models.CompositePrimaryKey("series", "year")
    series = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return number_of(self.series, self.year, self.last)


class Invoice(models.Model):
    """A document that was issued: written once, never changed or deleted.

    `cause_id` is the row that made it due: the order, an edit of it, a refund; a credit note of
    what was canceled has the order's. Minor units.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=15, choices=[(kind, kind.label) for kind in InvoiceKind])
    series = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    # Given by a trigger, which raises the counter (migration 0003).
    position = models.PositiveIntegerField(db_default=0)
    number = models.CharField(max_length=32, unique=True, db_default="")
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    cause_id = models.UUIDField()
    credited = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Of a credit note, the invoice that it takes from.",
    )
    issued_at = models.DateTimeField(default=timezone.now, editable=False)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=16)
    net = models.BigIntegerField(help_text="Minor units, without tax.")
    tax = models.BigIntegerField()
    gross = models.BigIntegerField()
    document = models.JSONField(help_text="All that it says, as it was when it was issued.")

    class Meta:
        permissions = [("export_invoice", "Can take invoices out of the shop")]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "year", "position"], name="invoices_positions_are_unique"
            ),
            models.UniqueConstraint(fields=["kind", "cause_id"], name="invoices_one_per_cause"),
            models.CheckConstraint(
                condition=Q(kind="invoice", credited=None)
                | Q(kind="credit_note", credited__isnull=False),
                name="invoices_only_credit_notes_credit",
            ),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax"), net__gte=0, tax__gte=0),
                name="invoices_add_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    position__gt=0,
                    number=Concat(
                        F("series"),
                        Value("-"),
                        Cast("year", models.CharField()),
                        Value("-"),
                        Func(
                            Cast("position", models.TextField()),
                            Func(
                                Value(DIGITS),
                                Length(Cast("position", models.TextField())),
                                function="greatest",
                            ),
                            Value("0"),
                            function="lpad",
                            output_field=models.CharField(),
                        ),
                        output_field=models.CharField(),
                    ),
                ),
                name="invoices_numbers_are_positions",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "id"], name="invoices_by_order"),
            models.Index(fields=["-issued_at", "-id"], name="invoices_by_issued_at"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {format_money(self.gross, self.currency)}"


class Rendering(models.Model):
    """The file of an invoice, stored once: what a buyer was given is what is kept."""

    invoice = models.OneToOneField(
        Invoice, primary_key=True, on_delete=models.PROTECT, related_name="rendering"
    )
    pdf = models.BinaryField()
    sha256 = models.BinaryField(max_length=32)
    electronic = models.BooleanField(help_text="Whether the EN 16931 XML is embedded in it.")
    rendered_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return str(self.invoice_id)


# Two at once wanted to issue for the same cause: the one that lost finds the other's.
register({"invoices_one_per_cause": RunAgain})
