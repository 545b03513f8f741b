from __future__ import annotations

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0006_waived")]

    operations = [
        ValidateConstraint("payment", "payments_waived_within_amount"),
    ]
