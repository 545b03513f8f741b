from __future__ import annotations

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0007_waived_validated")]

    operations = [
        ValidateConstraint("payment", "payments_paid_means_captured"),
    ]
