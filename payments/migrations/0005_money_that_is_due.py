"""Bring recorded payments into line: money is due until the whole was paid or is not expected."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations
from django.db.models import F

from core.ids import uuid7


def say_what_is_due(apps: Any, schema_editor: Any) -> None:
    """Close the rest of canceled orders in the ledger; the others are `pending` again."""
    entries = apps.get_model("payments", "LedgerEntry").objects
    part_paid = apps.get_model("payments", "Payment").objects.filter(
        capture="offline",
        step="captured",
        refunded__gt=0,
        amount__gt=F("captured") + F("voided"),
    )
    part_paid.exclude(order__status="canceled").update(status="pending")
    for payment in part_paid.filter(order__status="canceled"):
        rest = payment.amount - payment.captured + payment.refunded
        payment.authorized += rest
        payment.voided += rest
        payment.save(update_fields=["authorized", "voided"])
        entries.bulk_create(
            entries.model(
                id=uuid7(), payment=payment, kind=kind, amount=rest, reference=str(payment.pk)
            )
            for kind in ("authorized", "voided")
        )


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_refund_items"),
        ("payments", "0004_recorded_money"),
    ]

    operations = [
        ValidateConstraint("payment", "payments_authorized_within_amount"),
        migrations.RunPython(say_what_is_due, migrations.RunPython.noop),
    ]
