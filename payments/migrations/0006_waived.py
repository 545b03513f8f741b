"""What an order no longer expects of a payment since it was edited."""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_money_that_is_due")]

    operations = [
        migrations.AddField(
            "payment",
            "waived",
            models.BigIntegerField(
                default=0,
                db_default=0,
                help_text="No longer expected, since the order was edited.",
            ),
        ),
        AddConstraintNotValid(
            "payment",
            models.CheckConstraint(
                condition=Q(waived__gte=0, waived__lte=F("amount")),
                name="payments_waived_within_amount",
            ),
        ),
        migrations.RemoveConstraint("payment", "payments_paid_means_captured"),
        AddConstraintNotValid(
            "payment",
            models.CheckConstraint(
                condition=~Q(status__in=["paid", "partially_refunded", "refunded"])
                | Q(captured__gt=0)
                | Q(amount=F("waived")),
                name="payments_paid_means_captured",
            ),
        ),
    ]
