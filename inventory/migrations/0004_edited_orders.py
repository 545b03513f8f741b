from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_lapsed_reservations_are_found")]

    operations = [
        migrations.AlterField(
            "movement",
            "kind",
            models.CharField(
                choices=[
                    ("initial", "Initial"),
                    ("adjustment", "Adjustment"),
                    ("sale", "Sale"),
                    ("cancellation", "Cancellation"),
                    ("return", "Return"),
                    ("edit", "Edit"),
                ],
                max_length=20,
            ),
        ),
    ]
