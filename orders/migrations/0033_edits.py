from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import core.ids
from core.db.append_only_v1 import only_grows


class Migration(migrations.Migration):
    dependencies = [("orders", "0032_language"), ("db", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="OrderEdit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "before",
                    models.JSONField(
                        help_text="The totals as columns, and the lines under `lines`."
                    ),
                ),
                ("after", models.JSONField(help_text="The same, as the edit left them.")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edits",
                        to="orders.order",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        only_grows("orders_orderedit"),
    ]
