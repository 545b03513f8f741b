"""Money that staff record may come again after it was given back: loosen the bound for it."""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_lookup_attempts")]

    operations = [
        migrations.RemoveConstraint("payment", "payments_authorized_within_amount"),
        AddConstraintNotValid(
            "payment",
            models.CheckConstraint(
                condition=Q(authorized__gte=0, authorized__lte=F("amount"))
                | Q(
                    capture="offline",
                    authorized__gte=0,
                    authorized__lte=F("amount") + F("refunded"),
                ),
                name="payments_authorized_within_amount",
            ),
        ),
    ]
