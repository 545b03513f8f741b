from __future__ import annotations

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Check the totals of the rows that were there before."""

    dependencies = [("checkout", "0005_tax_included")]

    operations = [ValidateConstraint("checkout", "checkout_totals_add_up")]
