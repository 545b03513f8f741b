"""Prices may include their tax, which then adds nothing to the total."""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q

BEFORE_TAX = F("subtotal") - F("discount") + F("shipping")


class Migration(migrations.Migration):
    dependencies = [("checkout", "0004_bounded_holding")]

    operations = [
        migrations.AddField(
            "checkout", "tax_included", models.BooleanField(default=False, db_default=False)
        ),
        migrations.RemoveConstraint("checkout", "checkout_totals_add_up"),
        AddConstraintNotValid(
            "checkout",
            models.CheckConstraint(
                condition=Q(tax_included=False, total=BEFORE_TAX + F("tax"))
                | Q(tax_included=True, total=BEFORE_TAX, tax__lte=BEFORE_TAX),
                name="checkout_totals_add_up",
            ),
        ),
    ]
